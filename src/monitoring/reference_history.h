// ReferenceHistory: what a version's windows are held against when that is not its training data:
// the windows before that had not drifted, or those of the same hour of the week. Windows that
// drifted are never taken in, so that a slow change does not become the norm by itself.
//
// Until there is enough (kLeastRows), the training data stand in. What was taken in goes over a
// restart as text (kept_history.h).
//
// Thread safety: none. Memory: a profile for each of the last kPrevious windows, or for each hour
// of the week that had traffic.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "data/stats/profile.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

class ReferenceHistory {
 public:
  static constexpr std::size_t kPrevious = 10;
  static constexpr std::uint64_t kLeastRows = 2000;

  ReferenceHistory(records::ReferenceKind kind, std::shared_ptr<const data::BatchProfile> training);
  // Of `fixed`: the profile of the period, when it has rows.
  void SetFixed(data::BatchProfile period) { fixed_ = std::move(period); }

  struct Chosen {
    const data::BatchProfile* profile;
    std::string name;  // "training", "previous", "same_hour", "fixed"
  };
  // For a window that began then. The profile lives until the next Accept.
  Chosen For(Time start);
  void Accept(const data::BatchProfile& window, Time start);
  // How many windows were taken in since it was made.
  std::uint64_t accepted() const { return accepted_; }

  // What was taken in: a line for each profile, "HOUR {…}" with the hour of the week, or -1. Back
  // into an empty one; kDataLoss, and nothing is taken, when that is damaged or on other bins.
  std::string ToText() const;
  Status Restore(std::string_view text);

 private:
  static int HourOfWeek(Time at);
  Status TakeLine(std::string_view line);

  records::ReferenceKind kind_;
  std::shared_ptr<const data::BatchProfile> training_;
  std::optional<data::BatchProfile> fixed_, sum_;
  std::deque<data::BatchProfile> previous_;
  std::map<int, data::BatchProfile> hours_;
  std::uint64_t accepted_ = 0;
};

}  // namespace mooring::monitoring
