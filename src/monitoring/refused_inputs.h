// RefusedInputs: how many of a version's requests the contract's validation refused, by feature and
// rule, window by window. Rows that were refused are in no profile: without this a caller that
// renames a field or sends another unit past the contract's range leaves windows that look healthy,
// or none at all.
//
// Counted from the journal's refusals that name a rule, so a restart comes to the same counts; a
// request counts once, for its first value refused, however many rows it has.
//
// A window has a finding when the share of refused requests is over the usual one by more than a
// percentage point, three standard errors and three requests, of twenty or more: as missing values
// are judged (drift_findings.h, decision 0008). Usual is the share of the last kPrevious windows
// that did not alert; until they have 200 requests, none is expected to be refused. What is usual
// is not kept over a restart. More than five points over are an alert, less a warning.
//
// When nothing at all was decided no window of rows is open that could close: then one without rows
// is told of, after a minute with kOutage refusals or an hour with fewer.
//
// Thread safety: none; the watch's own. Complexity: 0.1 µs a request; no allocation but for a cause
// that is new to its window. Memory: kCauses causes a version at most.
#pragma once

#include <deque>
#include <map>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "monitoring/checkpoint.h"
#include "monitoring/window_report.h"
#include "records/journal/record.h"

namespace mooring::monitoring {

class RefusedInputs {
 public:
  static constexpr std::size_t kPrevious = 10;  // windows
  static constexpr std::size_t kCauses = 32;    // of a window; the rest are counted, not named
  static constexpr std::uint64_t kOutage = 100;

  // Of the window that is open: a request that was decided, and one that was refused. Refusals
  // without a rule or version, not validation's or of older records, are left out.
  void OnDecided(const WindowKey& key);
  void OnRefused(const records::Refusal& refusal);
  // What was counted belongs to a window that was judged before a restart.
  void Forget(const WindowKey& key);

  // Adds counts and finding to the report of the window that closes, and begins anew.
  void Conclude(const WindowKey& key, WindowReport& report);
  // Reports of versions of which requests were refused and none decided for long enough; those
  // without a finding are dropped.
  std::vector<WindowReport> Due(Time now);

 private:
  struct Counts {
    std::uint64_t asked = 0, refused = 0;
  };
  struct OfVersion {
    Counts counts;
    std::vector<RefusedCause> causes;
    Time first, last;             // refusals
    std::deque<Counts> previous;  // windows that did not alert
    void Begin();
  };
  static void Conclude(OfVersion& of, WindowReport& report);

  std::map<WindowKey, OfVersion> versions_;
};

// Whether, and how surely, so many refused requests are more than usual; the finding's level is
// kClear when not. Pure.
Finding RefusedFinding(const RefusedRequests& requests, std::uint64_t usual_asked);

}  // namespace mooring::monitoring
