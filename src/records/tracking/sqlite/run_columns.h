// Columns that runs are sorted by: of each of some runs, the place that its value of one key has.
//
// Numbers are their own places; texts are numbered in their order, so that none is kept. Missing
// and NaN are apart from both. Cost: one walk of the key's index, or of the experiments' runs for
// an attribute; 9 bytes a run. Thread safety: as the session.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "records/search/query.h"
#include "records/tracking/sqlite/run_filter.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::records {

class RunColumn {
 public:
  explicit RunColumn(std::size_t runs, bool ascending)
      : places_(runs), ranks_(runs, kMissing), ascending_(ascending) {}
  void Put(std::size_t index, double place) {
    ranks_[index] = place != place ? kNan : kValue;
    places_[index] = ascending_ ? place : -place;
  }
  // <0: the run at index `a` comes first.
  int Compare(std::size_t a, std::size_t b) const {
    if (ranks_[a] != ranks_[b]) return ranks_[a] < ranks_[b] ? -1 : 1;
    if (ranks_[a] != kValue || places_[a] == places_[b]) return 0;
    return places_[a] < places_[b] ? -1 : 1;
  }

 private:
  static constexpr std::uint8_t kValue = 0, kNan = 1, kMissing = 2;
  std::vector<double> places_;
  std::vector<std::uint8_t> ranks_;
  bool ascending_;
};

// The column of `key` for `runs` of the scope.
Result<RunColumn> ReadColumn(Session& session, const RunScope& scope, const search::SortKey& key,
                             std::span<const std::int64_t> runs);

}  // namespace mooring::records
