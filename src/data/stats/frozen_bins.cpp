#include "data/stats/frozen_bins.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/limits.h"

namespace mooring::data {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kTickBits = 24, kLeastUnit = -960, kGreatestUnit = 990;

// Where edges go, in 4096ths: each 64th, and ever finer ones in both tails, where a bin of a 64th
// may be so wide that taking its values for evenly spread would spoil the Wasserstein distance.
constexpr std::size_t kPartsOfAll = 4096, kTailParts = 6;
constexpr auto kParts = [] {
  std::array<std::size_t, NumericBins::kQuantiles - 1 + 2 * kTailParts> parts{};
  std::size_t at = 0;
  for (std::size_t tail = 0; tail < kTailParts; ++tail) parts[at++] = std::size_t{1} << tail;
  for (std::size_t i = 1; i < NumericBins::kQuantiles; ++i) {
    parts[at++] = i * (kPartsOfAll / NumericBins::kQuantiles);
  }
  for (std::size_t tail = kTailParts; tail-- != 0;)
    parts[at++] = kPartsOfAll - (std::size_t{1} << tail);
  return parts;
}();

double JustBelow(double x) {
  const double below = std::nextafter(x, -kInfinity);
  return std::isfinite(below) ? below : x;
}

// Ascending edges of a sorted, non-empty sample.
std::vector<double> EdgesOf(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  std::vector<double> edges = {JustBelow(sorted.front())};
  const auto add = [&edges](double edge) {
    // One place is kept for the range's end.
    if (edge > edges.back() && edges.size() + 1 < NumericBins::kMaxEdges) edges.push_back(edge);
  };
  for (const std::size_t part : kParts) {
    // The least value v with P(X <= v) >= part/4096.
    const std::size_t rank = (part * n + kPartsOfAll - 1) / kPartsOfAll;
    const double value = sorted[rank - 1];
    if (value <= edges.back()) continue;
    const auto [from, to] = std::equal_range(sorted.begin(), sorted.end(), value);
    if (static_cast<std::size_t>(to - from) * NumericBins::kQuantiles > n) add(JustBelow(value));
    add(value);
  }
  if (sorted.back() > edges.back()) edges.push_back(sorted.back());
  return edges;
}

int UnitExponentOf(std::span<const double> values, double mean) {
  double squares = 0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
  if (std::isnan(deviation)) return kGreatestUnit;
  // A constant column has no scale of its own but its size.
  const double scale = deviation > 0 ? deviation : std::abs(mean);
  if (scale == 0) return 0;
  if (std::isinf(scale)) return kGreatestUnit;
  return std::clamp(std::ilogb(scale) + 1, kLeastUnit, kGreatestUnit);
}

Error Damaged(std::string_view why) {
  return Error(Code::kDataLoss, "stored bins are damaged").Why(std::string(why));
}

}  // namespace

NumericBins::NumericBins() { edges_.fill(kInfinity); }

void NumericBins::SetScale(double pivot, int unit_exponent) {
  pivot_ = pivot;
  unit_exponent_ = unit_exponent;
  tick_ = std::ldexp(1.0, unit_exponent - kTickBits);
  ticks_per_one_ = std::ldexp(1.0, kTickBits - unit_exponent);
}

NumericBins NumericBins::Learn(std::span<double> values) {
  NumericBins bins;
  if (values.empty()) return bins;
  std::ranges::sort(values);
  const std::vector<double> edges = EdgesOf(values);
  std::ranges::copy(edges, bins.edges_.begin());
  bins.edge_count_ = edges.size();
  double mean = 0, count = 0;
  for (const double x : values) mean += (x - mean) / ++count;
  if (!std::isfinite(mean)) mean = 0;  // the span of the values is beyond a double
  bins.SetScale(mean, UnitExponentOf(values, mean));
  return bins;
}

Result<NumericBins> NumericBins::Restore(std::span<const double> edges, double pivot,
                                         int unit_exponent) {
  if (edges.size() > kMaxEdges) return Damaged("too many edges");
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!std::isfinite(edges[i])) return Damaged("an edge is not finite");
    if (i != 0 && edges[i] <= edges[i - 1]) return Damaged("edges do not ascend");
  }
  if (!std::isfinite(pivot) || unit_exponent < kLeastUnit || unit_exponent > kGreatestUnit) {
    return Damaged("the scale is out of range");
  }
  NumericBins bins;
  std::ranges::copy(edges, bins.edges_.begin());
  bins.edge_count_ = edges.size();
  bins.SetScale(pivot, unit_exponent);
  return bins;
}

CategoryBins::CategoryBins(Parts parts) : parts_(std::move(parts)) {
  slots_.reserve(parts_.named.size() + parts_.others.size());
  for (std::size_t i = 0; i < parts_.named.size(); ++i) {
    slots_.emplace(parts_.named[i], static_cast<std::uint16_t>(i));
  }
  for (const std::string& value : parts_.others) {
    slots_.emplace(value, static_cast<std::uint16_t>(other_slot()));
  }
}

CategoryBins CategoryBins::Learn(std::vector<std::pair<std::string, std::uint64_t>> counts) {
  std::ranges::sort(counts, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  Parts parts;
  parts.open = counts.size() > limits::kCategories;
  if (parts.open) counts.resize(kNamed);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    (i < kNamed ? parts.named : parts.others).push_back(std::move(counts[i].first));
  }
  return CategoryBins(std::move(parts));
}

Result<CategoryBins> CategoryBins::Restore(Parts parts) {
  const std::size_t values = parts.named.size() + parts.others.size();
  if (parts.named.size() > kNamed || values > limits::kCategories)
    return Damaged("too many values");
  CategoryBins bins(std::move(parts));
  if (bins.slots_.size() != values) return Damaged("a value is there twice");
  return bins;
}

std::size_t CategoryBins::SlotOf(std::string_view value) const {
  const auto found = slots_.find(value);
  if (found != slots_.end()) return found->second;
  return parts_.open ? other_slot() : unseen_slot();
}

}  // namespace mooring::data
