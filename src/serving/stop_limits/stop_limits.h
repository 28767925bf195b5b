// StopLimits: what stands between a model's answer and the world. For each row it evaluates the
// contract's limits, has the ledger check and spend, and says what verdict the row gets.
//
// The order is freshness, quality, bound, repeat, collar, rate, and then everything that is summed
// or counted; a clamped value goes through the rest. A quantity that is null, not finite or too
// large denies. A hit never tells the model's raw value: of a bound it names the bound, of a collar
// nothing.
//
// Thread safety: Admit from any thread. Cost: about 0.3 µs a limit.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "data/table/batch.h"
#include "records/contract/fallback_rule.h"
#include "records/contract/limit_rule.h"
#include "records/journal/limit_note.h"
#include "records/journal/record.h"
#include "records/journal/told_hit.h"
#include "serving/stop_limits/limit_ledger.h"

namespace mooring::serving {

class LimitSet;    // limit_set.h: a contract's limits, compiled for one version
class MedianRing;  // median_ring.h: the last admitted values of a collar's trailing median

// What people changed since the contract was applied: thresholds, releases, ramps; and what the
// watch said. Immutable; swapped whole.
struct LimitControls {
  struct OfLimit {
    // Replaces the contract's; a whole number of 10^-DigitsOfMax: minor units, decisions, of a
    // share and a growth billionths, of a rate decisions in its period (contract/limit_max.h).
    std::optional<std::int64_t> max;
    std::int64_t released_at = 0;  // µs since 1970
    // Ramp after a release: from each moment on (µs since 1970) the max is this fraction.
    struct Step {
      std::int64_t from = 0;
      std::int64_t part = 1, whole = 1;
      auto operator<=>(const Step&) const = default;
    };
    std::vector<Step> ramp;
    auto operator<=>(const OfLimit&) const = default;
  };
  // What stands about a model: its verdicts of the watch that are alerts, and the data of its
  // newest batch of outcomes.
  struct Standing {
    std::string verdict;        // kind: "drift", "quality", "service_level", "stream"
    VersionNumber version = 0;  // it is about; 0: every version
    auto operator<=>(const Standing&) const = default;
  };
  struct Watch {
    std::int64_t last_outcomes = 0;  // µs since 1970; 0: none yet
    std::vector<Standing> standing;
    auto operator<=>(const Watch&) const = default;
  };
  std::uint64_t revision = 0;  // another one whenever anything here differs
  // By "model/limit".
  std::map<std::string, OfLimit, std::less<>> limits;
  std::map<std::string, Watch, std::less<>> watch;  // by model
};

// An admitted quantity, and the ring of its collar, which the limit set keeps.
struct SeenByMedian {
  MedianRing* ring = nullptr;
  std::int64_t quantity = 0;
};
void AddToMedians(std::span<const SeenByMedian> seen);

// One row's answer that wants out.
struct LimitCandidate {
  const data::Batch* inputs = nullptr;
  std::size_t row = 0;
  double score = 0;  // raw, of the version that made it; of a fixed value its own; NaN: none
  // The answer as it would be given; `bound` with `then: clamp` moves its amount (or score).
  records::RowDecision* decision = nullptr;
  enum class Source : std::uint8_t { kModel, kOtherVersion, kFixed } source = Source::kModel;
  bool consumes_nothing = false;  // a fixed value that its owner declared free: no budgets
  bool by_person = false;         // a fixed value of a reviewer: checks that leave it to one hold
  std::string_view caller;
  VersionNumber version = 0;  // that made it
  bool recorded = false;      // the row is from the journal: pseudonyms stand in place of values
  // Where values for trailing medians are appended when it is admitted; give them to AddToMedians
  // once the record is in the journal: what was never recorded moves no collar. Null: at once.
  std::vector<SeenByMedian>* medians = nullptr;
  std::int64_t now = 0;  // µs since 1970, for ages and ramps; 0: the ledger's
  // Decisions of the champion and of the previous version for the same row, for collars; each asked
  // at most once a call. Nothing: there is none. In minor units (or millionths of a score).
  std::function<std::optional<std::int64_t>(records::CollarReference::Kind)> reference;
};

struct LimitRuling {
  bool admitted = true;
  bool clamped = false;
  records::LimitAction then = records::LimitAction::kFallback;  // when not admitted
  std::int64_t retry_ns = 0;   // a rate said no: when to come again
  bool by_rate = false;        // only rates said no
  bool input_invalid = false;  // a quantity could not be known (LIMIT_INPUT_INVALID)
  // Why, for the fallback chain; when not admitted.
  records::FallbackCause cause = records::FallbackCause::kExhausted;
};

// LimitHit::current of a limit whose quantity could not be computed.
inline constexpr std::int64_t kInvalidQuantity = records::kNotComputed;

class StopLimits {
 public:
  explicit StopLimits(LimitLedger& ledger) : ledger_(ledger) {}
  // Appends to `note` what was spent, or what said no. Each call checks all and applies all. What
  // is not admitted leaves candidate.decision as it was.
  LimitRuling Admit(const LimitSet& set, const LimitControls& controls,
                    const LimitCandidate& candidate, records::LimitNote& note) const;
  LimitLedger& ledger() const { return ledger_; }

 private:
  LimitLedger& ledger_;
};

}  // namespace mooring::serving
