#include "records/search/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "records/search/lexer.h"
#include "records/search/refusal.h"
#include "records/search/vocabulary.h"

namespace mooring::records::search {
namespace {

Error Invalid(std::string message) { return Refused(std::move(message)); }

Error NotParsed(std::string_view item) {
  return Invalid(fmt::format("Invalid order_by clause '{}'. Could not be parsed.", item));
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

struct Parts {
  std::string_view identifier;
  bool ascending = true;
};

// `name` or `name direction`; nothing before, after or else, not even a blank.
Result<Parts> Cut(std::string_view item) {
  const std::vector<Token> tokens = Lex(item);
  const bool blank = !item.empty() && (IsSpace(item.front()) || IsSpace(item.back()));
  if (tokens.empty() || tokens.size() > 2 || blank) return NotParsed(item);
  for (const Token& token : tokens) {
    if (token.kind != TokenKind::kName) return NotParsed(item);
  }
  Parts parts{tokens[0].text};
  if (tokens.size() == 1) return parts;
  const std::string direction = Lower(tokens[1].text);
  if (direction != "asc" && direction != "desc") {
    if (parts.identifier == "timestamp") return NotParsed(item);
    return Invalid(fmt::format("Invalid ordering key in order_by clause '{}'.", item));
  }
  parts.ascending = direction == "asc";
  return parts;
}

Result<SortKey> ReadItem(Kind kind, std::string_view item) {
  if (item.size() > limits::kSearchOrderBytes) {
    return Invalid(fmt::format("Invalid order_by clause: it has {} bytes, more than {}",
                               item.size(), limits::kSearchOrderBytes));
  }
  ASSIGN_OR_RETURN(const Parts parts, Cut(item));
  ASSIGN_OR_RETURN(Identifier id, ReadIdentifier(kind, Use::kOrder, parts.identifier));
  if (kind == Kind::kRuns ? id.entity == Entity::kDataset : id.entity != Entity::kAttribute) {
    return Invalid(kind == Kind::kRuns
                       ? fmt::format("Invalid order_by entity type '{}'", NameOf(id.entity))
                       : fmt::format("Invalid order_by entity: {}", NameOf(id.entity)));
  }
  return SortKey{.entity = id.entity, .key = std::move(id.key), .ascending = parts.ascending};
}

void AppendUnlessThere(std::vector<SortKey>& order, std::string_view attribute, bool ascending) {
  const bool there = std::ranges::any_of(order, [&](const SortKey& key) {
    return key.entity == Entity::kAttribute && key.key == attribute;
  });
  if (!there) order.push_back({.key = std::string(attribute), .ascending = ascending});
}

}  // namespace

void CompleteOrder(Kind kind, std::vector<SortKey>& order) {
  const bool none = order.empty();
  switch (kind) {
    case Kind::kRuns:
      AppendUnlessThere(order, "start_time", false);
      AppendUnlessThere(order, "run_id", true);
      break;
    case Kind::kExperiments:
      if (none) AppendUnlessThere(order, "creation_time", false);
      AppendUnlessThere(order, "experiment_id", none);
      break;
    case Kind::kLoggedModels:
      AppendUnlessThere(order, "creation_timestamp", false);
      AppendUnlessThere(order, "model_id", true);
      break;
    case Kind::kRegisteredModels: AppendUnlessThere(order, "name", true); break;
    case Kind::kModelVersions:
      if (none) AppendUnlessThere(order, "last_updated_timestamp", false);
      AppendUnlessThere(order, "name", true);
      AppendUnlessThere(order, "version_number", false);
      break;
  }
}

Result<std::vector<SortKey>> ParseOrder(Kind kind, std::span<const std::string> order_by) {
  if (order_by.size() > limits::kSearchOrders) {
    return Invalid(fmt::format("Invalid order_by: it has {} clauses, more than {}", order_by.size(),
                               limits::kSearchOrders));
  }
  std::vector<SortKey> order;
  for (const std::string& item : order_by) {
    ASSIGN_OR_RETURN(SortKey key, ReadItem(kind, item));
    order.push_back(std::move(key));
  }
  CompleteOrder(kind, order);
  return order;
}

Result<SortKey> ReadLoggedModelOrder(std::string_view field, bool ascending,
                                     std::string_view dataset_name,
                                     std::string_view dataset_digest) {
  if (field.empty()) {
    return Invalid("`field_name` in the `order_by` clause must be specified.");
  }
  if (field.size() > limits::kSearchOrderBytes) {
    return Invalid(fmt::format("Invalid order by field name: it has {} bytes, more than {}",
                               field.size(), limits::kSearchOrderBytes));
  }
  if (!dataset_digest.empty() && dataset_name.empty()) {
    return Invalid("`dataset_digest` can only be specified if `dataset_name` is also specified.");
  }
  const std::size_t dot = field.find('.');
  if (dot != field.npos && field.substr(0, dot) != "metrics") {
    return Invalid(fmt::format("Invalid order by field name: {}, only `metrics.<name>` is allowed.",
                               field.substr(0, dot)));
  }
  const auto id = ReadIdentifier(Kind::kLoggedModels, Use::kOrder, field);
  if (!id.ok()) return Invalid(fmt::format("Invalid order by field name: {}", field));
  return SortKey{.entity = id->entity,
                 .key = id->key,
                 .ascending = ascending,
                 .dataset_name = std::string(dataset_name),
                 .dataset_digest = std::string(dataset_digest)};
}

}  // namespace mooring::records::search
