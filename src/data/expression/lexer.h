// Lexer of the expression language: one token after another, with its place in the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::data {

struct Token {
  enum class Kind { kEnd, kNumber, kText, kName, kQuotedName, kSymbol };
  Kind kind = Kind::kEnd;
  std::string_view spelling;  // as written; of quoted ones without the outer quotes
  std::size_t at = 0;         // offset of its first byte
  // What a text or quoted name means: doubled quotes made single.
  std::string Unquoted(char quote) const;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  // The next token, or kInvalidArgument without a place; error_at() says where.
  Result<Token> Next();
  std::size_t error_at() const { return error_at_; }

 private:
  Result<Token> Number();
  Result<Token> Quoted(char quote, Token::Kind kind);
  Token Take(Token::Kind kind, std::size_t size);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t error_at_ = 0;
};

}  // namespace mooring::data
