#include "monitoring/reference_history.h"

namespace mooring::monitoring {
namespace {

std::uint64_t RowsOf(const data::BatchProfile& profile) {
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < profile.width(); ++i) rows = std::max(rows, profile.column(i).rows);
  return rows;
}

}  // namespace

ReferenceHistory::ReferenceHistory(records::ReferenceKind kind,
                                   std::shared_ptr<const data::BatchProfile> training)
    : kind_(kind), training_(std::move(training)) {}

// From 0, Thursday 00:00 UTC, as 1970 began, to 167.
int ReferenceHistory::HourOfWeek(Time at) {
  const auto hours = std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count();
  return static_cast<int>(((hours % 168) + 168) % 168);
}

ReferenceHistory::Chosen ReferenceHistory::For(Time start) {
  using enum records::ReferenceKind;
  if (kind_ == kFixed && fixed_ && RowsOf(*fixed_) > 0) return {&*fixed_, "fixed"};
  if (kind_ == kSameHour) {
    const auto hour = hours_.find(HourOfWeek(start));
    if (hour != hours_.end() && RowsOf(hour->second) >= kLeastRows) {
      return {&hour->second, "same_hour"};
    }
  }
  if (kind_ == kPrevious && !previous_.empty()) {
    sum_.emplace(training_->bins());
    for (const data::BatchProfile& window : previous_) {
      const Status merged = sum_->Merge(window);
      CHECK(merged.ok());  // all are on the version's bins
    }
    if (RowsOf(*sum_) >= kLeastRows) return {&*sum_, "previous"};
  }
  return {training_.get(), "training"};
}

void ReferenceHistory::Accept(const data::BatchProfile& window, Time start) {
  if (kind_ == records::ReferenceKind::kPrevious) {
    previous_.push_back(window);
    if (previous_.size() > kPrevious) previous_.pop_front();
  }
  if (kind_ == records::ReferenceKind::kSameHour) {
    const auto [hour, made] =
        hours_.try_emplace(HourOfWeek(start), data::BatchProfile(training_->bins()));
    const Status merged = hour->second.Merge(window);
    CHECK(merged.ok());
  }
}

}  // namespace mooring::monitoring
