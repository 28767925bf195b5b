#include "monitoring/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/stats/counts/chi_squared.h"
#include "data/stats/distances.h"
#include "data/stats/multiple_testing.h"
#include "data/stats/serial_correlation.h"
#include "monitoring/class_outputs.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kCategoriesShown = 12;

// What the statistic would be expected to be, had the window m' rows instead of m.
double Scaled(double statistic, double n, double m, double effective) {
  return statistic * (effective / (n + effective)) / (m / (n + m));
}

void Test(const data::BatchProfile& reference, const data::BatchProfile& window, std::size_t column,
          double correlation, FeatureDrift& feature) {
  const auto n = static_cast<double>(feature.reference_rows);
  const auto m = static_cast<double>(feature.rows);
  if (n == 0 || m == 0) return;
  const data::ComparedGroups groups = data::GroupsOf(reference, window, column);
  // Fewer than two groups say nothing: p = 1.
  const data::HomogeneityTest test = data::ChiSquaredHomogeneity(groups.reference, groups.current);
  feature.test = "chi2";
  feature.effective_rows = data::EffectiveRows(m, correlation);
  feature.p_value =
      data::JudgeByChiSquared(Scaled(test.statistic, n, m, feature.effective_rows), test.dof)
          .p_value;
}

// Of a column's valid values those in ranges that the reference has nothing in, though it has
// something on both sides: between counts, prices, codes. The groups of PSI and of the test do not
// tell them from their neighbours below.
double BetweenKnown(const data::ColumnProfile& reference, const data::ColumnProfile& window) {
  std::uint64_t between = 0;
  for (std::size_t bin = 1; bin + 1 < reference.counts.size(); ++bin) {
    if (reference.counts[bin] == 0) between += window.counts[bin];
  }
  return window.valid() == 0 || reference.valid() == 0
             ? 0
             : static_cast<double>(between) / static_cast<double>(window.valid());
}

double UnseenShare(const data::BatchProfile& reference, const data::BatchProfile& window,
                   std::size_t column) {
  const auto& bins = (*reference.bins())[column].bins;
  return std::holds_alternative<data::CategoryBins>(bins)
             ? window.UnseenShare(column)
             : BetweenKnown(reference.column(column), window.column(column));
}

FeatureDrift Gather(const data::BatchProfile& reference, const data::BatchProfile& window,
                    std::size_t column, double correlation) {
  const data::Distances far = data::Compare(reference, window, column);
  FeatureDrift feature;
  feature.feature = reference.name(column);
  feature.reference_rows = reference.column(column).valid();
  feature.rows = window.column(column).valid();
  feature.psi = far.psi;
  feature.psi_adjusted = far.psi_adjusted;
  feature.js = far.js;
  feature.ks = far.ks;
  feature.wasserstein = far.wasserstein;
  feature.mean = window.Mean(column);
  feature.reference_mean = reference.Mean(column);
  feature.missing_share = window.column(column).MissingShare();
  feature.reference_missing_share = reference.column(column).MissingShare();
  feature.unseen_share = UnseenShare(reference, window, column);
  feature.out_of_range_share = window.OutOfRangeShare(column);
  feature.bars = BarsOf(reference, window, column);
  Test(reference, window, column, correlation, feature);
  return feature;
}

// The values of a range are above its first edge and up to its last. An edge just below a common
// value is told by that value: x <= 8.999999999999998 is x < 9.
struct EdgeText {
  std::string upper, lower;  // "≤ 8.5" and "> 8.5", or "< 9" and "≥ 9"
};

EdgeText TextOf(double edge) {
  const double next = std::nextafter(edge, std::numeric_limits<double>::infinity());
  const bool below = fmt::format("{}", next).size() < fmt::format("{}", edge).size();
  const std::string text = fmt::format("{:.4g}", below ? next : edge);
  return below ? EdgeText{"< " + text, "≥ " + text} : EdgeText{"≤ " + text, "> " + text};
}

std::vector<Bar> RangeBars(const data::ComparedGroups& groups) {
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < groups.reference.size(); ++i) {
    const bool last = i + 1 == groups.reference.size();
    std::string label = i == 0 ? "" : TextOf(groups.upper[i - 1]).lower;
    if (!last) label += (i == 0 ? "" : " to ") + TextOf(groups.upper[i]).upper;
    if (label.empty()) label = "all";
    bars.push_back({std::move(label), groups.reference[i], groups.current[i]});
  }
  return bars;
}

// Those that most rows of either side have; the rest are one bar.
std::vector<Bar> CategoryBars(const data::CategoryBins& bins, const data::ComparedGroups& groups) {
  const auto share = [](std::uint64_t count, std::uint64_t all) {
    return all == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(all);
  };
  const auto sum = [](const auto& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  };
  const std::uint64_t n = sum(groups.reference), m = sum(groups.current);
  std::vector<std::size_t> order(bins.named().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) {
    return std::max(share(groups.reference[i], n), share(groups.current[i], m));
  });
  std::vector<Bar> bars;
  Bar other{"other", groups.reference[bins.other_slot()], groups.current[bins.other_slot()]};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t slot = order[i];
    if (i < kCategoriesShown) {
      bars.push_back({bins.named()[slot], groups.reference[slot], groups.current[slot]});
    } else {
      other.reference += groups.reference[slot];
      other.current += groups.current[slot];
    }
  }
  const std::size_t unseen = bins.unseen_slot();
  if (other.reference + other.current != 0) bars.push_back(std::move(other));
  if (groups.current[unseen] != 0) bars.push_back({"unseen", 0, groups.current[unseen]});
  return bars;
}

}  // namespace

void CorrectForMany(std::vector<FeatureDrift>& features) {
  std::vector<double> p_values;
  std::vector<std::uint32_t> scratch(features.size());
  for (const FeatureDrift& feature : features) p_values.push_back(feature.p_value);
  const Status done = data::AdjustPValues(data::Adjustment::kBenjaminiHochberg, p_values, scratch);
  CHECK(done.ok());  // p-values of ours are in [0, 1] or NaN
  for (std::size_t i = 0; i < features.size(); ++i) features[i].q_value = p_values[i];
}

std::vector<FeatureDrift> GatherEvidence(const data::BatchProfile& reference,
                                         const data::BatchProfile& window,
                                         std::span<const double> correlations) {
  const OutputColumns outputs(reference);
  std::vector<FeatureDrift> features, own, score;
  for (std::size_t column = 0; column < reference.width(); ++column) {
    if (window.column(column).rows == 0) continue;  // not there in the window
    const std::string& name = reference.name(column);
    auto& place = name == kScoreColumn ? score : outputs.Has(name) ? own : features;
    const double correlation = column < correlations.size() ? correlations[column] : 0;
    place.push_back(Gather(reference, window, column, correlation));
  }
  for (auto* part : {&own, &score}) std::ranges::move(*part, std::back_inserter(features));
  CorrectForMany(features);
  return features;
}

std::vector<Bar> BarsOf(const data::BatchProfile& reference, const data::BatchProfile& window,
                        std::size_t column) {
  const data::ComparedGroups groups = data::GroupsOf(reference, window, column);
  const auto* categories = std::get_if<data::CategoryBins>(&(*reference.bins())[column].bins);
  return categories == nullptr ? RangeBars(groups) : CategoryBars(*categories, groups);
}

}  // namespace mooring::monitoring
