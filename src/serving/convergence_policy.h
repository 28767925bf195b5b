// NextAction: what to load, show or drop next so that what serves becomes what ought to. A pure
// function of what is wished, what is in memory, what is shown to requests and what failed;
// loaded_models.cpp does what it says, one action at a time, and asks again.
//
// The rules, first match wins:
//   1. show   what is loaded and wished, and no longer what is not wished; a model keeps its old
//             champion until the wished one is loaded
//   2. drop   what is neither wished nor shown, when memory is short for the next load
//   3. load   a wished champion that did not fail, then a wished previous version that did not
//   4. drop   what is neither wished nor shown
// A failed version is tried again when the wish changes or its pause is over. A version that does
// not fit into memory even then counts as failed: see FitsMemory.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace mooring::serving {

// A version under one contract: the same version under another contract is loaded anew.
struct VersionKey {
  std::string model;
  VersionNumber version = 0;
  std::string contract_hash;
  auto operator<=>(const VersionKey&) const = default;
};

// What ought to serve for one model; version 0: none.
struct Wish {
  std::string model;
  VersionNumber champion = 0, previous = 0;
  std::string contract_hash;
  std::uint64_t revision = 0;

  VersionKey Champion() const { return {model, champion, contract_hash}; }
  VersionKey Previous() const { return {model, previous, contract_hash}; }
};

// What requests see of one model.
struct Shown {
  std::optional<VersionKey> champion, previous;
  std::uint64_t revision = 0;
  std::string problem;
  bool operator==(const Shown&) const = default;
};

struct LoadFailure {
  std::string message;
  std::uint64_t revision = 0;  // of the wish
  Nanos retry_at{0};           // 0: only when the wish changes
};

struct ConvergenceView {
  std::vector<Wish> wishes;                    // by model name, each model once
  std::map<VersionKey, std::size_t> loaded;    // with bytes held
  std::map<std::string, Shown> shown;          // by model name
  std::map<VersionKey, LoadFailure> failures;
  std::set<VersionKey> loading;                // begun and not finished: not begun again
  std::size_t memory_budget_bytes = 0;         // 0: no limit
  Nanos now{0};
};

struct Action {
  enum class Kind : std::uint8_t { kNothing, kShow, kLoad, kDrop } kind = Kind::kNothing;
  VersionKey key;       // kLoad, kDrop
  bool operator==(const Action&) const = default;
};

Action NextAction(const ConvergenceView& view);

// What should be shown of a wish as things are.
Shown ShouldShow(const ConvergenceView& view, const Wish& wish);

// Bytes that a load of the key will likely take: as much as the model's largest loaded version.
std::size_t LikelyBytes(const ConvergenceView& view, const VersionKey& key);
bool FitsMemory(const ConvergenceView& view, std::size_t more_bytes);

}  // namespace mooring::serving
