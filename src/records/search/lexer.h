// The words of a filter or order text, as MLflow's parser (an SQL lexer) cuts them: names with
// their dots and quotes in one piece, quoted texts, numbers, comparisons, lists in parentheses.
//
// Total: what is none of these becomes a kOther of one character, for the parser to refuse.
// Thread safety: pure. Complexity: linear. Ownership: tokens are views of the text.
#pragma once

#include <string_view>
#include <vector>

namespace mooring::records::search {

enum class TokenKind : unsigned char {
  kName,         // metrics.auc, params."my key", `name`, "double quoted"
  kString,       // 'single quoted'
  kNumber,       // -1.5e3
  kComparison,   // any run of < > = ! ~, and LIKE, ILIKE, RLIKE
  kKeyword,      // AND, OR, NOT, IN, IS, NULL, TRUE, FALSE, BETWEEN
  kParenthesis,  // from ( to its ), as it stands
  kSemicolon,
  kOther,
};

struct Token {
  TokenKind kind = TokenKind::kOther;
  std::string_view text;
};

// Whitespace is left out; it can be had back from where tokens stand in `text`.
std::vector<Token> Lex(std::string_view text);

// Letter case aside, `word` in capitals.
bool IsWord(const Token& token, std::string_view word);
bool IsSpace(char c);

}  // namespace mooring::records::search
