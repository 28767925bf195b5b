#include "data/stats/histogram_edges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mooring::data {
namespace {

double Mean(std::span<const double> sample) {
  double sum = 0;
  for (const double x : sample) sum += x;
  return sum / static_cast<double>(sample.size());
}

// Divided by n, in two passes.
double Deviation(std::span<const double> sample, double mean) {
  double sum = 0;
  for (const double x : sample) sum += (x - mean) * (x - mean);
  return std::sqrt(sum / static_cast<double>(sample.size()));
}

double DoaneWidth(std::span<const double> sample, double range) {
  if (sample.size() <= 2) return 0;
  const auto n = static_cast<double>(sample.size());
  const double mean = Mean(sample), deviation = Deviation(sample, mean);
  if (!(deviation > 0)) return 0;
  double cubes = 0;
  for (const double x : sample) {
    const double z = (x - mean) / deviation;
    cubes += z * z * z;
  }
  const double error = std::sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
  return range / (1 + std::log2(n) + std::log2(1 + std::abs(cubes / n) / error));
}

Result<double> FreedmanDiaconisWidth(std::span<const double> sample) {
  std::vector<double> sorted(sample.begin(), sample.end());
  std::ranges::sort(sorted);
  ASSIGN_OR_RETURN(const double lower, Quantile(sorted, 0.25));
  ASSIGN_OR_RETURN(const double upper, Quantile(sorted, 0.75));
  return 2 * (upper - lower) * std::pow(static_cast<double>(sample.size()), -1.0 / 3);
}

Result<double> Width(std::span<const double> sample, EdgeRule rule, double range) {
  const auto n = static_cast<double>(sample.size());
  switch (rule) {
    case EdgeRule::kSqrt: return range / std::sqrt(n);
    case EdgeRule::kSturges: return range / (std::log2(n) + 1);
    case EdgeRule::kRice: return range / (2 * std::pow(n, 1.0 / 3));
    case EdgeRule::kScott:
      return std::pow(24 * std::sqrt(std::numbers::pi) / n, 1.0 / 3) *
             Deviation(sample, Mean(sample));
    case EdgeRule::kDoane: return DoaneWidth(sample, range);
    case EdgeRule::kFreedmanDiaconis: return FreedmanDiaconisWidth(sample);
  }
  return 0.0;
}

std::vector<double> EvenEdges(double first, double last, std::size_t bins) {
  std::vector<double> edges(bins + 1);
  const double step = (last - first) / static_cast<double>(bins);
  for (std::size_t i = 0; i < bins; ++i) edges[i] = static_cast<double>(i) * step + first;
  edges[bins] = last;
  return edges;
}

}  // namespace

Result<std::vector<double>> HistogramEdges(std::span<const double> sample, EdgeRule rule) {
  if (sample.empty()) return Error(Code::kInvalidArgument, "no values to make bins of");
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (std::isfinite(sample[i])) continue;
    return Error(Code::kInvalidArgument, fmt::format("value {} is {}", i, sample[i]))
        .Help("leave out what is missing or infinite");
  }
  const auto [least, greatest] = std::ranges::minmax(sample);
  const double range = greatest - least;
  if (range == 0) return EvenEdges(least - 0.5, greatest + 0.5, 1);
  if (std::isinf(range)) return Error(Code::kInvalidArgument, "the range of values is infinite");
  ASSIGN_OR_RETURN(const double width, Width(sample, rule, range));
  // An infinite width (squares of 1e200) is as good as none: one bin.
  const double bins = width > 0 ? std::max(1.0, std::ceil(range / width)) : 1;
  if (!(bins <= static_cast<double>(kHistogramBins))) {
    return Error(Code::kTooLarge, fmt::format("the rule asks for {} bins", bins))
        .Why(fmt::format("at most {} are made", kHistogramBins))
        .Help("use the sturges rule, or leave out far outliers");
  }
  return EvenEdges(least, greatest, static_cast<std::size_t>(bins));
}

std::vector<std::uint64_t> HistogramCounts(std::span<const double> sample,
                                           std::span<const double> edges) {
  if (edges.size() < 2) return {};
  std::vector<std::uint64_t> counts(edges.size() - 1);
  for (const double x : sample) {
    if (!(x >= edges.front() && x <= edges.back())) continue;
    const auto after = std::ranges::upper_bound(edges, x) - edges.begin();
    ++counts[std::min(static_cast<std::size_t>(after), counts.size()) - 1];
  }
  return counts;
}

Result<double> Quantile(std::span<const double> sorted, double q) {
  if (sorted.empty()) return Error(Code::kInvalidArgument, "a quantile of no values");
  if (!(q >= 0 && q <= 1)) {
    return Error(Code::kInvalidArgument, fmt::format("quantile {} is not between 0 and 1", q));
  }
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  const double a = sorted[below];
  if (part == 0) return a;
  // From the nearer end, so that both ends are met exactly.
  const double b = sorted[below + 1], difference = b - a;
  if (std::isinf(difference)) return a * (1 - part) + b * part;
  return part < 0.5 ? a + difference * part : b - difference * (1 - part);
}

}  // namespace mooring::data
