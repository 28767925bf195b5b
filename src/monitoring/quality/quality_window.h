// QualityWindow: the rows of one window and what is known of them so far. Windows tumble by rows or
// time like those of drift, and take outcomes long after they are closed.
//
// Thread safety: none. Not for rows whose decisions were let go: late_windows.h reads those again.
#pragma once

#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/ids.h"
#include "monitoring/checkpoint.h"
#include "monitoring/quality/quality_plan.h"
#include "monitoring/quality/quality_report.h"
#include "records/journal/record.h"

namespace mooring::monitoring {

class QualityWindow {
 public:
  QualityWindow(WindowKey key, std::shared_ptr<QualityPlan> plan);

  const WindowKey& key() const { return key_; }
  QualityPlan& plan() const { return *plan_; }
  const std::shared_ptr<QualityPlan>& shared_plan() const { return plan_; }
  const QualityRows& rows() const { return rows_; }
  DecisionId first() const { return first_; }
  DecisionId last() const { return last_; }
  Time start() const { return start_; }
  Time end() const { return end_; }

  // Whether a decision of this moment is beyond the window.
  bool Over(Time at) const;
  bool Full() const;
  // The place of the block's first row.
  std::size_t Add(const records::ReadDecisions& block);

  enum class Fate { kTaken, kSame, kTooEarly, kNotOurs };
  // kTooEarly: known before the decision was made, so it is no outcome of it. kNotOurs: of another
  // name, or no value of the task. A newer fact replaces the one before.
  Fate Learn(std::size_t row, const records::Outcome& outcome);

  // All outcomes are due at `now`.
  bool Mature(Time now) const;
  // A report without figures: who, when, how much is known.
  QualityReport Begin(Time now) const;

 private:
  WindowKey key_;
  std::shared_ptr<QualityPlan> plan_;
  QualityRows rows_;
  std::vector<Time> decided_;
  DecisionId first_, last_;
  Time start_, end_;
};

}  // namespace mooring::monitoring
