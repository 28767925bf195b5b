#include "serving/stop_limits/settled_decisions.h"

#include <algorithm>

namespace mooring::serving {
namespace {

constexpr std::uint32_t kBits = 64;

}  // namespace

void SettledDecisions::Add(DecisionId decision) {
  Words& words = segments_[{decision.replica, decision.segment}];
  const std::size_t word = decision.ordinal / kBits;
  if (words.size() <= word) words.resize(word + 1);
  words[word] |= std::uint64_t{1} << (decision.ordinal % kBits);
}

bool SettledDecisions::Has(DecisionId decision) const {
  const auto found = segments_.find({decision.replica, decision.segment});
  if (found == segments_.end()) return false;
  const std::size_t word = decision.ordinal / kBits;
  if (word >= found->second.size()) return false;
  return ((found->second[word] >> (decision.ordinal % kBits)) & 1) != 0;
}

void SettledDecisions::ForgetBefore(std::uint32_t segment) {
  std::erase_if(segments_, [&](const auto& one) { return one.first.second < segment; });
}

}  // namespace mooring::serving
