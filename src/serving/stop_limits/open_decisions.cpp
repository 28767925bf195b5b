#include "serving/stop_limits/open_decisions.h"

#include <algorithm>

namespace mooring::serving {

using records::LimitDelta;
using records::LimitOp;
using records::LimitStateId;

void OpenDecisions::Hold(DecisionId decision, const Holding& holding) {
  holdings_.emplace(decision, holding);
}

std::int64_t OpenDecisions::Close(DecisionId decision, const LimitStateId& state) {
  std::int64_t freed = 0;
  auto [at, end] = holdings_.equal_range(decision);
  while (at != end) {
    if (at->second.state != state) {
      ++at;
      continue;
    }
    freed += at->second.amount;
    at = holdings_.erase(at);
  }
  return freed;
}

std::vector<LimitDelta> OpenDecisions::Closing(DecisionId decision) const {
  std::vector<LimitDelta> closing;
  const auto [begin, end] = holdings_.equal_range(decision);
  for (auto at = begin; at != end; ++at) {
    LimitDelta delta;
    delta.op = LimitOp::kClose;
    delta.state = at->second.state;
    delta.bucket =
        static_cast<std::int64_t>((std::uint64_t{decision.segment} << 32) | decision.ordinal);
    delta.expires = decision.replica;
    delta.amount = at->second.amount;
    closing.push_back(delta);
  }
  std::sort(closing.begin(), closing.end());
  return closing;
}

DecisionId OpenDecisions::DecisionOf(const LimitDelta& close) {
  const auto place = static_cast<std::uint64_t>(close.bucket);
  return {static_cast<std::uint16_t>(close.expires), static_cast<std::uint32_t>(place >> 32),
          static_cast<std::uint32_t>(place)};
}

}  // namespace mooring::serving
