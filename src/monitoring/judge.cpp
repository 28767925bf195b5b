#include "monitoring/judge.h"

#include <fmt/format.h>

#include "data/stats/distances.h"

namespace mooring::monitoring {
namespace {

FeatureDrift CompareColumn(const data::BatchProfile& reference, const data::BatchProfile& window,
                           std::size_t column, double psi_bound) {
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
  feature.missing_share = window.column(column).MissingShare();
  feature.unseen_share = window.UnseenShare(column);
  feature.out_of_range_share = window.OutOfRangeShare(column);
  feature.drifted = far.psi_adjusted > psi_bound;  // NaN is not
  return feature;
}

// The feature that is farthest, for the reason.
const FeatureDrift* Farthest(const std::vector<FeatureDrift>& features) {
  const FeatureDrift* most = nullptr;
  for (const FeatureDrift& feature : features) {
    if (!feature.drifted) continue;
    if (most == nullptr || feature.psi_adjusted > most->psi_adjusted) most = &feature;
  }
  return most;
}

}  // namespace

std::vector<FeatureDrift> Compare(const data::BatchProfile& reference,
                                  const data::BatchProfile& window, double psi_bound) {
  std::vector<FeatureDrift> features, score;
  for (std::size_t column = 0; column < reference.width(); ++column) {
    if (window.column(column).rows == 0) continue;  // not there in the window
    auto& place = reference.name(column) == kScoreColumn ? score : features;
    place.push_back(CompareColumn(reference, window, column, psi_bound));
  }
  features.insert(features.end(), score.begin(), score.end());
  return features;
}

void Judge(const data::BatchProfile& reference, const data::BatchProfile& window,
           const records::MonitorRule& rule, WindowReport& report) {
  report.features = Compare(reference, window, rule.psi);
  std::size_t inputs = 0, drifted = 0;
  bool score_drifted = false;
  for (const FeatureDrift& feature : report.features) {
    if (feature.feature == kScoreColumn) {
      score_drifted = feature.drifted;
      continue;
    }
    ++inputs;
    drifted += feature.drifted ? 1 : 0;
  }
  report.drifted_share = inputs == 0 ? 0 : static_cast<double>(drifted) / double(inputs);
  if (report.rows < rule.window_min_rows) {
    report.verdict = WindowVerdict::kNotEnoughData;
    report.reason = fmt::format("{} rows, {} are needed", report.rows, rule.window_min_rows);
    return;
  }
  const bool drift = score_drifted || report.drifted_share > rule.share;
  report.verdict = drift ? WindowVerdict::kDrift : WindowVerdict::kOk;
  if (const FeatureDrift* most = Farthest(report.features); most != nullptr) {
    report.reason =
        fmt::format("{}: adjusted PSI {:.3f} > {:g}", most->feature, most->psi_adjusted, rule.psi);
  }
}

}  // namespace mooring::monitoring
