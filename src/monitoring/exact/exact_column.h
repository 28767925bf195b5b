// ColumnComparer: one column of an exact comparison (exact_drift.h): reads both sides, computes all
// its statistics. Keeps its buffers, so a table's columns go through one comparer a thread.
//
// Thread safety: one thread's. Ownership: owns its readers.
#pragma once

#include <memory>

#include "data/stats/sort_doubles.h"
#include "monitoring/exact/exact_drift.h"

namespace mooring::monitoring {

class ColumnComparer {
 public:
  static Result<ColumnComparer> Open(const ColumnSource& reference, const ColumnSource& current);

  Result<ExactColumn> Compare(const ColumnSource::Field& field);

 private:
  ColumnComparer(std::unique_ptr<ColumnReader> reference, std::unique_ptr<ColumnReader> current)
      : reference_(std::move(reference)), current_(std::move(current)) {}
  Status CompareNumbers(ExactColumn& column);
  Status CompareCategories(ExactColumn& column);

  std::unique_ptr<ColumnReader> reference_, current_;
  NumberSample numbers_before_, numbers_now_;
  data::DoubleSorter sorter_;
};

}  // namespace mooring::monitoring
