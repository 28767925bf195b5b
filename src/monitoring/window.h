// Window: the open window of one model version: which rows it has taken, and what they add up to:
// their profile, their order, and the profiles of their slices.
//
// Slices that are too small to be judged in one window go on into the next, until they have
// window_min_rows.
//
// Thread safety: none; the watch's own. Complexity: Add does not allocate after the first block;
// 0.4 µs a decision of 25 features, and 0.3 more for each sliced column.
#pragma once

#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "data/stats/profile.h"
#include "monitoring/multivariate/multivariate_watch.h"
#include "monitoring/reference_history.h"
#include "monitoring/references.h"
#include "monitoring/row_order.h"
#include "monitoring/scores.h"
#include "monitoring/slice_profiles.h"
#include "monitoring/window_report.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {

class Window {
 public:
  explicit Window(std::shared_ptr<const Reference> reference);

  bool empty() const { return rows_ == 0; }
  std::uint64_t rows() const { return rows_; }
  const records::MonitorRule& rule() const { return reference_->rule; }
  const Reference& reference() const { return *reference_; }
  // Whether a row of this moment is beyond the window's time.
  bool Over(Time at) const;
  // Whether it has its rows.
  bool Full() const { return rows_ >= rule().window_rows; }
  // The period of `reference: fixed`; without it the training data stand in.
  void SetFixed(data::BatchProfile period) {
    if (history_) history_->SetFixed(std::move(period));
  }
  // Null without a reference.
  ReferenceHistory* history() { return history_ ? &*history_ : nullptr; }

  Status Add(const records::ReadDecisions& block);
  // The verdict on what was taken; the window is empty again afterwards.
  WindowReport Close();

 private:
  void JudgeSlices(WindowReport& report);
  SliceDrift JudgeSlice(std::size_t place, const records::MonitorRule& rule);

  std::shared_ptr<const Reference> reference_;
  // None without a reference.
  std::optional<data::BatchProfile> profile_;
  std::optional<RowOrder> order_;
  std::optional<SliceProfiles> slices_;
  std::optional<ReferenceHistory> history_;
  std::optional<MultivariateWatch> together_;
  Scores scores_;
  std::string model_;
  VersionNumber version_ = 0;
  Time start_, last_;
  std::uint64_t rows_ = 0;
};

}  // namespace mooring::monitoring
