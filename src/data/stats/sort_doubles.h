// DoubleSorter: sorts a large sample of numbers, several times faster than std::sort. For exact
// statistics of whole columns; for a few hundred values std::sort does as well.
//
// NaN go to the end; -0 comes before +0; infinities and denormals are numbers like others. What
// comes out depends on the values only, bit for bit, NaN apart (they become one quiet NaN).
//
// Method: a samplesort (Frazer & McKellar 1970) of one level. 255 splitters from a sample of 4,096
// cut the values into 256 buckets that fit the first cache, found by eight comparisons without a
// branch; a bucket is counted into cells by the leading bits in which its values differ and
// finished by insertion. A crowded cell is left to std::sort, so no input is worse than n log n.
//
// Thread safety: one thread at a time a sorter; it keeps its memory, 17 bytes a value, for the next
// sample. Cost: 11 ns a value of 1e6 normal, uniform or heavy-tailed ones (std::sort: 85), 5 for
// counts (29), 2 for sorted ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mooring::data {

class DoubleSorter {
 public:
  // Ascending; returns how many are not NaN.
  std::size_t Sort(std::span<double> values);

 private:
  using Keys = std::span<std::uint64_t>;
  void Spread(Keys keys, std::span<double> values);

  std::vector<std::uint64_t> keys_, spread_;
  std::vector<std::uint8_t> buckets_;
};

}  // namespace mooring::data
