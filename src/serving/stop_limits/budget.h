// Budget: what LimitLedger knows of one budget: a limit, its scope and one value of its key.
//
// Times are µs since 1970 unless said. Thread safety: none; the ledger's lock. About 150 bytes with
// its place in the table; a sliding window with more than one bucket in use takes 40 a bucket more.
#pragma once

#include <cstdint>
#include <memory>

#include "records/journal/limit_note.h"
#include "serving/stop_limits/result_peaks.h"
#include "serving/stop_limits/window_sums.h"

namespace mooring::serving {

struct Budget {
  records::LimitStateId id;
  std::uint32_t family = 0;  // place in the table's families, from 1; 0: none
  bool used = false;
  bool taken = false;        // by the call that is running
  bool latch_noted = false;  // a note with the latch stands, or may stand, in the journal
  std::int64_t latched_at = 0;
  std::int64_t arrival_ns = 0;  // theoretical, of a rate
  std::int64_t open = 0;        // sum that is held by decisions
  WindowSums sums;
  struct Rare {
    ResultPeaks results;  // of a drawdown
    // Of what was spent, the part that relieves the limit (the other sign of a net sum; of a share
    // the decisions that are not marked) and that no record holds yet. Other records may not rely
    // on it: a crash would take it away from under them. Of one bucket when it has an end, else of
    // all that count.
    WindowBucket pending;
    bool Pending() const { return pending.plus != 0 || pending.minus != 0 || pending.count != 0; }
  };
  std::unique_ptr<Rare> rare;

  Rare& NeedRare() {
    if (rare == nullptr) rare = std::make_unique<Rare>();
    return *rare;
  }
  // Nothing that counts at `now`: as if it had never been.
  bool Dead(std::int64_t now) {
    sums.Expire(now);
    const std::int64_t arrival = arrival_ns / 1000 + (arrival_ns % 1000 != 0 ? 1 : 0);
    const bool quiet = latched_at == 0 && open == 0 && arrival <= now && sums.empty();
    if (!quiet || taken) return false;
    return rare == nullptr || (rare->results.empty() && !rare->Pending());
  }
};

}  // namespace mooring::serving
