#include "monitoring/exact/exact_window.h"

#include <algorithm>

#include "monitoring/class_outputs.h"
#include "monitoring/drift_findings.h"
#include "monitoring/evidence.h"
#include "monitoring/judge.h"
#include "monitoring/multivariate/duplicated_features.h"
#include "monitoring/offline.h"

namespace mooring::monitoring {
namespace {

double MissingShare(const SampleFacts& facts) {
  return facts.rows == 0 ? 0 : static_cast<double>(facts.missing) / static_cast<double>(facts.rows);
}

FeatureDrift FeatureOf(const ExactColumn& column) {
  FeatureDrift feature;
  feature.feature = column.name;
  feature.reference_rows = column.reference.valid();
  feature.rows = column.current.valid();
  if (feature.rows != 0) feature.effective_rows = static_cast<double>(feature.rows);
  feature.psi = column.psi;
  feature.psi_adjusted = column.psi_adjusted;
  feature.js = column.js;
  feature.ks = column.ks.statistic;
  feature.wasserstein = column.wasserstein_scaled;
  feature.mean = column.current.mean;
  feature.reference_mean = column.reference.mean;
  feature.missing_share = MissingShare(column.current);
  feature.reference_missing_share = MissingShare(column.reference);
  feature.unseen_share = column.unseen_share;
  feature.out_of_range_share = kNone;  // least and greatest values are in the exact report
  feature.test = column.numeric ? "ks" : "chi2";
  feature.p_value = column.numeric ? column.ks.p_value : column.chi_squared.p_value;
  return feature;
}

}  // namespace

WindowReport ExactWindow(const ExactReport& exact, const records::MonitorRule& rule) {
  WindowReport report;
  std::uint64_t reference_rows = 0;
  for (const ExactColumn& column : exact.columns) {
    reference_rows = std::max(reference_rows, column.reference.rows);
    report.rows = std::max(report.rows, column.current.rows);
    // Of an emptied column nothing is to be compared but that it is missing.
    const bool emptied = column.current.valid() == 0 && column.reference.valid() != 0;
    if (column.skipped.empty() || emptied) report.features.push_back(FeatureOf(column));
  }
  const OutputColumns outputs(report.features);
  std::ranges::stable_sort(report.features, {}, [&outputs](const FeatureDrift& f) {
    return f.feature == kScoreColumn ? 2 : outputs.Has(f.feature) ? 1 : 0;
  });
  CorrectForMany(report.features);
  JudgeFeatures(rule, report);
  RequireReference(reference_rows, rule, report);
  if (report.verdict != WindowVerdict::kNotEnoughData) AddFeatureFindings(rule, report);
  return report;
}

Status AddDuplicates(const ColumnSource& reference, const ColumnSource& current,
                     WindowReport& report) {
  if (report.verdict == WindowVerdict::kNotEnoughData) return Ok();
  ASSIGN_OR_RETURN(const data::Batch before, reference.SomeRows(AlikePairs::kSample));
  ASSIGN_OR_RETURN(const data::Batch now, current.SomeRows(AlikePairs::kSample));
  AddDuplicates(before, now, report);
  return Ok();
}

}  // namespace mooring::monitoring
