// SettledDecisions: of which decisions nothing more is to come: their result was counted, or they
// were not used. So a result counts once, however often and however late its outcome is told.
//
// One bit a decision up to the last settled one of its segment. Thread safety: none; the ledger's
// lock.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace mooring::serving {

class SettledDecisions {
 public:
  void Add(DecisionId decision);
  bool Has(DecisionId decision) const;
  // Segments whose decisions can have no outcome any more.
  void ForgetBefore(std::uint32_t segment);

  // By replica and segment; bit i of word w is ordinal 64 w + i. The last word is not 0.
  using Words = std::vector<std::uint64_t>;
  using Segments = std::map<std::pair<std::uint16_t, std::uint32_t>, Words>;
  const Segments& segments() const { return segments_; }
  void Restore(Segments segments) { segments_ = std::move(segments); }

 private:
  Segments segments_;
};

}  // namespace mooring::serving
