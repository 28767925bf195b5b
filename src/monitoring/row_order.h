// RowOrder: how much each column's rows resemble the row before, over one window
// (data/stats/serial_correlation.h says what that is for).
//
// Thread safety: none. Complexity: 3 ns a value, 20 ns one of a column without a dictionary; no
// allocation after the first batch of a schema.
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
  // What a batch's column means here.
  struct Source {
    std::size_t from = 0, to = 0;
    const data::CategoryBins* categories = nullptr;  // null: numbers
    std::shared_ptr<const data::Dictionary> dictionary;
    std::vector<std::uint16_t> slots;  // of the dictionary's codes
  };
  struct Bound {
    std::shared_ptr<const data::Schema> schema;
    std::vector<Source> sources;
  };
  // Of a column of the reference's numbers.
  struct Scale {
    double pivot = 0, per_unit = 1;
  };
  const Bound& BoundFor(const data::Batch& batch);
  Bound Bind(const data::Batch& batch) const;
  template <typename T>
  void AddNumbers(const data::Column& column, std::size_t to);
  void AddNumeric(const data::Column& column, std::size_t to);
  void AddTexts(const data::Column& column, const Source& source);

  std::shared_ptr<const data::BatchProfile> reference_;
  std::vector<data::SerialCorrelation> columns_;
  std::vector<Scale> scales_;
  std::vector<Bound> bound_;
};

}  // namespace mooring::monitoring
