// Names and numbers that travel between rooms, each a type of its own so that they cannot be
// mixed up.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring {

// A model's name: 1 to 128 characters of [A-Za-z0-9_.-], starting with a letter or digit, and not
// "." or "..". So it is safe in a path, a URL and a label. Anything else is kInvalidArgument.
Status ValidateName(std::string_view kind, std::string_view name);

// A version of a model: 1, 2, 3 … in the order of registration; 0 means none.
using VersionNumber = std::uint32_t;

// The address of a decision in the journal, and so its id: which replica wrote it, into which
// segment, as which decision of that segment. Text form "d1-57-4021". Ordered by time within a
// replica.
struct DecisionId {
  std::uint16_t replica = 0;
  std::uint32_t segment = 0;
  std::uint32_t ordinal = 0;

  auto operator<=>(const DecisionId&) const = default;
  std::string ToString() const;
  // Accepts exactly what ToString writes: no signs, spaces or leading zeros.
  static Result<DecisionId> Parse(std::string_view text);
};

}  // namespace mooring

template <>
struct std::hash<mooring::DecisionId> {
  std::size_t operator()(const mooring::DecisionId& id) const noexcept {
    const std::uint64_t key = (std::uint64_t{id.segment} << 32) | id.ordinal;
    return std::hash<std::uint64_t>()(key * 0x9E3779B97F4A7C15ULL + id.replica);
  }
};
