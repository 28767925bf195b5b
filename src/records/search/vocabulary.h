// The words of each kind's searches: which entities and attributes a filter and an order may name,
// their aliases, and how a refusal lists them (the texts that MLflow's clients know).
//
// Thread safety: pure functions over constants.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "records/search/query.h"

namespace mooring::records::search {

struct Attribute {
  std::string_view name;       // as it is written
  std::string_view canonical;  // as a Clause carries it
  bool numeric = false;
  bool filtered = true, ordered = true;
};

// In the order in which refusals list them.
std::span<const Attribute> AttributesOf(Kind kind);

enum class Use : std::uint8_t { kFilter, kOrder };

// An identifier, "metrics.auc", "params.`my key`" or "name", as entity and canonical key. It is cut
// at its first dot; quotes (", ', `) around the key are taken off. kInvalidArgument: an unknown
// entity, attribute or key of a dataset.
struct Identifier {
  Entity entity = Entity::kAttribute;
  std::string key;
  bool numeric = false;
};
Result<Identifier> ReadIdentifier(Kind kind, Use use, std::string_view text);

// "metric", "parameter", "tag", "attribute", "dataset": how refusals call it.
std::string_view NameOf(Entity entity);
// ">=", "LIKE", "NOT IN"…
std::string_view NameOf(Comparator comparator);

// Takes a pair of `quote` off the ends and makes one of each doubled one inside; nothing when the
// text is not so quoted.
bool Unquote(std::string_view& text, char quote, std::string& storage);

// A text in quotes as Python shows it: 'zz', or "it's".
std::string PythonQuoted(std::string_view text);

}  // namespace mooring::records::search
