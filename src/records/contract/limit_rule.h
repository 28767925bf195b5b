// LimitRule: one entry of a contract's `limits`: a hard bound on what decisions may do or spend.
// What each kind means exactly, and its windows, is in docs/LIMITS.md; serving/stop_limits holds
// decisions to it.
//
// Numbers are exact decimals as their writer wrote them; serving turns them into whole minor units
// (of the contract's currency, or millionths where a quantity is not money) and refuses what does
// not fit. Thread safety: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/expression/decimal.h"

namespace mooring::records {

enum class LimitKind : std::uint8_t {
  kBound,         // min ≤ quantity ≤ max, each decision by itself
  kCollar,        // near a reference
  kSum,           // of the quantity over a window
  kCount,         // of decisions over a window
  kRate,          // decisions a second, with a burst (GCRA)
  kShare,         // of decisions for which `quantity`, a condition, holds
  kOpenExposure,  // sum over decisions whose outcome is not known
  kDrawdown,      // of the realised result, with the worst case of what is open
  kRepeat,        // the same decision for the same key
  kGrowth,        // of a sum against the same window of earlier weeks
  kFreshness,     // of the model, its outcomes, its reference, a row's time
  kQuality,       // what the watch found
};

// Whose decisions share one budget. `per` and `when` divide further.
enum class LimitScope : std::uint8_t { kAll, kModel, kVersion, kCaller };

// What answers instead.
enum class LimitAction : std::uint8_t { kClamp, kFallback, kReview, kDeny };

// What of a quantity counts.
enum class LimitWeight : std::uint8_t {
  kGross,     // |q|
  kPositive,  // max(q, 0)
  kNegative,  // max(-q, 0)
  kNet,       // q itself; min ≤ sum ≤ max
};

struct LimitWindow {
  enum class Kind : std::uint8_t { kSliding, kDay, kWeek, kMonth, kLifetime } kind = Kind::kSliding;
  std::chrono::seconds length{0};  // kSliding
  std::uint32_t buckets = 60;      // kSliding: what a window is counted in
  std::string zone = "UTC";        // of the calendar kinds: a name of the IANA time zones
};

struct CollarReference {
  enum class Kind : std::uint8_t {
    kChampion,  // the champion's decision for the same row
    kPrevious,  // the previous version's
    kInput,     // an input of the request
    kConstant,
    kMedian,  // of the last `decisions` admitted
  } kind = Kind::kChampion;
  std::string input;
  std::optional<data::Decimal> constant;  // kMedian: what stands in until there are `decisions`
  std::uint32_t decisions = 0;            // kMedian
};

struct LimitRule {
  std::string name;
  LimitKind kind = LimitKind::kSum;
  LimitScope scope = LimitScope::kModel;
  std::string when;              // condition over a row: decisions of a segment; empty: all
  std::vector<std::string> per;  // input columns: a budget for each value of theirs
  std::size_t keys = 1'000'000;  // with `per`: budgets in use; further keys are denied
  // Expression over inputs, the output's name (raw score), `score` and `amount` as they would be
  // answered. Empty: the amount, without one the score.
  std::string quantity;
  // Whether the quantity is money of the contract's currency; not said: DigitsOf tells.
  std::optional<bool> money;
  LimitWeight weight = LimitWeight::kGross;
  LimitWindow window;
  // max: the limit; of kShare a share, of kGrowth a factor, of kCount and kRepeat decisions.
  std::optional<data::Decimal> min, max;

  // kCollar: |q - r| ≤ max(absolute, relative * |r|)
  CollarReference collar;
  std::optional<data::Decimal> within_absolute, within_relative;
  // kRate: `rate_count` decisions in `rate_period`, and `burst` at once.
  std::int64_t rate_count = 0;
  std::chrono::nanoseconds rate_period{0};
  std::int64_t burst = 1;
  std::int64_t after = 0;           // kShare: counts from this many decisions on (n0)
  std::chrono::seconds horizon{0};  // kOpenExposure: older than it stays until written off
  // kDrawdown: what is open counts with its worst loss, an expression; soft: only what is known.
  bool drawdown_hard = false;
  std::string worst;
  std::uint32_t reference_weeks = 4;      // kGrowth
  std::optional<data::Decimal> at_least;  // kGrowth: always allowed
  // kFreshness: longest ages; 0: not asked
  std::chrono::seconds model_age{0}, outcome_age{0}, reference_age{0}, input_age{0};
  std::string age_input;  // the timestamp input that input_age is of
  // kQuality: verdict kinds of the watch ("drift", "quality", …) that count; the maxima of the
  // contract's other limits are multiplied by `factor`, or without one this limit stops.
  std::vector<std::string> verdicts;
  std::optional<data::Decimal> factor;

  LimitAction then = LimitAction::kFallback;
  bool latch = false;                // once hit it stays shut until it is released
  bool advisory = false;             // watched and told, never enforced
  std::size_t line = 0, column = 0;  // where it stands in the contract
};

std::string_view LimitKindName(LimitKind kind);        // "bound", …, "open_exposure"
std::string_view LimitActionName(LimitAction action);  // "clamp", "fallback", "review", "deny"
std::string_view LimitScopeName(LimitScope scope);     // "all", "model", "version", "caller"
std::string_view LimitWeightName(LimitWeight weight);  // "gross", "positive", "negative", "net"
// Sums, counts, rates, shares, exposures, drawdowns, repeats and growth keep a budget; bounds,
// collars, freshness and quality look at one decision alone.
bool HasBudget(LimitKind kind);
// Kinds that stay shut once hit unless their writer says otherwise.
bool LatchesByDefault(LimitKind kind);

struct Contract;
// Digits behind the point that a rule's quantity and thresholds are counted in: the currency's for
// money, 6 for other quantities, 0 for counts of decisions. A quantity is money when the contract
// (of kDrawdown its effect) has a currency, unless it is the score alone or the rule says so.
int DigitsOf(const LimitRule& rule, const Contract& contract);

}  // namespace mooring::records
