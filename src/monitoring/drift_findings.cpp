#include "monitoring/drift_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "monitoring/class_outputs.h"

namespace mooring::monitoring {
namespace {

constexpr double kCertain = 1e-6;  // one window is enough
constexpr double kPoint = 0.01, kFivePoints = 0.05;
constexpr double kErrors = 3;
constexpr double kFewRows = 3;  // one odd row of sixty is no share

std::string HelpFor(const WindowReport& report) {
  if (report.model.empty()) return {};
  return fmt::format("mooring monitor drift {} --version {}", report.model, report.version);
}

std::string HowItMoved(const FeatureDrift& f) {
  if (std::isnan(f.mean) || std::isnan(f.reference_mean)) {
    return fmt::format("{} is distributed differently", f.feature);
  }
  return fmt::format("{} moved {} from a mean of {:.4g} to {:.4g}", f.feature,
                     f.mean < f.reference_mean ? "down" : "up", f.reference_mean, f.mean);
}

double Share(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

// The class whose share of the predictions changed most; exact reports have no bars.
std::string HowClassesMoved(const FeatureDrift& f) {
  const Bar* most = nullptr;
  const auto change = [&f](const Bar& bar) {
    return std::abs(Share(bar.current, f.rows) - Share(bar.reference, f.reference_rows));
  };
  for (const Bar& bar : f.bars) {
    if (most == nullptr || change(bar) > change(*most)) most = &bar;
  }
  if (most == nullptr) return HowItMoved(f);
  return fmt::format("{} is predicted in {:.1f} % of rows; it was {:.1f} %", most->label,
                     Share(most->current, f.rows) * 100,
                     Share(most->reference, f.reference_rows) * 100);
}

Finding OfFeature(const FeatureDrift& f, const WindowReport& report, const OutputColumns& outputs,
                  const records::MonitorRule& rule) {
  const bool output = outputs.Has(f.feature);
  Finding finding;
  finding.kind = f.feature == kScoreColumn ? "score_drift"
                 : output                  ? "class_drift"
                                           : "feature_drift";
  finding.subject = f.feature;
  finding.level = f.level;
  finding.certain = f.drifted && f.q_value < kCertain;
  const bool predicted = output && f.feature == kPredictedClassColumn;
  finding.what = predicted ? HowClassesMoved(f) : HowItMoved(f);
  finding.statistic = "psi_adjusted";
  finding.value = f.psi_adjusted;
  finding.threshold = rule.psi;
  finding.p_value = f.q_value;
  finding.n = std::isnan(f.effective_rows) ? 0 : static_cast<std::uint64_t>(f.effective_rows);
  finding.sureness = fmt::format("q = {:.2g} over {} features, {} of {} rows counted", f.q_value,
                                 report.features.size(), finding.n, f.rows);
  finding.help = HelpFor(report);
  return finding;
}

Finding OfDataset(const WindowReport& report, const OutputColumns& outputs,
                  const records::MonitorRule& rule) {
  Finding finding;
  finding.kind = "dataset_drift";
  finding.level = Level::kAlert;
  std::size_t inputs = 0, drifted = 0;
  double least = 1;
  for (const FeatureDrift& f : report.features) {
    if (outputs.Has(f.feature)) continue;
    ++inputs;
    if (!f.drifted) continue;
    ++drifted;
    least = std::min(least, f.q_value);
  }
  finding.certain = least < kCertain;
  finding.what = fmt::format("{} of {} features have drifted", drifted, inputs);
  finding.statistic = "drifted_share";
  finding.value = report.drifted_share;
  finding.threshold = rule.share;
  finding.p_value = least;
  finding.n = report.rows;
  finding.sureness = fmt::format("false discoveries among them at most {:g}", rule.p_value);
  finding.help = HelpFor(report);
  return finding;
}

struct ShareCheck {
  std::string_view kind, words;
  double share, reference;
};

// How far a share is over its reference, in standard errors of a window like this one.
double ErrorsBeyond(const ShareCheck& check, double rows, double reference_rows) {
  const double r = std::max(check.reference, 1 / std::max(reference_rows, 1.0));
  return (check.share - check.reference) / std::sqrt(std::max(r * (1 - r), 1e-12) / rows);
}

void AddShare(const FeatureDrift& f, const ShareCheck& check, WindowReport& report) {
  const double rows = std::isnan(f.effective_rows) ? static_cast<double>(report.rows)
                                                   : std::max(f.effective_rows, 1.0);
  const double over = check.share - check.reference;
  const double errors = ErrorsBeyond(check, rows, static_cast<double>(f.reference_rows));
  const bool few = over * static_cast<double>(report.rows) < kFewRows;
  if (few || !(over > kPoint && errors > kErrors)) return;
  Finding finding;
  finding.kind = check.kind;
  finding.subject = f.feature;
  finding.level = over > kFivePoints ? Level::kAlert : Level::kWarn;
  finding.certain = over > kFivePoints && errors > 5;
  finding.what = fmt::format("{:.1f} % of {} {}; it was {:.1f} %", check.share * 100, f.feature,
                             check.words, check.reference * 100);
  finding.statistic = fmt::format("{}_share", check.kind);
  finding.value = check.share;
  finding.threshold = check.reference + kPoint;
  finding.p_value = std::erfc(errors / std::sqrt(2.0)) / 2;
  finding.n = static_cast<std::uint64_t>(rows);
  finding.sureness = fmt::format("{:.1f} standard errors above the reference", errors);
  finding.help = HelpFor(report);
  report.findings.push_back(std::move(finding));
}

void AddShares(const FeatureDrift& f, WindowReport& report) {
  AddShare(f, {"missing", "is missing", f.missing_share, f.reference_missing_share}, report);
  const std::string_view unseen = std::isnan(f.reference_mean)
                                      ? "is of categories never seen before"
                                      : "lies between the values seen before";
  AddShare(f, {"unseen", unseen, f.unseen_share, 0}, report);
  AddShare(f, {"out_of_range", "is beyond all that was seen before", f.out_of_range_share, 0},
           report);
}

std::size_t Occupied(const data::ColumnProfile& column) {
  return static_cast<std::size_t>(
      std::ranges::count_if(column.counts, [](std::uint64_t count) { return count != 0; }));
}

// A column that took several values in the reference and takes one only now.
void AddConstant(const data::BatchProfile& reference, const data::BatchProfile& window,
                 const FeatureDrift& f, WindowReport& report) {
  const auto place = reference.Find(f.feature);
  if (!place || f.rows < 2) return;
  const data::ColumnProfile& now = window.column(*place);
  const bool numeric = !std::isnan(f.mean);
  const bool constant = numeric ? now.min == now.max : Occupied(now) == 1;
  if (!constant || Occupied(reference.column(*place)) < 2) return;
  // How likely m rows of one value were, had the reference's commonest value the greatest share.
  const auto& counts = reference.column(*place).counts;
  const double most = static_cast<double>(*std::ranges::max_element(counts)) /
                      static_cast<double>(std::max<std::uint64_t>(f.reference_rows, 1));
  const double p = std::pow(most, std::isnan(f.effective_rows) ? 1 : f.effective_rows);
  if (!(p < 1e-3)) return;
  Finding finding;
  finding.kind = "constant";
  finding.subject = f.feature;
  finding.level = Level::kAlert;
  finding.certain = p < kCertain;
  finding.what = fmt::format("{} has one value only in {} rows", f.feature, f.rows);
  finding.statistic = "distinct_bins";
  finding.value = 1;
  finding.threshold = 2;
  finding.p_value = p;
  finding.n = f.rows;
  finding.help = HelpFor(report);
  report.findings.push_back(std::move(finding));
}

}  // namespace

void AddFeatureFindings(const records::MonitorRule& rule, WindowReport& report) {
  const OutputColumns outputs(report.features);
  for (const FeatureDrift& f : report.features) {
    if (f.level == Level::kClear) continue;
    report.findings.push_back(OfFeature(f, report, outputs, rule));
  }
  if (report.drifted_share > rule.share) {
    report.findings.push_back(OfDataset(report, outputs, rule));
  }
  for (const FeatureDrift& f : report.features) AddShares(f, report);
}

void AddDriftFindings(const data::BatchProfile& reference, const data::BatchProfile& window,
                      const records::MonitorRule& rule, WindowReport& report) {
  AddFeatureFindings(rule, report);
  for (const FeatureDrift& f : report.features) {
    AddConstant(reference, window, f, report);
  }
}

void AddColumnFindings(std::span<const std::string> gone, std::span<const std::string> added,
                       WindowReport& report) {
  const auto add = [&report](const std::string& name, bool missing) {
    Finding finding;
    finding.kind = missing ? "missing_column" : "new_column";
    finding.subject = name;
    finding.level = missing ? Level::kAlert : Level::kWarn;
    finding.certain = missing;
    finding.what = missing ? fmt::format("{} is in the reference and no longer there", name)
                           : fmt::format("{} is not in the reference and was not compared", name);
    finding.n = report.rows;
    finding.help = HelpFor(report);
    report.findings.push_back(std::move(finding));
  };
  for (const std::string& name : gone) add(name, true);
  for (const std::string& name : added) add(name, false);
}

void AddMissingInputs(const data::BatchProfile& reference, const data::BatchProfile& window,
                      WindowReport& report) {
  const OutputColumns outputs(reference);
  std::vector<std::string> gone;
  for (std::size_t i = 0; i < reference.width(); ++i) {
    const bool counted = reference.column(i).rows != 0 && !outputs.Has(reference.name(i));
    if (counted && window.column(i).rows == 0) gone.push_back(reference.name(i));
  }
  AddColumnFindings(gone, {}, report);
}

}  // namespace mooring::monitoring
