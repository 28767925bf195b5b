#include "monitoring/reference_history.h"

#include <algorithm>
#include <charconv>

namespace mooring::monitoring {
namespace {

constexpr int kHours = 168;  // of a week

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
  return static_cast<int>(((hours % kHours) + kHours) % kHours);
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
  ++accepted_;
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

std::string ReferenceHistory::ToText() const {
  std::string text;
  for (const data::BatchProfile& window : previous_) text += "-1 " + window.ToJson() + "\n";
  for (const auto& [hour, profile] : hours_) {
    text += std::to_string(hour) + " " + profile.ToJson() + "\n";
  }
  return text;
}

Status ReferenceHistory::Restore(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (Status taken = TakeLine(text.substr(0, end)); !taken.ok()) {
      previous_.clear();
      hours_.clear();
      return Error(Code::kDataLoss, "a kept window is damaged").Why(taken.error().ToString());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return Ok();
}

Status ReferenceHistory::TakeLine(std::string_view line) {
  int hour = 0;
  const auto [rest, wrong] = std::from_chars(line.data(), line.data() + line.size(), hour);
  const auto digits = static_cast<std::size_t>(rest - line.data());
  if (wrong != std::errc() || hour < -1 || hour >= kHours || digits >= line.size()) {
    return Error(Code::kDataLoss, "a line without its hour");
  }
  ASSIGN_OR_RETURN(const data::BatchProfile read,
                   data::BatchProfile::FromJson(line.substr(digits + 1)));
  data::BatchProfile window(training_->bins());  // all share the version's bins
  RETURN_IF_ERROR(window.Merge(read));
  if (hour >= 0) {
    hours_.insert_or_assign(hour, std::move(window));
  } else {
    previous_.push_back(std::move(window));
    if (previous_.size() > kPrevious) previous_.pop_front();
  }
  return Ok();
}

}  // namespace mooring::monitoring
