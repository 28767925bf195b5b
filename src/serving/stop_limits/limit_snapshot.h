// A LimitLedger as bytes and back; docs/formats/limit_snapshot.md gives them one by one. The codec
// knows plain values only; the ledger fills and takes them.
//
// Reading is strict: what no ledger could write is kDataLoss, and nothing is allocated beyond what
// the bytes given can hold. Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "records/journal/limit_note.h"
#include "serving/stop_limits/result_peaks.h"
#include "serving/stop_limits/settled_decisions.h"
#include "serving/stop_limits/window_sums.h"

namespace mooring::serving {

struct LedgerImage {
  struct BudgetImage {
    records::LimitStateId id, family;  // family 0: none
    std::int64_t latched_at = 0, arrival_ns = 0, result = 0;
    std::vector<ResultPeaks::Peak> peaks;  // by end
    std::vector<WindowBucket> buckets;     // by begin
    bool operator==(const BudgetImage&) const = default;
  };
  struct HoldingImage {
    DecisionId decision;
    records::LimitStateId state;
    std::int64_t amount = 0;
    auto operator<=>(const HoldingImage&) const = default;
  };
  std::int64_t last = 0;  // µs since 1970
  bool frozen = false;
  std::vector<BudgetImage> budgets;    // by id
  std::vector<HoldingImage> holdings;  // by decision, then state; each of a budget above
  SettledDecisions::Segments settled;
  bool operator==(const LedgerImage&) const = default;
};

std::string EncodeLedger(const LedgerImage& image);
Result<LedgerImage> DecodeLedger(std::string_view bytes);

}  // namespace mooring::serving
