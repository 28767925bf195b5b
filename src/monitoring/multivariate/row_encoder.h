// RowEncoder: mixed columns as standardised numbers, learned from a reference: missing values are
// imputed, category values become their share in the reference, then every column is brought to
// mean 0 and deviation 1. What models of linear structure (PCA, pair correlations) need.
//
// Rules, which are also NannyML's for its reconstruction error: missing numbers become the
// reference's mean, missing texts its most frequent value (the first in byte order among equals);
// an unseen value has share 0; deviations are the population's; a constant column is only centred.
// Ours: NaN and infinities are missing; columns of timestamps are left out; of a column with more
// than kLevels values the rarest count as unseen.
//
// Thread safety: const use from any thread. Failure: kInvalidArgument.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::monitoring {

struct EncodedColumn {
  std::string name;
  bool is_text = false;
  double impute = 0;  // a number, or the share of the most frequent value
  double mean = 0, scale = 1;
  std::map<std::string, double, std::less<>> shares;  // text only

  bool operator==(const EncodedColumn&) const = default;
};

class RowEncoder {
 public:
  static constexpr std::size_t kLevels = 4096, kMostColumns = 256;

  // All columns but timestamps. No rows, no such column, or more than kMostColumns is an error.
  static Result<RowEncoder> Learn(const data::Batch& reference);
  // From stored parts.
  explicit RowEncoder(std::vector<EncodedColumn> columns) : columns_(std::move(columns)) {}

  std::size_t width() const { return columns_.size(); }
  const std::vector<EncodedColumn>& columns() const { return columns_; }
  // Row-major, rows × width. The batch's columns are found by name; one that is absent, or text
  // where numbers were learned or the other way round, is an error.
  Result<std::vector<double>> Encode(const data::Batch& batch) const;

 private:
  std::vector<EncodedColumn> columns_;
};

}  // namespace mooring::monitoring
