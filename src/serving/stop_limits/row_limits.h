// The stateless half of a row's way through its limits: bounds, collars, freshness and quality are
// judged here, and what the others would spend becomes terms for the ledger.
//
// A limit that refuses becomes a term too, one that the ledger always denies: so everything that
// says no is told at once and in one order, and nothing is spent.
//
// Thread safety: one RowLimits belongs to one call. Cost: about 0.2 µs a limit.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "serving/stop_limits/limit_row.h"
#include "serving/stop_limits/limit_set.h"
#include "serving/stop_limits/limit_term.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::serving {

// Why a limit refuses a row by itself.
enum class Refusing : std::uint8_t {
  kNothing,
  kBeyond,       // a bound, a collar, an age or a verdict of the watch
  kInvalid,      // its quantity cannot be computed
  kUnavailable,  // its reference is not there
};

// What to tell of a limit that the ledger does not know of, by its place in the contract.
struct RowFinding {
  Refusing refusing = Refusing::kNothing;
  std::int64_t current = 0, threshold = 0;
};

// The quantity of a limit on a row: its expression, without one the decision itself. Nothing when
// it cannot be computed.
std::optional<std::int64_t> QuantityOf(const LimitSet& set, const CompiledLimit& limit,
                                       const LimitRow& row, const records::RowDecision& decision,
                                       data::Decimal::Rounding rounding);

class RowLimits {
 public:
  // The vectors are filled; `findings` has one entry for each limit of the contract.
  struct Scratch {
    std::int64_t now = 0;  // µs since 1970; given
    std::vector<LimitTerm> terms;
    std::vector<RowFinding> findings;
    std::vector<SeenByMedian> medians;  // values that their rings get when the row is admitted
  };
  RowLimits(const LimitSet& set, const LimitsInForce& in_force, const LimitCandidate& candidate,
            Scratch& scratch);

  // Everything in the order of evaluation; moves the decision where a bound clamps.
  void Run();
  bool clamped() const { return clamped_; }
  // The limits of a set that are of the model's answer do not hold for fixed values.
  static bool Applies(const CompiledLimit& limit, const LimitCandidate& candidate);

 private:
  struct Range {
    std::int64_t low = 0, high = 0;  // rounded down and up
  };
  void One(std::size_t index);
  RowFinding Judge(std::size_t index);
  RowFinding Bound(std::size_t index);
  bool Clamp(const CompiledLimit& limit, std::optional<std::int64_t> max, bool low);
  RowFinding Collar(const CompiledLimit& limit);
  RowFinding Freshness(const CompiledLimit& limit) const;
  RowFinding Quality(const CompiledLimit& limit) const;
  void AddTerm(std::size_t index, const RowFinding& finding);
  void Spend(const CompiledLimit& limit, LimitTerm& term);
  std::int64_t MaxOf(std::size_t index) const;

  bool Stands(const CompiledLimit& limit) const;
  std::optional<std::int64_t> Decision(int digits, data::Decimal::Rounding rounding) const;
  std::optional<std::int64_t> Evaluate(const data::Expression& expression, int digits,
                                       data::Decimal::Rounding rounding) const;
  std::optional<std::int64_t> Quantity(const CompiledLimit& limit,
                                       data::Decimal::Rounding rounding) const;
  std::optional<Range> QuantityRange(const CompiledLimit& limit) const;
  std::optional<std::int64_t> Reference(const CompiledLimit& limit);

  const LimitSet& set_;
  const LimitsInForce& in_force_;
  const LimitCandidate& candidate_;
  Scratch& scratch_;
  LimitRow row_;
  bool clamped_ = false;
  // Of the champion and the previous version, once asked.
  std::array<std::optional<std::optional<std::int64_t>>, 2> references_;
};

}  // namespace mooring::serving
