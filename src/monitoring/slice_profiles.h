// SliceProfiles: a profile for each slice, on the bins of the whole. Rows are gathered slice by
// slice and counted in blocks, which costs less than one by one.
//
// Thread safety: none. Complexity: 0.2 µs a row and sliced column beside the profile's own cost; no
// allocation after the first rows. Memory: a profile and 64 rows a slice.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "data/stats/profile.h"
#include "monitoring/slicer.h"

namespace mooring::monitoring {

class SliceProfiles {
 public:
  SliceProfiles(std::vector<Slice> slices, std::shared_ptr<const data::FrozenBins> bins);

  // The rows of `inputs`, with their scores beside them when there are any: a batch of the same
  // rows.
  Status Add(const data::Batch& inputs, const data::Batch* scores);

  std::size_t size() const { return slicer_.size(); }
  const Slice& slice(std::size_t place) const { return slicer_.slice(place); }
  // Since it was cleared: its rows, and all rows among which they were found.
  std::uint64_t rows(std::size_t place) const { return parts_[place].rows; }
  std::uint64_t among(std::size_t place) const { return seen_ - parts_[place].seen_before; }
  // With everything that was added.
  Result<const data::BatchProfile*> Profile(std::size_t place);
  void Clear(std::size_t place);

 private:
  struct Part {
    std::uint64_t rows = 0;
    std::uint64_t seen_before = 0;  // all rows when it was cleared
    data::BatchProfile profile;
    data::Batch inputs, scores;  // not counted yet
  };
  Status Keep(Part& part, const data::Batch& inputs, const data::Batch* scores, std::size_t row);
  static Status Count(Part& part);

  Slicer slicer_;
  std::uint64_t seen_ = 0;
  std::vector<Part> parts_;
  std::vector<std::uint32_t> places_;
};

}  // namespace mooring::monitoring
