// MedianRefill: gives the trailing medians of collars what they had before a restart, from the
// journal's newest decisions of each version.
//
// Read is the newest of the journal, at most kMedianDecisions decisions and outcomes and
// the rest of the oldest one's segment. What a version decided itself counts (ADMIT, CLAMP); what
// it said for others as a step of their chain does not come back. A ring that is not full then, or
// a version that is loaded later, has the collar's `start` as its reference until it is.
//
// Thread safety: before the first decision. Cost: about 3 µs a decision; nothing where no collar is
// on a median.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"
#include "serving/stop_limits/limit_set.h"

namespace mooring::serving {

inline constexpr std::uint64_t kMedianDecisions = 100'000;

class MedianRefill final : public records::JournalVisitor {
 public:
  // Of these, the ones with a median; null ones are left out.
  explicit MedianRefill(std::span<const std::shared_ptr<const LimitSet>> sets);
  bool empty() const { return sets_.empty(); }
  void OnDecisions(const records::ReadDecisions& block) override;

 private:
  std::vector<std::shared_ptr<const LimitSet>> sets_;
};

Status RefillMedians(std::span<const std::shared_ptr<const LimitSet>> sets,
                     records::Journal& journal, FileSystem& files, const std::string& directory);

}  // namespace mooring::serving
