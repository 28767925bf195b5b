#include "records/search/filter.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/limits.h"
#include "records/search/clause_value.h"
#include "records/search/lexer.h"
#include "records/search/refusal.h"
#include "records/search/vocabulary.h"

namespace mooring::records::search {
namespace {

Error Invalid(std::string message) { return Refused(std::move(message)); }

// A stretch of tokens: one comparison, or one thing that does not belong in a filter.
struct Item {
  std::size_t first = 0, count = 0;
  bool comparison = false;
};

bool IsOperand(const Token& token) {
  return token.kind == TokenKind::kName || token.kind == TokenKind::kString ||
         token.kind == TokenKind::kNumber || token.kind == TokenKind::kParenthesis ||
         IsWord(token, "NULL");
}

class Grouper {
 public:
  Grouper(std::string_view filter, std::span<const Token> tokens)
      : filter_(filter), tokens_(tokens) {}

  std::vector<Item> Run() {
    for (std::size_t at = 0; at < tokens_.size();) {
      if (IsWord(tokens_[at], "AND")) {
        ++at;
        continue;
      }
      const std::size_t count = ComparisonAt(at);
      Item item{at, count > 0 ? count : 1, count > 0};
      // An SQL parser takes a name after a name or a comparison for its alias: one bad thing.
      const bool may_have_alias = item.comparison || tokens_[at].kind == TokenKind::kName;
      if (const std::size_t next = at + item.count; may_have_alias && IsLoneName(next)) {
        ++item.count;
        item.comparison = false;
      }
      items_.push_back(item);
      at += item.count;
    }
    return std::move(items_);
  }

  std::string_view TextOf(const Item& item) const {
    const std::string_view last = tokens_[item.first + item.count - 1].text;
    const char* begin = tokens_[item.first].text.data();
    return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
  }

 private:
  bool Is(std::size_t at, TokenKind kind) const {
    return at < tokens_.size() && tokens_[at].kind == kind;
  }
  bool Is(std::size_t at, std::string_view word) const {
    return at < tokens_.size() && IsWord(tokens_[at], word);
  }
  bool IsLoneName(std::size_t at) const {
    return Is(at, TokenKind::kName) && ComparisonAt(at) == 0;
  }

  // How many tokens the comparison at `at` has; 0: there is none.
  std::size_t ComparisonAt(std::size_t at) const {
    if (!IsOperand(tokens_[at])) return 0;
    const bool name = tokens_[at].kind == TokenKind::kName;
    const std::size_t no = Is(at + 1, "NOT") ? 1 : 0;
    if (name && Is(at + 1 + no, "IN") && Is(at + 2 + no, TokenKind::kParenthesis)) return 3 + no;
    if (Is(at + 1, "IS")) {
      const std::size_t is_not = Is(at + 2, "NOT") ? 1 : 0;
      return Is(at + 2 + is_not, "NULL") ? 3 + is_not : 0;
    }
    const std::size_t comparison = at + 1 + no;
    if (!Is(comparison, TokenKind::kComparison)) return 0;
    return comparison + 1 < tokens_.size() && IsOperand(tokens_[comparison + 1]) ? 3 + no : 0;
  }

  std::string_view filter_;
  std::span<const Token> tokens_;
  std::vector<Item> items_;
};

Error BadClauses(Kind kind, std::string_view filter, const Grouper& grouper,
                 std::span<const Item> items) {
  if (kind == Kind::kLoggedModels) {
    return Invalid(
        fmt::format("Invalid filter string: {}. Expected a list of comparisons "
                    "separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = "
                    "0.01').",
                    PythonQuoted(filter)));
  }
  std::string bad;
  for (const Item& item : items) {
    if (item.comparison) continue;
    const char* quote = kind == Kind::kRuns ? "'" : "";
    bad += fmt::format("{}{}{}{}", bad.empty() ? "" : ", ", quote, grouper.TextOf(item), quote);
  }
  return Invalid("Invalid clause(s) in filter string: " + bad);
}

// One statement only: nothing may follow a semicolon.
Status CheckOneStatement(Kind kind, std::string_view filter, std::span<const Token> tokens) {
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].kind != TokenKind::kSemicolon) continue;
    if (kind == Kind::kLoggedModels) {
      return Invalid(fmt::format("Invalid filter string: {}. Expected a single SQL expression.",
                                 PythonQuoted(filter)));
    }
    return Invalid(
        fmt::format("Search filter contained multiple expression '{}'. Provide AND-ed "
                    "expression list.",
                    filter));
  }
  return Ok();
}

void HidePrompts(Kind kind, std::vector<Clause>& clauses) {
  if (kind != Kind::kRegisteredModels && kind != Kind::kModelVersions) return;
  for (const Clause& clause : clauses) {
    if (clause.entity == Entity::kTag && clause.key == kPromptTag) return;
  }
  clauses.push_back({.entity = Entity::kTag,
                     .key = std::string(kPromptTag),
                     .comparator = Comparator::kNotEqual,
                     .text = "true"});
}

std::string Quoted(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) quoted.append(c == quote ? 2 : 1, c);
  return quoted + quote;
}

std::string ValueText(const Clause& clause) {
  switch (clause.comparator) {
    case Comparator::kIsNull:
    case Comparator::kIsNotNull: return "";
    case Comparator::kIn:
    case Comparator::kNotIn: {
      std::string list;
      for (const std::string& text : clause.list) {
        list += (list.empty() ? "" : ", ") + Quoted(text, '\'');
      }
      return " (" + list + ")";
    }
    default: break;
  }
  return clause.numeric ? fmt::format(" {}", clause.number) : " " + Quoted(clause.text, '\'');
}

}  // namespace

Result<std::vector<Clause>> ParseFilter(Kind kind, std::string_view filter) {
  if (filter.size() > limits::kSearchFilterBytes) {
    return Invalid(fmt::format("Invalid filter string: it has {} bytes, more than {}",
                               filter.size(), limits::kSearchFilterBytes));
  }
  const std::vector<Token> tokens = Lex(filter);
  RETURN_IF_ERROR(CheckOneStatement(kind, filter, tokens));
  Grouper grouper(filter, tokens);
  const std::vector<Item> items = grouper.Run();
  for (const Item& item : items) {
    if (!item.comparison) return BadClauses(kind, filter, grouper, items);
  }
  if (items.size() > limits::kSearchClauses) {
    return Invalid(fmt::format("Invalid filter string: it has {} clauses, more than {}",
                               items.size(), limits::kSearchClauses));
  }
  std::vector<Clause> clauses;
  clauses.reserve(items.size() + 1);
  for (const Item& item : items) {
    ASSIGN_OR_RETURN(Clause clause,
                     ReadClause(kind, std::span(tokens).subspan(item.first, item.count)));
    clauses.push_back(std::move(clause));
  }
  HidePrompts(kind, clauses);
  return clauses;
}

std::string ToText(const std::vector<Clause>& clauses) {
  constexpr std::string_view kWords[] = {"", "metrics.", "params.", "tags.", "datasets."};
  std::string text;
  for (const Clause& clause : clauses) {
    text += text.empty() ? "" : " AND ";
    text += kWords[static_cast<std::size_t>(clause.entity)];
    text += clause.entity == Entity::kAttribute ? clause.key : Quoted(clause.key, '`');
    text += ' ';
    text += NameOf(clause.comparator);
    text += ValueText(clause);
  }
  return text;
}

}  // namespace mooring::records::search
