#include "monitoring/multivariate/multivariate_watch.h"

#include <algorithm>
#include <cmath>

#include "monitoring/multivariate/multivariate_findings.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kPairsKept = 20;  // of a report
constexpr double kPairAlpha = 0.001;    // windows come every hour: one in twenty would be noise

std::string HelpFor(const WindowReport& report) {
  return "mooring monitor drift " + report.model + " --version " + std::to_string(report.version);
}

void Tell(Finding finding, WindowReport& report) {
  if (finding.level == Level::kClear) return;
  finding.help = HelpFor(report);
  report.findings.push_back(std::move(finding));
}

}  // namespace

std::map<std::string, std::string, std::less<>> MultivariateWatch::Learn(
    const data::Batch& inputs) {
  std::map<std::string, std::string, std::less<>> parts;
  if (const auto pca = PcaReconstruction::Fit(inputs, {}); pca.ok() && pca->width() > 1) {
    parts["pca"] = pca->ToJson();
  }
  if (inputs.width() > 1) parts["alike"] = AlikePairs::Learn(inputs).ToJson();
  const auto scale = PairScale::Learn(inputs);
  if (!scale.ok()) return parts;
  CoMoments moments(*scale);
  if (moments.Add(inputs).ok()) parts["pairs"] = moments.ToJson();
  return parts;
}

MultivariateWatch::MultivariateWatch(const Learned& learned, std::uint32_t window_rows)
    : stride_(std::max<std::uint64_t>(1, window_rows / kSample)) {
  if (auto pca = PcaReconstruction::FromJson(learned.Part("pca")); pca.ok()) {
    pca_.emplace(std::move(pca).value());
  }
  if (auto pairs = CoMoments::FromJson(learned.Part("pairs")); pairs.ok()) {
    pairs_.emplace(std::move(pairs).value());
  }
  if (auto alike = AlikePairs::FromJson(learned.Part("alike")); alike.ok()) {
    alike_.emplace(std::move(alike).value());
  }
}

void MultivariateWatch::Add(const data::Batch& inputs) {
  if (!watches()) return;
  for (std::size_t row = 0; row < inputs.rows(); ++row) {
    if (seen_++ % stride_ != 0 || sample_.rows() >= 2 * kSample) continue;
    if (sample_.shared_schema() != inputs.shared_schema()) {
      sample_ = data::Batch(inputs.shared_schema());  // rows of one schema only
    }
    sample_.AppendRow(inputs, row);
  }
}

void MultivariateWatch::JudgePairs(double row_worth, WindowReport& report) const {
  CoMoments window(pairs_->shared_scale());
  if (!window.Add(sample_).ok()) return;  // a column is absent
  const PairOptions options{.alpha = kPairAlpha, .window_share = row_worth};
  const auto compared = ComparePairs(*pairs_, window, options);
  for (Finding& finding : PairFindings(compared, options)) Tell(std::move(finding), report);
  for (const PairComparison& pair : compared) {
    if (report.pairs.size() == kPairsKept || !pair.changed) return;
    report.pairs.push_back(
        {pair.first, pair.second, pair.reference, pair.current, pair.q_value, Level::kAlert});
  }
}

void MultivariateWatch::JudgeReconstruction(double row_worth, WindowReport& report) const {
  const auto score = pca_->ScoreWindow(sample_, row_worth);
  if (!score.ok()) return;
  const Finding finding = ReconstructionFinding(*score, {});
  MultivariateDrift drift;
  drift.method = "pca_reconstruction";
  drift.value = score->error;
  drift.reference = score->reference;
  drift.threshold = finding.threshold;
  drift.p_value = finding.p_value;
  drift.level = finding.level;
  for (const FeatureContribution& part : score->contributions) {
    if (drift.drivers.size() < 3 && std::abs(part.z) > 4) drift.drivers.push_back(part.feature);
  }
  report.multivariate.push_back(std::move(drift));
  Tell(finding, report);
}

void MultivariateWatch::Judge(double row_worth, WindowReport& report) {
  if (sample_.rows() >= kLeastRows && report.verdict != WindowVerdict::kNotEnoughData) {
    if (pairs_) JudgePairs(row_worth, report);
    if (pca_) JudgeReconstruction(row_worth, report);
    if (alike_) {
      const auto found = FindDuplicates(*alike_, sample_, row_worth);
      for (Finding& finding : DuplicateFindings(found)) Tell(std::move(finding), report);
    }
  }
  sample_.Clear();
  seen_ = 0;
}

}  // namespace mooring::monitoring
