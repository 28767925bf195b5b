#include "monitoring/multivariate/multivariate_findings.h"

#include <fmt/format.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

Level LevelOf(bool significant, double size, double bound) {
  if (!significant || !(size > bound / 2)) return Level::kClear;
  return size > bound ? Level::kAlert : Level::kWarn;
}

// "weight and volume above all"; at most two that stand out.
std::string AboveAll(const std::vector<std::string>& features) {
  if (features.empty()) return "";
  if (features.size() == 1) return ", " + features[0] + " above all";
  return ", " + features[0] + " and " + features[1] + " above all";
}

}  // namespace

Finding ReconstructionFinding(const ReconstructionScore& score, const ReconstructionRule& rule) {
  const double change = score.error / score.reference - 1;
  const double p = std::erfc(std::abs(score.z) / std::sqrt(2.0));
  const bool significant = p < rule.alpha;
  std::vector<std::string> first;
  for (const FeatureContribution& part : score.contributions) {
    const bool stands_out = first.size() < 2 && std::abs(part.z) > 4;
    if (stands_out) first.push_back(part.feature);
  }
  Finding finding{.kind = "multivariate_drift", .subject = "reconstruction"};
  finding.level = LevelOf(significant, std::abs(change), rule.least_change);
  finding.certain = finding.level == Level::kAlert && p < kCertainP;
  finding.what = finding.level == Level::kClear
                     ? "features hang together as in the reference"
                     : fmt::format(
                           "features hang together {} than in the reference: "
                           "reconstruction error {} by {:.0f} %{}",
                           change > 0 ? "less" : "more", change > 0 ? "up" : "down",
                           100 * std::abs(change), AboveAll(first));
  finding.statistic = "reconstruction_error";
  finding.value = score.error;
  finding.threshold = score.reference * (1 + rule.least_change);
  finding.p_value = p;
  finding.n = score.rows;
  finding.sureness = fmt::format("p = {:.2g}", p);
  return finding;
}

Finding DomainFinding(const DomainVerdict& verdict, const DomainOptions& options) {
  std::vector<std::string> first;
  for (const DomainDriver& driver : verdict.drivers) {
    const bool stands_out = first.size() < 2 && driver.auc_drop > (verdict.auc - 0.5) / 4;
    if (stands_out) first.push_back(driver.feature);
  }
  Finding finding{.kind = "multivariate_drift", .subject = "classifier"};
  finding.level =
      LevelOf(verdict.p_value < options.alpha, verdict.auc - 0.5, options.alert_auc - 0.5);
  finding.certain = finding.level == Level::kAlert && verdict.p_value < kCertainP;
  finding.what =
      finding.level == Level::kClear
          ? "a classifier cannot tell these rows from the reference"
          : fmt::format("a classifier tells these rows from the reference{}", AboveAll(first));
  finding.statistic = "domain_auc";
  finding.value = verdict.auc;
  finding.threshold = options.alert_auc;
  finding.p_value = verdict.p_value;
  finding.n = verdict.window_rows;
  finding.sureness = fmt::format("p = {:.2g}", verdict.p_value);
  return finding;
}

std::vector<Finding> PairFindings(const std::vector<PairComparison>& pairs,
                                  const PairOptions& options) {
  std::vector<Finding> findings;
  for (const PairComparison& pair : pairs) {
    const double change = std::abs(pair.current - pair.reference);
    const Level level = LevelOf(pair.q_value < options.alpha, change, options.least_change);
    if (level == Level::kClear) continue;
    Finding& finding = findings.emplace_back();
    finding.kind = "correlation_change";
    finding.subject = pair.first + " × " + pair.second;
    finding.level = level;
    finding.certain = level == Level::kAlert && pair.q_value < kCertainP;
    finding.what = fmt::format("correlation of {} and {} went from {:.2f} to {:.2f}", pair.first,
                               pair.second, pair.reference, pair.current);
    finding.statistic = "correlation_change";
    finding.value = change;
    finding.threshold = options.least_change;
    finding.p_value = pair.q_value;
    finding.n = pair.rows;
    finding.sureness = fmt::format("q = {:.2g} over {} pairs", pair.q_value, pairs.size());
  }
  return findings;
}

}  // namespace mooring::monitoring
