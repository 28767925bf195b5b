// RowOrder: how much each column's rows resemble the row before, over one window
// (data/stats/serial_correlation.h says what that is for).
//
// Thread safety: none. Complexity: 3 ns a numeric value, 20 ns a category; no allocation after the
// first batch of a schema.
#pragma once

#include <memory>
#include <vector>

#include "data/stats/profile.h"
#include "data/stats/serial_correlation.h"

namespace mooring::monitoring {

class RowOrder {
 public:
  // Columns and units are the reference's.
  explicit RowOrder(std::shared_ptr<const data::BatchProfile> reference);

  // Columns that the reference does not have are left out; so are missing values.
  void Add(const data::Batch& batch);
  void Clear();
  // Of each of the reference's columns; `window` is the profile of the same rows.
  std::vector<double> Correlations(const data::BatchProfile& window) const;

 private:
  struct Source {
    std::size_t from = 0, to = 0;
  };
  struct Bound {
    std::shared_ptr<const data::Schema> schema;
    std::vector<Source> sources;
  };
  const Bound& BoundFor(const data::Batch& batch);

  std::shared_ptr<const data::BatchProfile> reference_;
  std::vector<data::SerialCorrelation> columns_;
  std::vector<double> units_;
  std::vector<Bound> bound_;
};

}  // namespace mooring::monitoring
