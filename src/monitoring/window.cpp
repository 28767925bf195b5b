#include "monitoring/window.h"

#include <fmt/format.h>

#include "data/stats/serial_correlation.h"
#include "monitoring/judge.h"

namespace mooring::monitoring {
namespace {

std::vector<Slice> SlicesOf(const Learned& learned) {
  std::vector<Slice> slices;
  for (const LearnedSlice& one : learned.slices) slices.push_back(one.slice);
  return slices;
}

std::uint64_t MostRows(const data::BatchProfile& profile) {
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < profile.width(); ++i) rows = std::max(rows, profile.column(i).rows);
  return rows;
}

double Share(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

// Of a row beside an independent one, by the column whose rows resemble each other most.
double RowWorth(const std::vector<double>& correlations) {
  double most = 0;
  for (const double r : correlations) most = std::max(most, r);
  return data::EffectiveRows(1, most);
}

Finding OfSlice(const SliceDrift& slice, const WindowReport& report) {
  Finding finding;
  finding.kind = "slice_drift";
  finding.subject = slice.slice;
  finding.level = Level::kAlert;
  finding.certain = slice.q_value < 1e-6;
  finding.what = fmt::format("where {}, {} features have drifted, {} the most", slice.slice,
                             slice.drifted_features, slice.feature);
  finding.statistic = "psi_adjusted";
  finding.value = slice.psi_adjusted;
  finding.p_value = slice.q_value;
  finding.n = slice.rows;
  finding.sureness = "corrected over the features and the slices";
  finding.help = fmt::format("mooring monitor drift {} --version {}", report.model, report.version);
  return finding;
}

}  // namespace

Window::Window(std::shared_ptr<const Reference> reference)
    : reference_(std::move(reference)), scores_(reference_->score_output, reference_->task) {
  if (reference_->profile == nullptr) return;
  profile_.emplace(reference_->profile->bins());
  order_.emplace(reference_->profile);
  slices_.emplace(SlicesOf(reference_->learned), reference_->profile->bins());
  history_.emplace(rule().reference.kind, reference_->profile);
  if (rule().multivariate) together_.emplace(reference_->learned, rule().window_rows);
}

bool Window::Over(Time at) const { return rows_ != 0 && at - start_ >= rule().window_every; }

Status Window::Add(const records::ReadDecisions& block) {
  if (rows_ == 0) {
    start_ = block.at;
    model_ = block.binding->model;
    version_ = block.binding->version;
  }
  last_ = std::max(start_, block.at);
  rows_ += block.inputs->rows();
  if (!profile_.has_value()) return Ok();
  RETURN_IF_ERROR(profile_->Add(*block.inputs));
  order_->Add(*block.inputs);
  if (together_) together_->Add(*block.inputs);
  const data::Batch* const scores = scores_.Of(block);
  if (scores != nullptr) {
    RETURN_IF_ERROR(profile_->Add(*scores));
    order_->Add(*scores);
  }
  return slices_->Add(*block.inputs, scores);
}

SliceDrift Window::JudgeSlice(std::size_t place, const records::MonitorRule& rule) {
  const data::BatchProfile& reference = reference_->learned.slices[place].profile;
  SliceDrift slice;
  slice.slice = slices_->slice(place).Name();
  slice.rows = slices_->rows(place);
  slice.share = Share(slice.rows, slices_->among(place));
  slice.reference_share = Share(MostRows(reference), MostRows(*reference_->profile));
  if (slice.rows < rule.window_min_rows) return slice;
  const auto profile = slices_->Profile(place);
  if (!profile.ok()) return slice;  // kinds of columns changed; the whole window told of it
  WindowReport report;
  report.rows = slice.rows;
  Judge(reference, **profile, rule, report);
  slice.verdict = report.verdict;
  const FeatureDrift* farthest = nullptr;
  for (const FeatureDrift& feature : report.features) {
    slice.drifted_features += feature.drifted ? 1 : 0;
    if (farthest == nullptr || feature.psi_adjusted > farthest->psi_adjusted) farthest = &feature;
  }
  if (farthest != nullptr) {
    slice.feature = farthest->feature;
    slice.psi_adjusted = farthest->psi_adjusted;
    slice.q_value = farthest->q_value;
  }
  slices_->Clear(place);
  return slice;
}

void Window::JudgeSlices(WindowReport& report) {
  if (slices_->size() == 0) return;
  // Looked at many slices: each must be surer (Bonferroni).
  records::MonitorRule rule = this->rule();
  rule.p_value /= static_cast<double>(slices_->size());
  for (std::size_t place = 0; place < slices_->size(); ++place) {
    SliceDrift slice = JudgeSlice(place, rule);
    if (slice.verdict == WindowVerdict::kDrift) report.findings.push_back(OfSlice(slice, report));
    report.slices.push_back(std::move(slice));
  }
}

WindowReport Window::Close() {
  WindowReport report;
  report.model = model_;
  report.version = version_;
  report.start = start_;
  report.end = last_;
  report.rows = rows_;
  if (profile_.has_value()) {
    const ReferenceHistory::Chosen chosen = history_->For(start_);
    report.reference = chosen.name;
    const std::vector<double> correlations = order_->Correlations(*profile_);
    Judge(*chosen.profile, *profile_, rule(), report, correlations);
    if (together_) together_->Judge(RowWorth(correlations), report);
    JudgeSlices(report);
    if (report.verdict == WindowVerdict::kOk) history_->Accept(*profile_, start_);
    profile_->Clear();
    order_->Clear();
  } else {
    report.reason = "registered without training data: nothing to compare with";
  }
  rows_ = 0;
  return report;
}

}  // namespace mooring::monitoring
