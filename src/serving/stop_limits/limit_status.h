// LimitStatus: where a version's limits stand now: the threshold in force, what is used of it, and
// whether it is shut. For people and /metrics; decisions are judged by the same MaxInForce.
//
// Budgets that `per`, callers or decisions divide have no one usage: `divided` says so, and no key
// is ever told.
//
// Thread safety: any thread. Cost: a lock of the ledger a limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "serving/stop_limits/limit_ledger.h"
#include "serving/stop_limits/limit_set.h"

namespace mooring::serving {

// Whether a verdict that a quality limit is about stands for a version.
bool VerdictStands(const CompiledLimit& limit, const LimitControls::Watch& watch,
                   VersionNumber version);

struct LimitMomentOf {
  VersionNumber version = 0;
  std::int64_t now = 0;  // µs since 1970
};
// The max of set.limits()[index]: the contract's, or what people replaced it by, at this step of
// the ramp, times the factors of quality limits that stand. In minor units.
std::int64_t MaxInForce(const LimitSet& set, const LimitsInForce& in_force, std::size_t index,
                        const LimitMomentOf& moment);

struct LimitStatus {
  const CompiledLimit* limit = nullptr;  // lives as long as the set
  // In force, in units of `digits`; of a rate decisions in its period, of a share and a growth a
  // part. Nothing where the kind has none.
  std::optional<std::int64_t> max;
  int digits = 0;
  std::optional<std::int64_t> contract_max;
  bool changed = false;                  // people put another max in its place
  std::int64_t released_at = 0;          // µs since 1970; 0: never
  bool divided = false, stands = false;  // stands: kQuality, and a verdict stands
  LimitLedger::Usage usage;              // nothing of a divided one, nor of one without a budget
  // Of the max; nothing where there is no one number to tell.
  std::optional<double> used() const;
};

// In the contract's order.
std::vector<LimitStatus> StatusOf(const LimitSet& set, const LimitControls& controls,
                                  const LimitLedger& ledger);

}  // namespace mooring::serving
