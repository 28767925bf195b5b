// What a limit's hit tells outside: numbers only where there are any, and what it comes to in
// words. A bound tells the bound, a collar and a verdict of the watch nothing: a number of theirs
// would be the model's raw value, or none at all.
//
// Thread safety: pure.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "records/contract/limit_rule.h"
#include "records/journal/limit_note.h"

namespace mooring::records {

// LimitHit::current where the quantity could not be computed.
inline constexpr std::int64_t kNotComputed = std::numeric_limits<std::int64_t>::min();

struct ToldHit {
  std::optional<std::int64_t> current, threshold;  // none: there is nothing to tell
  std::string_view state;
};

// `kind`: of the hit's limit; nothing when its contract is not known.
ToldHit Tell(const LimitHit& hit, std::optional<LimitKind> kind);

}  // namespace mooring::records
