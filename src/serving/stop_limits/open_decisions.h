// OpenDecisions: which decision holds how much of which budget until it is closed. What a limit on
// open exposure, and the hard form of a drawdown, count.
//
// Thread safety: none; the ledger's lock. About 80 bytes a holding.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "records/journal/limit_note.h"

namespace mooring::serving {

// LimitDelta::bucket of a kOpen that a result ends and not any outcome: of a drawdown.
inline constexpr std::int64_t kAwaitsResult = 1;

class OpenDecisions {
 public:
  struct Holding {
    records::LimitStateId state;
    std::int64_t amount = 0;
  };
  void Hold(DecisionId decision, const Holding& holding);
  // Ends what it holds of `state` and says how much that was; 0 when it holds nothing of it: what
  // is closed twice gives back once.
  std::int64_t Close(DecisionId decision, const records::LimitStateId& state);
  // kClose deltas, one a budget; empty when it holds nothing.
  std::vector<records::LimitDelta> Closing(DecisionId decision) const;

  // A kClose delta names its decision: segment and ordinal in `bucket`, the replica in `expires`.
  static DecisionId DecisionOf(const records::LimitDelta& close);

  std::size_t size() const { return holdings_.size(); }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& [decision, holding] : holdings_) visit(decision, holding);
  }

 private:
  std::unordered_multimap<DecisionId, Holding> holdings_;
};

}  // namespace mooring::serving
