#include "records/search/clause_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "records/search/like.h"
#include "records/search/refusal.h"
#include "records/search/vocabulary.h"

namespace mooring::records::search {
namespace {

Error Invalid(std::string message) { return Refused(std::move(message)); }

double NumberOf(std::string_view text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc::result_out_of_range) return number;
  const double sign = text.front() == '-' ? -1 : 1;
  const bool tiny = text.find("e-") != text.npos || text.find("E-") != text.npos;
  return sign * (tiny ? 0.0 : std::numeric_limits<double>::infinity());
}

// The words of the comparator: "=", "NOT IN", "IS NOT NULL".
std::string ComparatorWords(std::span<const Token> tokens, bool null_test) {
  std::string words;
  for (const Token& token : tokens.subspan(1, tokens.size() - (null_test ? 1 : 2))) {
    words += words.empty() ? "" : " ";
    for (const char c : token.text) {
      words += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return words;
}

std::optional<Comparator> ComparatorOf(std::string_view words) {
  for (int i = 0; i <= static_cast<int>(Comparator::kIsNotNull); ++i) {
    const auto comparator = static_cast<Comparator>(i);
    if (NameOf(comparator) == words) return comparator;
  }
  return std::nullopt;
}

bool IsOrdering(Comparator comparator) { return comparator <= Comparator::kGreaterEqual; }
bool IsEquality(Comparator comparator) { return comparator <= Comparator::kNotEqual; }
bool IsLike(Comparator comparator) {
  return comparator == Comparator::kLike || comparator == Comparator::kIlike;
}
bool IsList(Comparator comparator) {
  return comparator == Comparator::kIn || comparator == Comparator::kNotIn;
}

// Which comparators `id` takes. Lists are refused by their values already.
bool Fits(Kind kind, const Identifier& id, Comparator comparator) {
  if (id.numeric) return IsOrdering(comparator);
  if (IsList(comparator)) {
    if (id.entity == Entity::kDataset || kind == Kind::kLoggedModels) return true;
    const bool versions = kind == Kind::kModelVersions && comparator == Comparator::kIn;
    return id.entity == Entity::kAttribute && (kind == Kind::kRuns || versions);
  }
  return IsEquality(comparator) || IsLike(comparator);
}

Error BadComparatorOfRun(const Identifier& id, std::string_view words) {
  constexpr std::string_view kTexts = "{'=', '!=', 'LIKE', 'ILIKE'}";
  constexpr std::string_view kTextsAndLists = "{'=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'}";
  constexpr std::string_view kNumbers = "{'>', '>=', '!=', '=', '<', '<='}";
  const std::string start = fmt::format("Invalid comparator '{}' not one of '", words);
  switch (id.entity) {  // some without their last quote, as clients have always seen them
    case Entity::kMetric: return Invalid(fmt::format("{}{}", start, kNumbers));
    case Entity::kParam: return Invalid(fmt::format("{}{}'", start, kTexts));
    case Entity::kTag: return Invalid(fmt::format("{}{}", start, kTexts));
    case Entity::kDataset: return Invalid(fmt::format("{}{}", start, kTextsAndLists));
    case Entity::kAttribute: break;
  }
  if (id.numeric) return Invalid(fmt::format("{}{}", start, kNumbers));
  return Invalid(fmt::format("{}{}'", start, kTextsAndLists));
}

Error BadComparator(Kind kind, const Identifier& id, std::string_view words) {
  const bool tag = id.entity == Entity::kTag;
  switch (kind) {
    case Kind::kRuns: return BadComparatorOfRun(id, words);
    case Kind::kExperiments:
      return Invalid(fmt::format("Invalid comparator for {}: {}",
                                 tag          ? "tag"
                                 : id.numeric ? "numeric attribute"
                                              : "string attribute",
                                 words));
    case Kind::kLoggedModels: {
      constexpr std::string_view kEntities[] = {"attributes", "metrics", "params", "tags", ""};
      return Invalid(fmt::format(
          "Invalid comparison operator for {}.{}: '{}'. Expected one of {}.",
          kEntities[static_cast<std::size_t>(id.entity)], id.key, words,
          id.numeric ? "('<', '<=', '>', '>=', '=', '!=')" : "('=', '!=', 'LIKE', 'ILIKE')"));
    }
    case Kind::kRegisteredModels:
    case Kind::kModelVersions: break;
  }
  if (id.numeric)
    return Invalid(fmt::format("Invalid comparator for attribute {}: {}", id.key, words));
  return Invalid(fmt::format("Invalid comparator for {}: {}", tag ? "tag" : "attribute", words));
}

Error IllFormedList() {
  return Invalid(
      "While parsing a list in the query, expected a non-empty list of string values, but got "
      "ill-formed list.");
}

std::optional<std::string> Unquoted(const Token& token) {
  std::string_view text = token.text;
  std::string storage;
  const bool quoted = Unquote(text, '\'', storage) || Unquote(text, '"', storage);
  return quoted ? std::optional(std::string(text)) : std::nullopt;
}

Result<std::vector<std::string>> ReadList(const Token& parenthesis) {
  std::string_view inner = parenthesis.text;
  inner = inner.substr(1, inner.size() - 2);
  const std::vector<Token> tokens = Lex(inner);
  if (tokens.empty()) {
    return Invalid(
        "While parsing a list in the query, expected a non-empty list of string values, but got "
        "empty list");
  }
  std::vector<std::string> list;
  bool value_next = true;
  for (const Token& token : tokens) {
    const bool comma = token.kind == TokenKind::kOther && token.text == ",";
    if (comma == value_next) return IllFormedList();
    value_next = comma;
    if (comma) continue;
    auto text = Unquoted(token);
    if (!text) {
      return Invalid(
          fmt::format("While parsing a list in the query, expected string value, "
                      "punctuation, or whitespace, but got different type in list: {}",
                      parenthesis.text));
    }
    if (list.size() == limits::kSearchListValues) {
      return Invalid(fmt::format("While parsing a list in the query, got more than {} values",
                                 limits::kSearchListValues));
    }
    list.push_back(*std::move(text));
  }
  return list;
}

bool TakesLists(Kind kind, const Identifier& id) {
  if (id.entity == Entity::kDataset) return true;
  if (id.entity != Entity::kAttribute || id.numeric) return false;
  return kind == Kind::kLoggedModels || id.key == "run_id";
}

Error NotText(Kind kind, const Identifier& id, const Token& value) {
  if (id.entity == Entity::kDataset) {
    return Invalid(
        fmt::format("Expected a quoted string value for dataset attributes. Got value "
                    "{}",
                    value.text));
  }
  if (id.entity != Entity::kAttribute) {
    return Invalid(
        fmt::format("Expected a quoted string value for {} (e.g. 'my-value'). Got "
                    "value {}",
                    NameOf(id.entity), value.text));
  }
  if (value.kind == TokenKind::kParenthesis) {
    return Invalid(
        "Only the 'run_id' attribute supports comparison with a list of quoted string values.");
  }
  if (kind == Kind::kModelVersions && value.kind == TokenKind::kNumber) {
    return Invalid(
        "Only the '{'version_number', 'creation_timestamp', 'last_updated_timestamp'}' attributes "
        "support comparison with numeric values.");
  }
  const bool registry = kind == Kind::kRegisteredModels || kind == Kind::kModelVersions;
  return Invalid(fmt::format("Expected a quoted string value {}for attributes. Got value {}",
                             registry ? "or a list of quoted string values " : "", value.text));
}

Error NotNumber(const Identifier& id, const Token& value) {
  if (id.entity == Entity::kMetric) {
    return Invalid(fmt::format("Expected numeric value type for metric. Found {}", value.text));
  }
  return Invalid(fmt::format("Expected numeric value type for numeric attribute: {}. Found {}",
                             id.key, value.text));
}

Status ReadValue(Kind kind, const Identifier& id, const Token& value, Clause& clause) {
  if (id.numeric) {
    if (value.kind != TokenKind::kNumber) return NotNumber(id, value);
    clause.numeric = true;
    clause.number = NumberOf(value.text);
    return Ok();
  }
  if (IsList(clause.comparator) && value.kind == TokenKind::kParenthesis && TakesLists(kind, id)) {
    ASSIGN_OR_RETURN(clause.list, ReadList(value));
    return Ok();
  }
  const bool bare = kind == Kind::kLoggedModels &&
                    (value.kind == TokenKind::kName || value.kind == TokenKind::kNumber);
  if (value.kind != TokenKind::kString && value.kind != TokenKind::kName && !bare) {
    return NotText(kind, id, value);
  }
  if (auto text = Unquoted(value)) {
    clause.text = *std::move(text);
  } else if (bare) {
    clause.text = value.text;
  } else {
    return Invalid(
        fmt::format("Parameter value is either not quoted or unidentified quote types "
                    "used for string value {}. Use either single or double quotes.",
                    value.text));
  }
  return Ok();
}

Status CheckNullTest(Kind kind, const Identifier& id) {
  const bool param = id.entity == Entity::kParam && kind != Kind::kExperiments;
  if (id.entity == Entity::kTag || param) return Ok();
  if (kind == Kind::kRuns || kind == Kind::kLoggedModels) {
    return Invalid(
        fmt::format("IS NULL / IS NOT NULL is only supported for tags and params, not "
                    "for '{}' '{}'",
                    NameOf(id.entity), id.key));
  }
  return Invalid(
      fmt::format("IS NULL / IS NOT NULL is only supported for tags, not for attribute "
                  "'{}'",
                  id.key));
}

}  // namespace

Result<Clause> ReadClause(Kind kind, std::span<const Token> tokens) {
  if (tokens.front().kind != TokenKind::kName) {
    return Invalid(fmt::format("Invalid comparison clause. Expected 'Identifier' found '{}'",
                               tokens.front().text));
  }
  ASSIGN_OR_RETURN(const Identifier id, ReadIdentifier(kind, Use::kFilter, tokens.front().text));
  const bool null_test = IsWord(tokens[1], "IS");
  const std::string words = ComparatorWords(tokens, null_test);
  const auto comparator = ComparatorOf(words);
  Clause clause{.entity = id.entity, .key = id.key};
  if (null_test) {
    RETURN_IF_ERROR(CheckNullTest(kind, id));
    clause.comparator = *comparator;
    return clause;
  }
  if (comparator) clause.comparator = *comparator;
  RETURN_IF_ERROR(ReadValue(kind, id, tokens.back(), clause));
  if (!comparator || !Fits(kind, id, *comparator)) return BadComparator(kind, id, words);
  if (IsList(*comparator) != !clause.list.empty()) return BadComparator(kind, id, words);
  if (IsLike(*comparator)) RETURN_IF_ERROR(CheckLikePattern(clause.text));
  return clause;
}

}  // namespace mooring::records::search
