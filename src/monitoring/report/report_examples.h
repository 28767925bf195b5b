// Reports made by hand for the tests of this folder: a drifted window with everything in it, its
// history, and a scored window. Numbers are chosen, not computed. Tests only.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "monitoring/report/html_report.h"

namespace mooring::monitoring {

inline Time ExampleHour(int hour) { return Time(std::chrono::hours(480'000 + hour)); }

inline FeatureDrift ExampleFeature(std::string name, double psi, bool numeric) {
  FeatureDrift f;
  f.feature = std::move(name);
  f.reference_rows = 50'000;
  f.rows = 990;
  f.psi = psi + 0.01;
  f.psi_adjusted = psi;
  f.js = psi / 2;
  f.ks = numeric ? psi / 3 : kNone;
  f.wasserstein = numeric ? psi : kNone;
  f.mean = numeric ? 812.4 : kNone;
  f.reference_mean = numeric ? 731.5 : kNone;
  f.missing_share = psi / 10;
  f.test = "chi2";
  f.effective_rows = 700;
  f.p_value = psi > 0.2 ? 1e-7 : 0.4;
  f.q_value = psi > 0.2 ? 4e-6 : 0.61;
  f.drifted = f.psi_drifted = f.p_drifted = psi > 0.2;
  f.level = f.drifted ? Level::kAlert : Level::kClear;
  for (int i = 0; i < 12; ++i) {
    const double at = (i - 5.5) / 3, moved = at - (f.drifted ? 0.6 : 0.05);
    f.bars.push_back({numeric ? std::to_string(i * 100) + " … " + std::to_string(i * 100 + 100)
                              : "AIR" + std::to_string(i),
                      static_cast<std::uint64_t>(12'000 * std::exp(-at * at / 2)),
                      static_cast<std::uint64_t>(240 * std::exp(-moved * moved / 2))});
  }
  return f;
}

inline WindowReport ExampleWindow(int hour = 30, int features = 4) {
  WindowReport report;
  report.model = "flight-cover";
  report.version = 3;
  report.start = ExampleHour(hour);
  report.end = ExampleHour(hour + 1);
  report.rows = 1000;
  const bool drift = hour >= 28;
  report.verdict = drift ? WindowVerdict::kDrift : WindowVerdict::kOk;
  report.features.push_back(
      ExampleFeature("distance", drift ? 0.43 : 0.05 + 0.01 * (hour % 4), true));
  for (int i = 2; i < features; ++i) {
    report.features.push_back(
        ExampleFeature("feature_" + std::to_string(i), 0.01 * (i % 9), i % 2 == 0));
  }
  report.features.push_back(ExampleFeature("score", 0.08, true));
  report.drifted_share = drift ? 1.0 / (features - 1) : 0;
  report.psi_share = report.p_share = report.drifted_share;
  if (!drift) return report;
  report.reason = "distance: adjusted PSI 0.430 > 0.2";
  report.slices.push_back(
      {"origin=ATL", 210, 0.21, 0.19, 1, "distance", 0.61, 1e-5, WindowVerdict::kDrift});
  report.pairs.push_back({"distance", "minute", 0.71, 0.12, 0.001, Level::kAlert});
  report.multivariate.push_back(
      {"pca_reconstruction", 2.1, 1.4, 1.8, 0.004, {"distance", "minute"}, Level::kWarn});
  Finding finding;
  finding.kind = "feature_drift";
  finding.subject = "distance";
  finding.level = Level::kAlert;
  finding.certain = true;
  finding.what = "distance moved up by 0.52 deviations";
  finding.statistic = "psi_adjusted";
  finding.value = 0.43;
  finding.threshold = 0.2;
  finding.p_value = 4e-6;
  finding.n = 700;
  finding.sureness = "q = 4.0e-06 over 4 features";
  finding.cost = "about 1,240.00 USD a day";
  finding.help = "mooring route rollback flight-cover --reason 'distance drifted'";
  report.findings = {finding};
  return report;
}

inline MetricValue ExampleMetric(std::string name, double value, double reference) {
  MetricValue metric;
  metric.name = std::move(name);
  metric.value = value;
  metric.lower = value - 0.03;
  metric.upper = value + 0.03;
  metric.reference = reference;
  metric.n = 940;
  return metric;
}

inline QualityReport ExampleQuality(int hour = 30) {
  QualityReport report;
  report.model = "flight-cover";
  report.version = 3;
  report.start = ExampleHour(hour);
  report.end = ExampleHour(hour + 1);
  report.rows = 1000;
  report.labelled = 940;
  report.mature = hour < 30;
  report.delay_p50_s = 5400;
  report.delay_p95_s = 90'000;
  report.verdict = hour >= 28 ? "worse" : "ok";
  report.task = "binary";
  report.metrics = {ExampleMetric("log_loss", hour >= 28 ? 0.47 : 0.36, 0.36),
                    ExampleMetric("auc", 0.71, 0.74)};
  report.metrics[0].stop = 0.42;
  report.metrics[0].level = hour >= 28 ? Level::kAlert : Level::kClear;
  report.metrics[1].higher_is_better = true;
  report.estimates = {ExampleMetric("log_loss", 0.38, 0.36)};
  report.estimates[0].estimate = true;
  report.confusion = {{"on_time", "late"}, {{800, 20}, {96, 24}}};
  report.classes = {{"on_time", 820, 896, 0.893, 0.871, 0.912, 0.976, 0.963, 0.984, 0.932},
                    {"late", 120, 44, 0.545, 0.4, 0.684, 0.2, 0.138, 0.281, 0.293}};
  report.slices = {{"long flights",
                    300,
                    0.52,
                    0.5,
                    0.46,
                    -0.02,
                    0.1,
                    0.4,
                    false,
                    Level::kClear,
                    {{.name = "log_loss", .value = 0.52, .lower = 0.47, .upper = 0.57, .n = 300}}},
                   {"origin=ATL", 190, 0.6, 0.61, 0.44, 0.05, 0.29, 0.003, true, Level::kAlert},
                   {"origin=ORD", 140, 0.37, 0.36, 0.47, -0.2, -0.02, 0.4, false, Level::kClear}};
  report.calibration.error = 0.061;
  report.calibration.reference_error = 0.012;
  report.calibration.slope = 0.71;
  report.calibration.intercept = -0.2;
  for (int i = 0; i < 8; ++i) {
    report.calibration.bins.push_back({0.05 + 0.1 * i, 0.04 + 0.08 * i, 400U / (1U + unsigned(i))});
  }
  report.gap = {"log_loss", 0.38, 0.47, 0.02, 2, Level::kWarn};
  return report;
}

inline ReportInput ExampleInput() {
  ReportInput input;
  input.facts = {"flight-cover", 3, "risk", "sell cover against a late arrival"};
  for (int hour = 0; hour <= 30; ++hour) {
    input.history.push_back(ExampleWindow(hour));
    input.scored.push_back(ExampleQuality(hour));
  }
  input.drift = input.history.back();
  input.quality = input.scored.back();
  return input;
}

}  // namespace mooring::monitoring
