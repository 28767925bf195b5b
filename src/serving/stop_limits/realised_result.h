// RealisedResults: what outcomes make of the decisions they are about, for limits on drawdown. Each
// outcome's decision is read from the journal, and the result expression of each limit that it was
// made under is evaluated over its inputs, its raw score, `score`, `amount` and the outcome.
//
//   for (const RealisedResult& one : RealisedOf(journal, limits_of, outcomes)) …
//
// A result is exact where the expression is, and rounded down: a loss away from zero. Counted are
// decisions that gave a value (ADMIT, CLAMP, FALLBACK) while limits were checked; of the hard form
// a FALLBACK only when it holds its worst case. The raw score of a FALLBACK is its `score`: another
// version's, or nothing. Limits are those in force for the version now. The outcome that counts is
// the one that the contract names; in a binary task its class counts as 1 or 0.
//
// What cannot be computed (no such limits are loaded, another contract's inputs, a null, more than
// 64 bits) waits: nothing is counted and the worst case stays held.
//
// Thread safety: a free function; no lock is held. Cost: one read of the journal for the outcomes
// of a block that come one after another, then about 1 µs a limit.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "records/journal/journal.h"
#include "records/journal/reader.h"
#include "serving/stop_limits/limit_set.h"

namespace mooring::serving {

// The limits in force for what a binding decides; null: it is not loaded, or has none.
using LimitsOf = std::function<std::shared_ptr<const LimitSet>(const records::Binding&)>;

struct RealisedResult {
  enum class What : std::uint8_t {
    kUnread,   // the journal could not say; what the decision holds must stay held
    kNothing,  // no limit on drawdown is concerned
    kWaits,    // the result is not known
    kKnown,
  };
  struct Part {
    records::LimitStateId state;
    const TermShape* shape = nullptr;  // of `limits`
    std::int64_t amount = 0;           // minor units; a loss is negative
  };
  What what = What::kUnread;
  std::vector<Part> parts;                      // kKnown
  std::vector<records::LimitStateId> awaiting;  // budgets that hold its worst case for a result
  std::shared_ptr<const LimitSet> limits;

  // Whether an outcome frees what the decision holds of the budget.
  bool Frees(const records::LimitStateId& state) const;
};

// One for each outcome, in their order.
std::vector<RealisedResult> RealisedOf(records::Journal& journal, const LimitsOf& limits_of,
                                       std::span<const records::Outcome> outcomes);

// The delta that counts a part at `now` (µs since 1970), as row `row` of a record.
records::LimitDelta ResultDelta(const RealisedResult::Part& part, std::uint32_t row,
                                std::int64_t now);

}  // namespace mooring::serving
