// Window: the open window of one model version: which rows it has taken, and their profile.
//
// Thread safety: none; the watch's own. Complexity: Add does not allocate after the first block.
#pragma once

#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "data/stats/profile.h"
#include "monitoring/references.h"
#include "monitoring/window_report.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {

class Window {
 public:
  explicit Window(std::shared_ptr<const Reference> reference);

  bool empty() const { return rows_ == 0; }
  std::uint64_t rows() const { return rows_; }
  const records::MonitorRule& rule() const { return reference_->rule; }
  // Whether a row of this moment is beyond the window's time.
  bool Over(Time at) const;
  // Whether it has its rows.
  bool Full() const { return rows_ >= rule().window_rows; }

  Status Add(const records::ReadDecisions& block);
  // The verdict on what was taken; the window is empty again afterwards.
  WindowReport Close();

 private:
  Status AddScores(const records::ReadDecisions& block);
  std::optional<std::size_t> ScoreColumn(const records::ReadDecisions& block);

  std::shared_ptr<const Reference> reference_;
  std::shared_ptr<const data::Schema> inputs_, outputs_;  // that score_ was found in
  std::optional<std::size_t> score_;
  std::optional<data::BatchProfile> profile_;  // none without a reference
  data::Batch scores_;
  std::string model_;
  VersionNumber version_ = 0;
  Time start_, last_;
  std::uint64_t rows_ = 0;
};

}  // namespace mooring::monitoring
