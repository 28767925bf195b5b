#include "monitoring/judge.h"

#include <fmt/format.h>

#include "monitoring/class_outputs.h"
#include "monitoring/drift_findings.h"
#include "monitoring/evidence.h"

namespace mooring::monitoring {
namespace {

// Comparisons with NaN are false: what could not be computed is no drift.
bool Significant(const FeatureDrift& f, const records::MonitorRule& rule) {
  return f.q_value <= rule.p_value;
}

bool Big(const FeatureDrift& f, double bound) {
  return f.psi_adjusted > bound || (f.psi_adjusted > bound / 2 && f.wasserstein > 2 * bound);
}

Level LevelOf(const FeatureDrift& f, const records::MonitorRule& rule) {
  if (f.drifted) return Level::kAlert;
  const bool noticeable = f.psi_adjusted > rule.psi / 2;
  if (!noticeable) return Level::kClear;
  return Significant(f, rule) ? Level::kWarn : Level::kHold;
}

void Decide(const records::MonitorRule& rule, FeatureDrift& f) {
  f.psi_drifted = f.psi > rule.psi;
  f.p_drifted = f.p_value < rule.p_value;
  switch (rule.policy) {
    case records::DriftPolicy::kCorrected:
      f.drifted = Significant(f, rule) && Big(f, rule.psi);
      break;
    case records::DriftPolicy::kPsi: f.drifted = f.psi_drifted; break;
    case records::DriftPolicy::kPValue: f.drifted = f.p_drifted; break;
  }
  f.level = LevelOf(f, rule);
}

struct Shares {
  std::size_t inputs = 0, drifted = 0, psi = 0, p = 0;
  bool output = false;
};

Shares Count(const std::vector<FeatureDrift>& features) {
  Shares shares;
  const OutputColumns outputs(features);
  for (const FeatureDrift& f : features) {
    if (outputs.Has(f.feature)) {
      shares.output = shares.output || f.drifted;
      continue;
    }
    ++shares.inputs;
    shares.drifted += f.drifted ? 1 : 0;
    shares.psi += f.psi_drifted ? 1 : 0;
    shares.p += f.p_drifted ? 1 : 0;
  }
  return shares;
}

double Part(std::size_t count, std::size_t of) {
  return of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of);
}

// Of the drifted features the one that is farthest, for the reason.
std::string ReasonOf(const std::vector<FeatureDrift>& features, const records::MonitorRule& rule) {
  const FeatureDrift* most = nullptr;
  for (const FeatureDrift& f : features) {
    if (!f.drifted) continue;
    if (most == nullptr || f.psi_adjusted > most->psi_adjusted) most = &f;
  }
  if (most == nullptr) return {};
  if (rule.policy == records::DriftPolicy::kPValue) {
    return fmt::format("{}: p = {:.2g} < {:g}", most->feature, most->p_value, rule.p_value);
  }
  if (rule.policy == records::DriftPolicy::kPsi) {
    return fmt::format("{}: PSI {:.3f} > {:g}", most->feature, most->psi, rule.psi);
  }
  if (most->psi_adjusted > rule.psi) {
    return fmt::format("{}: adjusted PSI {:.3f} > {:g}", most->feature, most->psi_adjusted,
                       rule.psi);
  }
  return fmt::format("{}: moved by {:.2f} deviations, adjusted PSI {:.3f}", most->feature,
                     most->wasserstein, most->psi_adjusted);
}

// Figures of a handful of rows look alarming and mean nothing.
void SayNotEnough(std::string reason, WindowReport& report) {
  report.verdict = WindowVerdict::kNotEnoughData;
  report.reason = std::move(reason);
  for (FeatureDrift& feature : report.features) {
    feature.drifted = false;
    feature.level = Level::kHold;
  }
}

}  // namespace

void JudgeFeatures(const records::MonitorRule& rule, WindowReport& report) {
  report.policy = rule.policy;
  for (FeatureDrift& feature : report.features) Decide(rule, feature);
  const Shares shares = Count(report.features);
  report.drifted_share = Part(shares.drifted, shares.inputs);
  report.psi_share = Part(shares.psi, shares.inputs);
  report.p_share = Part(shares.p, shares.inputs);
  if (report.rows < rule.window_min_rows) {
    SayNotEnough(fmt::format("{} rows, {} are needed", report.rows, rule.window_min_rows), report);
    return;
  }
  const bool drift = shares.output || report.drifted_share > rule.share;
  report.verdict = drift ? WindowVerdict::kDrift : WindowVerdict::kOk;
  report.reason = ReasonOf(report.features, rule);
}

void RequireReference(std::uint64_t rows, const records::MonitorRule& rule, WindowReport& report) {
  if (rows >= rule.window_min_rows || report.verdict == WindowVerdict::kNotEnoughData) return;
  report.findings.clear();
  SayNotEnough(fmt::format("{} rows in the reference, {} are needed", rows, rule.window_min_rows),
               report);
}

void Judge(const data::BatchProfile& reference, const data::BatchProfile& window,
           const records::MonitorRule& rule, WindowReport& report,
           std::span<const double> correlations) {
  report.features = GatherEvidence(reference, window, correlations);
  JudgeFeatures(rule, report);
  if (report.verdict == WindowVerdict::kNotEnoughData) return;
  AddDriftFindings(reference, window, rule, report);
}

}  // namespace mooring::monitoring
