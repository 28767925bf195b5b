#include "records/search/lexer.h"

#include <algorithm>
#include <array>

namespace mooring::records::search {
namespace {

constexpr std::string_view kKeywords[] = {"AND",  "OR",   "NOT",   "IN",     "IS",
                                          "NULL", "TRUE", "FALSE", "BETWEEN"};
constexpr std::string_view kComparisonWords[] = {"LIKE", "ILIKE", "RLIKE"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordByte(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsComparisonByte(char c) { return c == '<' || c == '>' || c == '=' || c == '!' || c == '~'; }

bool SameLetters(std::string_view text, std::string_view capitals) {
  return std::ranges::equal(text, capitals, [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
  });
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> Run() {
    while (at_ < text_.size()) {
      if (IsSpace(text_[at_])) {
        ++at_;
        continue;
      }
      Token token = Next();
      tokens_.push_back(token);
      at_ += token.text.size();
    }
    return std::move(tokens_);
  }

 private:
  Token Next() {
    const char c = text_[at_];
    if (c == ';') return Take(TokenKind::kSemicolon, 1);
    if (c == '\'') {
      const std::size_t bytes = QuotedBytes(at_);
      return bytes > 0 ? Take(TokenKind::kString, bytes) : Take(TokenKind::kOther, 1);
    }
    if (c == '(') {
      const std::size_t bytes = ParenthesisBytes();
      return bytes > 0 ? Take(TokenKind::kParenthesis, bytes) : Take(TokenKind::kOther, 1);
    }
    if (IsComparisonByte(c)) {
      std::size_t end = at_ + 1;
      while (end < text_.size() && IsComparisonByte(text_[end])) ++end;
      return Take(TokenKind::kComparison, end - at_);
    }
    if (const std::size_t bytes = NumberBytes(); bytes > 0) return Take(TokenKind::kNumber, bytes);
    if (const std::size_t bytes = ChainBytes(); bytes > 0) return Word(bytes);
    return Take(TokenKind::kOther, 1);
  }

  Token Take(TokenKind kind, std::size_t bytes) const { return {kind, text_.substr(at_, bytes)}; }

  Token Word(std::size_t bytes) const {
    const std::string_view word = text_.substr(at_, bytes);
    const auto is_word = [&](std::string_view capitals) { return SameLetters(word, capitals); };
    if (std::ranges::any_of(kKeywords, is_word)) return Take(TokenKind::kKeyword, bytes);
    if (std::ranges::any_of(kComparisonWords, is_word)) return Take(TokenKind::kComparison, bytes);
    return Take(TokenKind::kName, bytes);
  }

  // A quoted piece with its quotes; a doubled quote stands for one and does not end it. 0 when it
  // never ends; then no other of its kind is looked for twice.
  std::size_t QuotedBytes(std::size_t from) {
    const char quote = text_[from];
    bool& hopeless = quote == '\'' ? no_single_ : quote == '"' ? no_double_ : no_backtick_;
    if (hopeless) return 0;
    for (std::size_t i = from + 1; i < text_.size(); ++i) {
      if (text_[i] != quote) continue;
      if (i + 1 < text_.size() && text_[i + 1] == quote) {
        ++i;
        continue;
      }
      return i + 1 - from;
    }
    hopeless = true;
    return 0;
  }

  std::size_t ParenthesisBytes() {
    if (no_parenthesis_) return 0;
    std::size_t depth = 0;
    for (std::size_t i = at_; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\'' || c == '"') {
        if (const std::size_t bytes = QuotedBytes(i); bytes > 0) i += bytes - 1;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        return i + 1 - at_;
      }
    }
    no_parenthesis_ = true;
    return 0;
  }

  std::size_t Digits(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && IsDigit(text_[end])) ++end;
    return end - from;
  }

  // [-] digits [. digits] [e [+-] digits], or [-] . digits; 0 when a letter follows.
  std::size_t NumberBytes() const {
    std::size_t at = at_ + (text_[at_] == '-' ? 1 : 0);
    std::size_t digits = Digits(at);
    at += digits;
    if (at < text_.size() && text_[at] == '.') {
      const std::size_t decimals = Digits(at + 1);
      digits += decimals;
      at += 1 + decimals;
    }
    if (digits == 0) return 0;
    if (at < text_.size() && (text_[at] == 'e' || text_[at] == 'E')) {
      const bool sign = at + 1 < text_.size() && (text_[at + 1] == '+' || text_[at + 1] == '-');
      const std::size_t start = at + 1 + (sign ? 1 : 0);
      const std::size_t exponent = Digits(start);
      if (exponent > 0) at = start + exponent;
    }
    return at < text_.size() && IsWordByte(text_[at]) ? 0 : at - at_;
  }

  // One piece of a name: letters and digits, or quoted. Single quotes only after a dot.
  std::size_t PieceBytes(std::size_t from, bool first) {
    if (from >= text_.size()) return 0;
    const char c = text_[from];
    if (c == '"' || c == '`' || (c == '\'' && !first)) return QuotedBytes(from);
    std::size_t end = from;
    while (end < text_.size() && IsWordByte(text_[end])) ++end;
    return end - from;
  }

  std::size_t ChainBytes() {
    std::size_t bytes = PieceBytes(at_, true);
    while (bytes > 0 && at_ + bytes < text_.size() && text_[at_ + bytes] == '.') {
      const std::size_t piece = PieceBytes(at_ + bytes + 1, false);
      if (piece == 0) break;
      bytes += 1 + piece;
    }
    return bytes;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool no_single_ = false, no_double_ = false, no_backtick_ = false, no_parenthesis_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool IsWord(const Token& token, std::string_view word) {
  const bool may_be = token.kind == TokenKind::kKeyword || token.kind == TokenKind::kComparison;
  return may_be && SameLetters(token.text, word);
}

std::vector<Token> Lex(std::string_view text) { return Lexer(text).Run(); }

}  // namespace mooring::records::search
