#include "data/stats/sort_doubles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace mooring::data {
namespace {

constexpr unsigned kSteps = 8;  // comparisons to a bucket
constexpr std::size_t kBuckets = std::size_t{1} << kSteps;
constexpr std::size_t kSampled = 16;      // values of the sample for each bucket
constexpr std::size_t kOneBucket = 8192;  // so few values need no buckets
constexpr std::size_t kCells = 8192;
constexpr std::size_t kFewInACell = 16;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

// Unsigned integers in the order of the numbers: negative numbers with all bits turned, the others
// with the sign's.
std::uint64_t KeyOf(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return bits ^ (static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> 63) | kSign);
}

double ValueOf(std::uint64_t key) {
  const auto turned = static_cast<std::uint64_t>(static_cast<std::int64_t>(~key) >> 63);
  return std::bit_cast<double>(key ^ (turned | kSign));
}

void ToValues(std::span<const std::uint64_t> keys, double* values) {
  for (std::size_t i = 0; i < keys.size(); ++i) values[i] = ValueOf(keys[i]);
}

int Bits(std::uint64_t x) { return 64 - std::countl_zero(x); }

struct Range {
  std::uint64_t least = 0, greatest = 0;
};

// Four searches side by side: one waits for itself at every key.
Range Bounds(std::span<const std::uint64_t> keys) {
  constexpr std::size_t kSide = 4;
  std::array<std::uint64_t, kSide> least, greatest;
  least.fill(keys.front());
  greatest.fill(keys.front());
  std::size_t i = 0;
  for (; i + kSide <= keys.size(); i += kSide) {
#pragma GCC unroll 4
    for (std::size_t side = 0; side < kSide; ++side) {
      least[side] = std::min(least[side], keys[i + side]);
      greatest[side] = std::max(greatest[side], keys[i + side]);
    }
  }
  for (; i < keys.size(); ++i) {
    least[0] = std::min(least[0], keys[i]);
    greatest[0] = std::max(greatest[0], keys[i]);
  }
  return {*std::min_element(least.begin(), least.end()),
          *std::max_element(greatest.begin(), greatest.end())};
}

// Cells of equal width over the range of some keys.
struct CellsOf {
  std::uint64_t least = 0;
  int shift = 0;
  std::size_t operator()(std::uint64_t key) const { return (key - least) >> shift; }
};

// The least key comes first: it ends every search.
void InsertionSort(std::span<std::uint64_t> keys) {
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const std::uint64_t key = keys[i];
    std::uint64_t* at = &keys[i];
    for (; at[-1] > key; --at) *at = at[-1];
    *at = key;
  }
}

// `ends[c]`: where cell c ends in `keys`. Sorts the cells that insertion would be slow on.
void SortCrowded(std::span<std::uint64_t> keys, std::span<const std::uint32_t> ends) {
  std::uint32_t begin = 0;
  for (const std::uint32_t end : ends) {
    if (end - begin > kFewInACell) {
      const std::span<std::uint64_t> cell = keys.subspan(begin, end - begin);
      const auto [least, greatest] = Bounds(cell);
      if (least != greatest) std::sort(cell.begin(), cell.end());
    }
    begin = end;
  }
}

// Sorts `keys` through `scratch`, as large, into `values`.
void SortBucket(std::span<std::uint64_t> keys, std::span<std::uint64_t> scratch, double* values) {
  if (keys.empty()) return;
  const auto [least, greatest] = Bounds(keys);
  const std::uint64_t range = greatest - least;
  if (range == 0) {
    std::fill_n(values, keys.size(), ValueOf(keys.front()));
    return;
  }
  const std::size_t cells = std::min(std::bit_ceil(keys.size()), kCells);
  const int excess = Bits(range) - Bits(cells - 1);
  const CellsOf cell_of{.least = least, .shift = std::max(0, excess)};
  // ends[c] is where cell c begins until its keys are placed.
  std::array<std::uint32_t, kCells + 1> ends;
  std::fill_n(ends.begin(), cells + 1, 0);
  for (const std::uint64_t key : keys) ++ends[cell_of(key) + 1];
  std::uint32_t most = 0;
  for (std::size_t cell = 1; cell <= cells; ++cell) {
    most = std::max(most, ends[cell]);
    ends[cell] += ends[cell - 1];
  }
  for (const std::uint64_t key : keys) scratch[ends[cell_of(key)]++] = key;
  if (most > kFewInACell) SortCrowded(scratch, std::span(ends).first(cells));
  // The first cell holds the least key.
  std::iter_swap(scratch.begin(), std::min_element(scratch.begin(), scratch.begin() + ends[0]));
  InsertionSort(scratch);
  ToValues(scratch, values);
}

// Splitters as a search tree without pointers: the children of node i are 2i and 2i + 1.
class Splitters {
 public:
  explicit Splitters(std::span<const std::uint64_t> keys) {
    std::array<std::uint64_t, kBuckets * kSampled> sample;
    const std::size_t stride = keys.size() / sample.size();
    for (std::size_t i = 0; i < sample.size(); ++i) {
      // Not at even distances, which may be those of a pattern in the data.
      sample[i] = keys[i * stride + (i * 7919) % stride];
    }
    std::sort(sample.begin(), sample.end());
    for (std::size_t node = 1; node < kBuckets; ++node) {
      const auto level = static_cast<unsigned>(std::bit_width(node)) - 1;
      const std::size_t in_level = node - (std::size_t{1} << level);
      tree_[node] = sample[(2 * in_level + 1) * (sample.size() >> (level + 1))];
    }
  }
  // The buckets of kLanes keys: as many searches at a time hide each other's latency.
  static constexpr std::size_t kLanes = 8;
  void Find(const std::uint64_t* keys, std::uint8_t* buckets) const {
    std::array<std::size_t, kLanes> at;
    at.fill(1);
#pragma GCC unroll 8
    for (unsigned step = 0; step < kSteps; ++step) {
#pragma GCC unroll 8
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        at[lane] = 2 * at[lane] + (keys[lane] > tree_[at[lane]] ? 1 : 0);
      }
    }
#pragma GCC unroll 8
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      buckets[lane] = static_cast<std::uint8_t>(at[lane] - kBuckets);
    }
  }

 private:
  std::array<std::uint64_t, kBuckets> tree_{};
};

}  // namespace

void DoubleSorter::Spread(Keys keys, std::span<double> values) {
  const Splitters splitters(keys);
  buckets_.resize(keys.size());
  std::size_t i = 0;
  for (; i + Splitters::kLanes <= keys.size(); i += Splitters::kLanes) {
    splitters.Find(&keys[i], &buckets_[i]);
  }
  if (i != keys.size()) {
    // A last whole group that overlaps the one before.
    const std::size_t last = keys.size() - Splitters::kLanes;
    splitters.Find(&keys[last], &buckets_[last]);
  }
  std::array<std::uint32_t, kBuckets + 1> begins{};
  for (const std::uint8_t bucket : buckets_) ++begins[bucket + std::size_t{1}];
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) begins[bucket + 1] += begins[bucket];
  auto next = begins;
  for (i = 0; i < keys.size(); ++i) spread_[next[buckets_[i]]++] = keys[i];
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const std::size_t begin = begins[bucket], size = begins[bucket + 1] - begin;
    SortBucket(Keys(spread_).subspan(begin, size), keys.subspan(begin, size), &values[begin]);
  }
}

std::size_t DoubleSorter::Sort(std::span<double> values) {
  keys_.resize(values.size());
  std::size_t n = 0;
  for (const double x : values) {
    keys_[n] = KeyOf(x);
    n += x == x ? 1 : 0;
  }
  const Keys keys = Keys(keys_).first(n);
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(n), values.end(),
            std::numeric_limits<double>::quiet_NaN());
  if (std::is_sorted(keys.begin(), keys.end())) {
    ToValues(keys, values.data());
    return n;
  }
  // Places are counted in 32 bits.
  if (n > std::numeric_limits<std::uint32_t>::max()) {
    std::sort(keys.begin(), keys.end());
    ToValues(keys, values.data());
    return n;
  }
  spread_.resize(n);
  if (n <= kOneBucket) {
    SortBucket(keys, spread_, values.data());
  } else {
    Spread(keys, values);
  }
  return n;
}

}  // namespace mooring::data
