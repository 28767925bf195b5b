#include "monitoring/quality/quality_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "monitoring/quality/score_window.h"

namespace mooring::monitoring {
namespace {

constexpr double kGapErrors = 3, kGreatGapErrors = 5;
constexpr std::uint32_t kGapWindows = 3, kGreatGapWindows = 2;
constexpr std::size_t kSlicesTold = 3;
constexpr double kSliceQ = 0.05;
constexpr double kSliceLoss = 0.1;  // of the watched metric: less is no news, however sure
constexpr double kCalibrationError = 0.05, kSlopeOff = 0.5;

std::string HelpFor(const QualityReport& report) {
  return fmt::format("mooring monitor quality {} --version {}", report.model, report.version);
}

// Beyond a bound even at the kinder end of the interval.
bool Beyond(const MetricValue& metric, double bound) {
  if (metric.higher_is_better) return metric.upper < bound;
  return metric.lower > bound;
}

void SetBounds(const records::QualityRule& rule, const QualityReference& reference,
               MetricValue& metric) {
  const auto found = reference.metrics().find(metric.name);
  if (found == reference.metrics().end()) return;
  const MetricBaseline& of = found->second;
  const double worse = metric.higher_is_better ? -1 : 1;
  const double size = std::abs(of.mean);
  if (rule.warn) metric.warn = of.mean + worse * *rule.warn * size;
  if (rule.stop) metric.stop = of.mean + worse * *rule.stop * size;
  if (!rule.warn && !rule.stop) metric.stop = of.mean + worse * 3 * of.deviation;
}

Finding OfMetric(const MetricValue& metric, const QualityReport& report) {
  Finding finding;
  finding.kind = "quality";
  finding.subject = metric.name;
  finding.level = metric.level;
  finding.what = fmt::format("{} is {:.4g}; it was {:.4g} on the reference", metric.name,
                             metric.value, metric.reference);
  finding.statistic = metric.name;
  finding.value = metric.value;
  finding.threshold = metric.level == Level::kAlert ? metric.stop : metric.warn;
  finding.n = metric.n;
  finding.sureness = fmt::format("95 % interval {:.4g} to {:.4g} of {} outcomes", metric.lower,
                                 metric.upper, metric.n);
  for (const MetricValue& business : report.business) {
    if (business.name == "effect" && business.n != 0) {
      finding.cost = fmt::format("{:.4g} a decision, {:.4g} in this window", business.value,
                                 business.value * static_cast<double>(business.n));
    }
  }
  finding.help = HelpFor(report);
  return finding;
}

void JudgeMetric(const QualityPlan& plan, const QualityReference& reference,
                 QualityReport& report) {
  MetricValue& watched = report.metrics.front();
  SetBounds(plan.contract().monitor.quality, reference, watched);
  if (Beyond(watched, watched.warn)) watched.level = Level::kWarn;
  if (Beyond(watched, watched.stop)) watched.level = Level::kAlert;
  if (watched.level == Level::kClear) return;
  report.verdict = "worse";
  report.findings.push_back(OfMetric(watched, report));
  report.reason = report.findings.back().what;
}

void JudgeGap(std::uint32_t before, QualityReport& report) {
  ConceptGap& gap = report.gap;
  const double errors = GapErrors(gap);
  if (!report.mature && report.labelled != report.rows) return;
  if (!(std::abs(errors) > kGapErrors)) return;
  gap.windows_beyond = before + 1;
  const bool enough =
      gap.windows_beyond >= kGapWindows ||
      (gap.windows_beyond >= kGreatGapWindows && std::abs(errors) > kGreatGapErrors);
  gap.level = enough ? Level::kAlert : Level::kHold;
  Finding finding;
  finding.kind = "concept_drift";
  finding.subject = gap.metric;
  finding.level = gap.level;
  finding.certain = enough;  // windows in a row were waited for here
  finding.what = fmt::format(
      "{} is {:.4g} and was estimated to be {:.4g}: what inputs mean has "
      "changed",
      gap.metric, gap.realised, gap.estimated);
  finding.statistic = "gap_errors";
  finding.value = errors;
  finding.threshold = kGapErrors;
  finding.n = report.labelled;
  finding.sureness =
      fmt::format("{:.1f} standard errors, {} windows in a row", errors, gap.windows_beyond);
  finding.help = HelpFor(report);
  report.findings.push_back(std::move(finding));
}

// The greatest calibration error that probabilities which are right may well show: bins stray by
// chance alone. Of a bin, s = sqrt(p (1 - p) / n), |deviation| has mean s sqrt(2 / pi) and variance
// s² (1 - 2 / pi).
double ChanceError(const Calibration& calibration) {
  double all = 0, mean = 0, variance = 0;
  for (const ReliabilityBin& bin : calibration.bins) all += static_cast<double>(bin.n);
  for (const ReliabilityBin& bin : calibration.bins) {
    if (bin.n == 0) continue;
    const double n = static_cast<double>(bin.n), p = bin.predicted;
    mean += n / all * std::sqrt(p * (1 - p) / n * 2 / std::numbers::pi);
    variance += n / all * (n / all) * p * (1 - p) / n * (1 - 2 / std::numbers::pi);
  }
  return mean + 3 * std::sqrt(variance);
}

void JudgeCalibration(QualityReport& report) {
  Calibration& calibration = report.calibration;
  if (!(calibration.error > std::max(kCalibrationError, ChanceError(calibration)))) return;
  const bool usual = calibration.error <= 2 * calibration.reference_error;
  if (usual && !(std::abs(calibration.slope - 1) > kSlopeOff)) return;
  calibration.level = Level::kWarn;
  Finding finding;
  finding.kind = "calibration";
  finding.level = Level::kWarn;
  finding.what = fmt::format("scores are {:.1f} points off the frequencies they promise",
                             calibration.error * 100);
  finding.statistic = "calibration_error";
  finding.value = calibration.error;
  finding.threshold = kCalibrationError;
  finding.n = report.labelled;
  finding.sureness = fmt::format("slope of the log-odds {:.2f}, 1 is right", calibration.slope);
  finding.help = HelpFor(report);
  report.findings.push_back(std::move(finding));
}

void JudgeSlices(QualityReport& report) {
  if (!report.slices_beyond_expected || report.metrics.empty()) return;
  std::size_t told = 0;
  for (SliceQuality& slice : report.slices) {
    if (told == kSlicesTold) return;
    if (!(slice.q_value <= kSliceQ)) continue;  // the contract's are there whether bad or not
    if (slice.loss - slice.rest_loss < kSliceLoss * report.metrics.front().value) continue;
    ++told;
    slice.level = Level::kWarn;
    Finding finding;
    finding.kind = "slice_quality";
    finding.subject = slice.slice;
    finding.level = Level::kWarn;
    finding.what =
        fmt::format("where {}, the loss is {:.4g} beyond what was expected; elsewhere {:.4g}",
                    slice.slice, slice.loss, slice.rest_loss);
    finding.statistic = "loss";
    finding.value = slice.loss;
    finding.threshold = slice.rest_loss;
    finding.p_value = slice.q_value;
    finding.n = slice.n;
    finding.sureness = "corrected for all slices looked at";
    finding.help = HelpFor(report);
    report.findings.push_back(std::move(finding));
  }
}

// Nobody would miss a figure that is not there.
void JudgeBusiness(QualityReport& report) {
  for (MetricValue& business : report.business) {
    if (business.problem.empty()) continue;
    business.level = Level::kWarn;
    Finding finding;
    finding.kind = "business";
    finding.subject = business.name;
    finding.level = Level::kWarn;
    finding.certain = true;
    finding.what = fmt::format("{} could not be computed: {}", business.name, business.problem);
    finding.n = business.n;
    finding.help = "mooring contract show " + report.model;
    report.findings.push_back(std::move(finding));
  }
}

void JudgeEstimates(QualityReport& report) {
  for (MetricValue& estimate : report.estimates) {
    if (estimate.n < kLeastLabels)
      estimate.level = Level::kClear;  // chunks of the bands are larger
    if (estimate.level == Level::kClear) continue;
    Finding finding;
    finding.kind = "estimate";
    finding.subject = estimate.name;
    finding.level = Level::kWarn;
    finding.what = fmt::format("{} is estimated to be {:.4g}, outside of {:.4g} to {:.4g}",
                               estimate.name, estimate.value, estimate.warn, estimate.stop);
    finding.statistic = estimate.name;
    finding.value = estimate.value;
    finding.threshold = estimate.value < estimate.warn ? estimate.warn : estimate.stop;
    finding.n = estimate.n;
    finding.sureness =
        "an estimate from inputs and scores, before outcomes; blind to a change of "
        "what they mean";
    finding.help = HelpFor(report);
    report.findings.push_back(std::move(finding));
  }
}

bool Enough(const QualityReport& report) {
  if (report.labelled < kLeastLabels) return false;
  if (report.task != "binary") return true;
  return std::ranges::all_of(report.classes,
                             [](const auto& of) { return of.support >= kLeastOfRarest; });
}

// Whether the watched metric is there and has a value.
bool Defined(const QualityPlan& plan, const QualityReport& report) {
  return !report.metrics.empty() && report.metrics.front().name == WatchedMetric(plan) &&
         !std::isnan(report.metrics.front().value);
}

}  // namespace

double GapErrors(const ConceptGap& gap) { return (gap.realised - gap.estimated) / gap.error; }

void JudgeQuality(const QualityPlan& plan, const QualityReference* reference,
                  std::uint32_t gaps_before, QualityReport& report) {
  if (plan.contract().monitor.quality.estimate) {
    JudgeEstimates(report);
  } else {
    report.estimates.clear();
  }
  if (!Enough(report)) {
    report.verdict = report.mature ? "not_enough_data" : "waiting";
    report.reason = fmt::format("{} of {} outcomes are known", report.labelled, report.rows);
    return;
  }
  if (!Defined(plan, report)) {
    report.verdict = "not_enough_data";
    report.reason = WatchedMetric(plan) + " is not defined on this window";
    return;
  }
  report.verdict = "ok";
  JudgeBusiness(report);
  JudgeSlices(report);
  if (reference == nullptr) {
    report.reason = "nothing to compare with yet";
    return;
  }
  report.calibration.reference_error = reference->calibration_error();
  JudgeMetric(plan, *reference, report);
  JudgeGap(gaps_before, report);
  JudgeCalibration(report);
}

}  // namespace mooring::monitoring
