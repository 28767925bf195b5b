// LossStream: has the loss risen, asked after each outcome and with a proven bound on false alarms,
// so that harm is seen long before a window is full (data/stats/detectors/e_detector.h).
//
// Losses are in [0, 1]: of a binary task the Brier score of the row; of a regression |error| over
// ten times the reference's mean, cut at 1. The baseline is the reference's; its margin is 1.5
// standard errors, or three deviations of the reference's chunks when that is more, since days
// differ even when nothing is wrong. One alarm, then silence until the version changes.
//
// Thread safety: none. Cost: 5 ns an outcome.
#pragma once

#include <optional>

#include "data/stats/detectors/e_detector.h"
#include "monitoring/finding.h"
#include "monitoring/quality/quality_reference.h"

namespace mooring::monitoring {

class LossStream {
 public:
  static constexpr double kAlarmRows = 1e5;  // mean outcomes to a false alarm, at least

  // Nothing where the task has no such loss or the reference does not know it.
  static std::optional<LossStream> Of(records::OutputRule::Task task,
                                      const QualityReference& reference);

  // True at the outcome that raises the alarm, once.
  bool Add(double score, double truth);
  std::uint64_t outcomes() const { return outcomes_; }
  // What it says of `model`; of kind "sequential".
  Finding Alarm(std::string_view model) const;

 private:
  LossStream(data::BoundedEDetector detector, double scale, double baseline)
      : detector_(std::move(detector)), scale_(scale), baseline_(baseline) {}

  data::BoundedEDetector detector_;
  double scale_;  // 0: Brier; else |error| / scale
  double baseline_;
  double sum_ = 0;
  std::uint64_t outcomes_ = 0;
};

}  // namespace mooring::monitoring
