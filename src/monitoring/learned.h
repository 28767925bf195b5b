// Learned: what the watch knows of a version beside its reference profile, learned when it was
// registered: profiles of slices, and what other learners keep. Stored as one blob with the version
// (records::NewVersion::watch_blob); a version without one is watched without these.
//
// JSON: {"schema": 1, "slices": [{"column", "value" or "from" and "to", "profile": {…}}],
// "parts": {"quality": …, "dle": …, …}}, parts being texts that their learners read themselves.
//
// Thread safety: values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/stats/profile.h"
#include "monitoring/slicer.h"

namespace mooring::monitoring {

struct LearnedSlice {
  Slice slice;
  data::BatchProfile profile;
};

struct Learned {
  std::vector<LearnedSlice> slices;
  std::map<std::string, std::string, std::less<>> parts;  // by learner

  bool empty() const { return slices.empty() && parts.empty(); }
  // A part's text; "" when there is none.
  std::string_view Part(std::string_view learner) const;
};

std::string LearnedJson(const Learned& learned);
// Slices' profiles share `bins` (null: there can be none); kDataLoss when theirs are others, or the
// text is damaged.
Result<Learned> ParseLearned(std::string_view text,
                             const std::shared_ptr<const data::FrozenBins>& bins);

// Profiles of the slices of `rows` by the contract's rules, on the bins of `whole`.
Result<std::vector<LearnedSlice>> LearnSlices(std::span<const records::SliceRule> rules,
                                              const data::Batch& rows,
                                              const data::BatchProfile& whole);

}  // namespace mooring::monitoring
