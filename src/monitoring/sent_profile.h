// Sent profiles: a window that somebody else counted: a batch job far away sends the profile of its
// rows instead of the rows, and it is judged as a window of its own.
//
// The job counts on the frozen bins of the version's reference (`mooring profile make --like`), so
// that nothing is lost by it: the verdict is the one that the rows themselves would have got.
// Content is not trusted: other bins, columns that counted different numbers of rows, times that
// are no window or not yet over are kInvalidArgument. An input of the reference that was not
// counted is a finding ("missing_column").
//
// Thread safety: pure.
#pragma once

#include <chrono>

#include "base/clock.h"
#include "base/result.h"
#include "data/stats/profile.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

// How far the sender's clock may be ahead.
inline constexpr std::chrono::minutes kSenderAhead{5};
// The most rows that one profile may stand for.
inline constexpr std::uint64_t kSentRows = std::uint64_t{1} << 40;

// Rows of a profile: those of every column that was counted. kInvalidArgument when they disagree,
// when nothing was counted, or beyond kSentRows.
Result<std::uint64_t> RowsOf(const data::BatchProfile& profile);

struct SentWindow {
  std::string model;
  VersionNumber version = 0;
  Time start, end;  // [start, end)
};

// `now` is the receiver's.
Result<WindowReport> JudgeSent(const data::BatchProfile& reference, const data::BatchProfile& sent,
                               const records::MonitorRule& rule, const SentWindow& window,
                               Time now);

}  // namespace mooring::monitoring
