#include "data/expression/lexer.h"

#include <array>

namespace mooring::data {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// Bytes of other alphabets count as letters.
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::array<std::string_view, 6> kDoubleSymbols = {"&&", "||", "==", "!=", "<=", ">="};
constexpr std::string_view kSymbols = "+-*/%()<>!,";

}  // namespace

std::string Token::Unquoted(char quote) const {
  std::string meant;
  for (std::size_t i = 0; i < spelling.size(); ++i) {
    meant.push_back(spelling[i]);
    if (spelling[i] == quote) ++i;
  }
  return meant;
}

Token Lexer::Take(Token::Kind kind, std::size_t size) {
  const Token token{kind, text_.substr(at_, size), at_};
  at_ += size;
  return token;
}

Result<Token> Lexer::Number() {
  std::size_t end = at_;
  const auto digits = [&] {
    while (end < text_.size() && IsDigit(text_[end])) ++end;
  };
  digits();
  if (end < text_.size() && text_[end] == '.') {
    ++end;
    digits();
  }
  if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
    ++end;
    if (end < text_.size() && (text_[end] == '+' || text_[end] == '-')) ++end;
    digits();
  }
  if (end < text_.size() && (IsLetter(text_[end]) || text_[end] == '.')) {
    error_at_ = end;
    return Error(Code::kInvalidArgument, "a number runs into '" + std::string(1, text_[end]) + "'");
  }
  return Take(Token::Kind::kNumber, end - at_);
}

Result<Token> Lexer::Quoted(char quote, Token::Kind kind) {
  for (std::size_t end = at_ + 1; end < text_.size(); ++end) {
    if (text_[end] != quote) continue;
    if (end + 1 < text_.size() && text_[end + 1] == quote) {
      ++end;
      continue;
    }
    const Token token{kind, text_.substr(at_ + 1, end - at_ - 1), at_};
    at_ = end + 1;
    return token;
  }
  error_at_ = at_;
  return Error(Code::kInvalidArgument, "this quote is not closed");
}

Result<Token> Lexer::Next() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  if (at_ == text_.size()) return Take(Token::Kind::kEnd, 0);
  const char c = text_[at_];
  const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  if (IsDigit(c) || (c == '.' && IsDigit(next))) return Number();
  if (c == '\'' || c == '"') return Quoted(c, Token::Kind::kText);
  if (c == '`') return Quoted(c, Token::Kind::kQuotedName);
  if (IsLetter(c)) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && (IsLetter(text_[end]) || IsDigit(text_[end]))) ++end;
    return Take(Token::Kind::kName, end - at_);
  }
  for (const std::string_view symbol : kDoubleSymbols) {
    if (text_.substr(at_).starts_with(symbol)) return Take(Token::Kind::kSymbol, 2);
  }
  if (kSymbols.find(c) != std::string_view::npos) return Take(Token::Kind::kSymbol, 1);
  error_at_ = at_;
  Error error(Code::kInvalidArgument, "unexpected character");
  if (c > ' ' && c < 0x7F)
    error = Error(Code::kInvalidArgument, "unexpected '" + std::string(1, c) + "'");
  if (c == '=') return std::move(error).Help("write == to compare");
  return error;
}

}  // namespace mooring::data
