// LimitKeys: of limits with `per`: how many keys have a budget in use, how many of them are shut,
// and which: the shut ones first, then those nearest to their max. A key is told by the hash that
// its budget is found by; its value is never kept.
//
// Counted are budgets that decisions used since the start or a snapshot had: one that was only read
// back from the journal joins its limit when the next decision uses it (budget_table.h). Of kRepeat
// each decision of a key has a budget of its own, and the key one that is shut.
//
// Thread safety: any thread. Cost: a look at every budget there is, about 50 ns each, a slice under
// each lock of the ledger: for people, not for /metrics.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "serving/stop_limits/limit_ledger.h"
#include "serving/stop_limits/limit_set.h"

namespace mooring::serving {

struct LimitKey {
  records::LimitStateId id;
  LimitLedger::Usage usage;
  std::optional<double> used;  // of the max; nothing where the kind has no one number to tell
};

struct LimitKeys {
  std::size_t in_use = 0, latched = 0;
  std::size_t most = 0;         // that may be in use
  std::vector<LimitKey> first;  // at most as many as were asked for
};

// In the contract's order, as StatusOf; nothing of a limit that is not divided.
std::vector<LimitKeys> KeysOf(const LimitSet& set, const LimitControls& controls,
                              const LimitLedger& ledger, std::size_t most);

}  // namespace mooring::serving
