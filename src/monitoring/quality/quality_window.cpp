#include "monitoring/quality/quality_window.h"

#include <algorithm>

namespace mooring::monitoring {

QualityWindow::QualityWindow(WindowKey key, std::shared_ptr<QualityPlan> plan)
    : key_(std::move(key)), plan_(std::move(plan)), rows_(plan_->NewRows()) {}

bool QualityWindow::Over(Time at) const {
  return rows_.rows() != 0 && at - start_ >= plan_->contract().monitor.window_every;
}

bool QualityWindow::Full() const { return rows_.rows() >= plan_->contract().monitor.window_rows; }

std::size_t QualityWindow::Add(const records::ReadDecisions& block) {
  const std::size_t place = rows_.rows();
  if (place == 0) {
    first_ = block.first;
    start_ = end_ = block.at;
  }
  end_ = std::max(end_, block.at);
  last_ = block.first;
  last_.ordinal += static_cast<std::uint32_t>(block.rows.size()) - 1;
  plan_->Append(block, rows_);
  decided_.resize(rows_.rows(), block.at);
  return place;
}

QualityWindow::Fate QualityWindow::Learn(std::size_t row, const records::Outcome& outcome) {
  const std::optional<double> truth = plan_->TruthOf(outcome);
  if (!truth) return Fate::kNotOurs;
  if (outcome.at < decided_[row]) return Fate::kTooEarly;
  const auto delay = std::chrono::duration<float>(outcome.at - decided_[row]).count();
  if (rows_.truth[row] == *truth && rows_.delay_s[row] == delay) return Fate::kSame;
  rows_.labelled += rows_.known(row) ? 0 : 1;
  rows_.truth[row] = *truth;
  rows_.delay_s[row] = delay;
  return Fate::kTaken;
}

bool QualityWindow::Mature(Time now) const {
  return now - end_ >= plan_->contract().outcome->matures_after;
}

QualityReport QualityWindow::Begin(Time now) const {
  QualityReport report;
  report.model = key_.first;
  report.version = key_.second;
  report.start = start_;
  report.end = end_;
  report.rows = rows_.rows();
  report.labelled = rows_.labelled;
  report.mature = Mature(now);
  return report;
}

}  // namespace mooring::monitoring
