// What a search asks: conditions that must all hold, and an order. The shape that the texts of
// MLflow's clients are read into (filter.h, order.h), and that is answered from (match.h).
//
// Attributes carry their own names here, never aliases: "created" was read as start_time.
// Thread safety: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mooring::records::search {

enum class Kind : std::uint8_t {
  kRuns,
  kExperiments,
  kLoggedModels,
  kRegisteredModels,
  kModelVersions,
};

enum class Entity : std::uint8_t { kAttribute, kMetric, kParam, kTag, kDataset };

enum class Comparator : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kLike,   // case counts
  kIlike,  // it does not
  kIn,
  kNotIn,
  kIsNull,
  kIsNotNull,
};

// `key` `comparator` a literal. Only one of the three literals means something: the list for (NOT)
// IN, the number where `numeric`, else the text.
struct Clause {
  Entity entity = Entity::kAttribute;
  std::string key = {};
  Comparator comparator = Comparator::kEqual;
  bool numeric = false;
  double number = 0;
  std::string text = {};
  std::vector<std::string> list = {};
  bool operator==(const Clause&) const = default;
};

struct SortKey {
  Entity entity = Entity::kAttribute;
  std::string key = {};
  bool ascending = true;
  std::string dataset_name = {}, dataset_digest = {};  // of a logged model's metric; "": any
  bool operator==(const SortKey&) const = default;
};

}  // namespace mooring::records::search
