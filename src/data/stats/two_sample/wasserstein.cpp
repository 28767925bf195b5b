#include "data/stats/two_sample/wasserstein.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "data/stats/two_sample/cdf_walk.h"
#include "data/stats/two_sample/sample.h"
#include "data/stats/two_sample/sums.h"

namespace mooring::data {
namespace {

double Product(std::span<const double> a, std::span<const double> b) {
  return static_cast<double>(a.size()) * static_cast<double>(b.size());
}

// Values of 1e308 apart overflow: the sum is taken again at 2^-200 of their size.
constexpr double kShrink = 0x1p-200, kGrow = 0x1p+200;

double ShrunkWasserstein(std::span<const double> a, std::span<const double> b) {
  BlockSum area;
  WalkCdfs(a, b, [&](std::int64_t gap, double from, double to) {
    area.Add(static_cast<double>(std::abs(gap)) * (to * kShrink - from * kShrink));
  });
  return area.Total() / Product(a, b) * kGrow;
}

// The weights in the order of the values, summed up: cumulated[i] is the weight of the first i.
struct Cumulated {
  std::vector<double> values, weights;
};

Result<Cumulated> Cumulate(const WeightedSample& sample, std::string_view name) {
  RETURN_IF_ERROR(CheckSample(sample.values, name));
  if (sample.weights.size() != sample.values.size()) {
    return Error(Code::kInvalidArgument, fmt::format("the {} has {} values and {} weights", name,
                                                     sample.values.size(), sample.weights.size()));
  }
  for (const double weight : sample.weights) {
    if (weight >= 0 && std::isfinite(weight)) continue;
    return Error(Code::kInvalidArgument, fmt::format("a weight of the {} is {}", name, weight))
        .Why("weights are finite and not negative");
  }
  std::vector<std::size_t> order(sample.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    return sample.values[x] < sample.values[y];
  });
  Cumulated result;
  result.values.reserve(order.size());
  result.weights.reserve(order.size() + 1);
  result.weights.push_back(0);
  for (const std::size_t i : order) {
    result.values.push_back(sample.values[i]);
    result.weights.push_back(result.weights.back() + sample.weights[i]);
  }
  if (!(result.weights.back() > 0) || !std::isfinite(result.weights.back())) {
    return Error(Code::kInvalidArgument,
                 fmt::format("the weights of the {} sum to {}", name, result.weights.back()));
  }
  return result;
}

}  // namespace

KsAndWasserstein KsAndWassersteinSorted(std::span<const double> sorted_a,
                                        std::span<const double> sorted_b) {
  std::int64_t widest = 0;
  BlockSum area;
  WalkCdfs(sorted_a, sorted_b, [&](std::int64_t gap, double from, double to) {
    const std::int64_t height = std::abs(gap);
    widest = std::max(widest, from < to ? height : 0);
    area.Add(static_cast<double>(height) * (to - from));
  });
  const double product = Product(sorted_a, sorted_b);
  KsAndWasserstein both{static_cast<double>(widest) / product, area.Total() / product};
  if (!std::isfinite(both.wasserstein)) both.wasserstein = ShrunkWasserstein(sorted_a, sorted_b);
  return both;
}

double WassersteinSorted(std::span<const double> sorted_a, std::span<const double> sorted_b) {
  return KsAndWassersteinSorted(sorted_a, sorted_b).wasserstein;
}

Result<double> Wasserstein(std::span<const double> a, std::span<const double> b) {
  RETURN_IF_ERROR(CheckSamples(a, b));
  return WassersteinSorted(SortedCopy(a), SortedCopy(b));
}

Result<double> Wasserstein(const WeightedSample& a, const WeightedSample& b) {
  ASSIGN_OR_RETURN(const Cumulated first, Cumulate(a, "first sample"));
  ASSIGN_OR_RETURN(const Cumulated second, Cumulate(b, "second sample"));
  BlockSum area;
  double last = std::min(first.values[0], second.values[0]) * kShrink, height = 0;
  ForEachTie(first.values, second.values,
             [&](std::size_t i, std::size_t in_a, std::size_t j, std::size_t in_b) {
               const double x = (in_a > 0 ? first.values[i] : second.values[j]) * kShrink;
               area.Add(height * (x - last));
               last = x;
               height = std::abs(first.weights[i + in_a] / first.weights.back() -
                                 second.weights[j + in_b] / second.weights.back());
             });
  return area.Total() * kGrow;
}

}  // namespace mooring::data
