// QualityRows: what is kept of the rows of a window until their outcomes have come: everything that
// quality is computed from, column by column.
//
// Thread safety: values. Memory: about 40 bytes a row, one for each feature, 2 for each column that
// the contract slices, and 8 for each column
// that a business measure reads; of a regression with an estimator 4 for each loss it learned.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace mooring::monitoring {

struct QualityRows {
  static constexpr std::uint16_t kNoSlice = 65'535;
  std::size_t score_columns = 1;    // numbers a row in `scores`
  std::size_t features = 0;         // bytes a row in `bins`
  std::size_t read_columns = 0;     // numbers a row in `read`
  std::size_t expected_losses = 0;  // numbers a row in `expected`
  std::size_t sliced_columns = 0;   // numbers a row in `slices`
  std::vector<double> scores;       // row by row; NaN: the row had no model decision
  std::vector<double> amounts;      // decided; NaN: none
  std::vector<double> truth;        // class index or number; NaN: not known yet
  std::vector<float> delay_s;       // from the decision to its outcome; NaN
  std::vector<std::uint8_t> bins;   // feature_bins.h, row by row
  // Places of the contract's slices that the row belongs to, row by row; kNoSlice in between.
  std::vector<std::uint16_t> slices;
  std::vector<double> read;  // inputs that business measures read, row by row; NaN missing
  // Losses that dle.h expected when the row came, in the order of its losses() (the absolute one
  // first), row by row; NaN: nothing was expected.
  std::vector<float> expected;
  std::uint64_t labelled = 0;  // rows whose truth is known

  std::size_t rows() const { return truth.size(); }
  bool known(std::size_t row) const { return !std::isnan(truth[row]); }
};

}  // namespace mooring::monitoring
