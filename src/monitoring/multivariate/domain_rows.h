// DomainRows: rows of a reference and of a window side by side, as a booster that is to tell them
// apart takes them. A step of domain_classifier.h.
//
// At most `most_rows` of each side are drawn by seed; columns that only one side has, timestamps
// and columns of different types are left out; texts become categories over the values of both
// sides (the commonest kLevels, the rest is missing), so that a new value is a value like others.
//
// Thread safety: pure function. Complexity: linear in the cells.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/rng.h"
#include "data/table/batch.h"

namespace mooring::monitoring {

struct DomainRows {
  static constexpr std::size_t kLevels = 256;

  data::Batch rows;                  // reference first, then window
  std::vector<std::uint8_t> labels;  // 1 for the window
  std::vector<std::uint8_t> folds;   // a random fold of each row, equally many of each side
};

// kInvalidArgument when no column is left.
Result<DomainRows> MakeDomainRows(const data::Batch& reference, const data::Batch& window,
                                  std::size_t most_rows, std::size_t folds, Rng& rng);

// `count` of the numbers below `size`, in random order; all of them when there are fewer.
std::vector<std::size_t> DrawRows(std::size_t size, std::size_t count, Rng& rng);

}  // namespace mooring::monitoring
