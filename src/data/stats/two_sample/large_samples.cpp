#include "data/stats/two_sample/large_samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace mooring::data {
namespace {

constexpr std::size_t kLanes = 4;
constexpr std::size_t kLarge = 4096;  // values of both samples from which lanes are worth it
constexpr std::size_t kBlock = 1024;  // terms added before they go to the total

using Sample = std::span<const double>;

// What F and G move by: n m (F - G) grows by m with a value of a and falls by n with one of b.
struct Moves {
  std::int64_t up = 0, down = 0;
};

// A stretch of the merged order, from `a` to `a_end` and from `b` to `b_end`.
struct Lane {
  const double* a = nullptr;
  const double* a_end = nullptr;
  const double* b = nullptr;
  const double* b_end = nullptr;
  double last = 0;       // the value before
  std::int64_t gap = 0;  // n m (F - G) behind it
  std::int64_t widest = 0;
  double part = 0, area = 0;

  std::size_t SafeSteps() const {
    return static_cast<std::size_t>(std::min({std::ptrdiff_t{kBlock}, a_end - a, b_end - b}));
  }
  void Visit(double next) {
    const std::int64_t height = std::abs(gap);
    // Inside of a tie F - G is not yet what it will be. Masks, not choices: compilers make jumps of
    // choices, and these cannot be foretold.
    widest = std::max(widest, height & -static_cast<std::int64_t>(last < next));
    part += static_cast<double>(height) * (next - last);
    last = next;
  }
  // With values left on both sides.
  void Step(const Moves& moves) {
    const double x = *a, y = *b;
    const auto first = static_cast<std::int64_t>(x <= y);
    Visit(std::min(x, y));
    gap += (-first & (moves.up + moves.down)) - moves.down;
    a += first;
    b += 1 - first;
  }
  void CloseBlock() {
    area += part;
    part = 0;
  }
  void Finish(const Moves& moves) {
    while (const std::size_t steps = SafeSteps()) {
      for (std::size_t i = 0; i < steps; ++i) Step(moves);
      CloseBlock();
    }
    while (a != a_end || b != b_end) {
      const std::size_t steps = std::min<std::size_t>(kBlock, (a_end - a) + (b_end - b));
      for (std::size_t i = 0; i < steps; ++i) {
        const bool first = a != a_end;
        Visit(first ? *a++ : *b++);
        gap += first ? moves.up : -moves.down;
      }
      CloseBlock();
    }
  }
};

std::size_t CountBelow(Sample sorted, double value) {
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) -
                                  sorted.begin());
}

std::array<Lane, kLanes> Cut(Sample a, Sample b, const Moves& moves) {
  std::array<Lane, kLanes> lanes;
  std::size_t i = 0, j = 0;
  double last = std::min(a.front(), b.front());
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    std::size_t a_end = a.size(), b_end = b.size();
    if (lane + 1 < kLanes) {
      const double cut = a[a.size() / kLanes * (lane + 1)];
      a_end = CountBelow(a, cut);
      b_end = CountBelow(b, cut);
    }
    const std::int64_t gap =
        static_cast<std::int64_t>(i) * moves.up - static_cast<std::int64_t>(j) * moves.down;
    lanes[lane] = {.a = a.data() + i,
                   .a_end = a.data() + a_end,
                   .b = b.data() + j,
                   .b_end = b.data() + b_end,
                   .last = last,
                   .gap = gap};
    i = a_end;
    j = b_end;
    if (i != 0) last = std::max(last, a[i - 1]);
    if (j != 0) last = std::max(last, b[j - 1]);
  }
  return lanes;
}

}  // namespace

KsAndWasserstein KsAndWassersteinOfLarge(Sample sorted_a, Sample sorted_b) {
  if (std::min(sorted_a.size(), sorted_b.size()) < kLanes ||
      sorted_a.size() + sorted_b.size() < kLarge) {
    return KsAndWassersteinSorted(sorted_a, sorted_b);
  }
  const Moves moves{.up = static_cast<std::int64_t>(sorted_b.size()),
                    .down = static_cast<std::int64_t>(sorted_a.size())};
  std::array<Lane, kLanes> lanes = Cut(sorted_a, sorted_b, moves);
  for (;;) {
    std::size_t steps = kBlock;
    for (const Lane& lane : lanes) steps = std::min(steps, lane.SafeSteps());
    if (steps == 0) break;
    for (std::size_t i = 0; i < steps; ++i) {
#pragma GCC unroll 4
      for (Lane& lane : lanes) lane.Step(moves);
    }
    for (Lane& lane : lanes) lane.CloseBlock();
  }
  std::int64_t widest = 0;
  double area = 0;
  for (Lane& lane : lanes) {
    lane.Finish(moves);
    widest = std::max(widest, lane.widest);
    area += lane.area;
  }
  // Values of 1e308 apart: the plain way knows how.
  if (!std::isfinite(area)) return KsAndWassersteinSorted(sorted_a, sorted_b);
  const double product = static_cast<double>(moves.up) * static_cast<double>(moves.down);
  return {.ks = static_cast<double>(widest) / product, .wasserstein = area / product};
}

}  // namespace mooring::data
