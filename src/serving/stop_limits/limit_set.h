// LimitSet: a contract's stop-limits, compiled for one version: expressions, thresholds as whole
// units, the budgets that they spend, and the hash of all that is in force.
//
//   ASSIGN_OR_RETURN(auto limits, LimitSet::Compile({.contract = &contract, .version = 3,
//                                                    .inputs = shape->schema()}));
//   LimitRuling ruling = stop_limits.Admit(*limits, controls, candidate, note);
//
// Thread safety: const use from any thread. Ownership: keeps what it needs of the contract; the
// pseudonymiser must outlive it. Failure: kFailedPrecondition names the limit and what does not
// fit: an expression over columns that the model's inputs lack, a threshold beyond 64 bits, an
// unknown time zone, a pseudonymised key without a pseudonymiser.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/expression/expression.h"
#include "serving/stop_limits/limit_row.h"
#include "serving/stop_limits/limit_states.h"
#include "serving/stop_limits/limit_term.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::serving {

class MedianRing;  // median_ring.h: the last admitted values of a collar's trailing median

// A share, a factor: part / whole, both without common divisors.
struct Ratio {
  std::int64_t part = 0, whole = 1;
  // floor(number * part / whole); nothing when it does not fit.
  std::optional<std::int64_t> Of(std::int64_t number) const;
};

// A rate's max in a TermShape: so fine that a part of one decision a second is still some.
inline constexpr std::int64_t kRateUnits = 1'000'000;

struct CompiledLimit {
  records::LimitRule rule;
  std::uint16_t place = 0;  // among the contract's limits
  int digits = 0;           // of its quantity, thresholds and hits
  std::string unit;         // what its budget counts in
  // Not null where the rule has the expression; without `quantity` it is the decision itself.
  std::optional<data::Expression> quantity, when, worst, reference;
  // kBound; a bound that clamps moves the decision to clamp_min … clamp_max, in its own units.
  std::optional<std::int64_t> min, max, clamp_min, clamp_max;
  // kCollar
  std::int64_t within = 0;
  Ratio within_share{0, 1};
  std::optional<std::int64_t> constant;
  std::shared_ptr<MedianRing> median;
  Ratio factor{1, 1};                     // kQuality
  bool stops = false;                     // kQuality without a factor
  std::optional<std::size_t> age_column;  // kFreshness: in the inputs
  // Budgets. Kinds without one that latch have a count without end as their budget: it is shut by
  // the first decision that they refuse.
  bool has_budget = false;
  TermShape shape;
  std::shared_ptr<const WindowClock> window;
  std::vector<KeyColumn> keys;

  // kDrawdown: what a decision came to, over LimitSet::result_columns.
  std::optional<data::Expression> result;

  bool divided() const { return shape.keyed; }
};

// What people and the watch make of a LimitSet: one for each revision of the controls.
struct LimitsInForce {
  struct One {
    std::optional<std::int64_t> max;  // replaces the contract's
    std::int64_t released_at = 0;
    std::vector<LimitControls::OfLimit::Step> ramp;
  };
  std::vector<One> limits;  // as LimitSet::limits
  LimitControls::Watch watch;
  std::string hash;  // 32 bytes over the rules and these
};

class LimitSet {
 public:
  struct Options {
    const records::Contract* contract = nullptr;  // required
    VersionNumber version = 0;
    std::shared_ptr<const data::Schema> inputs;  // required: of the rows, contract inputs in order
    const records::Pseudonymiser* pseudonymiser = nullptr;
    // When the version and its reference were made, µs since 1970, for limits on freshness; 0: not
    // known, and too old for any of them.
    std::int64_t version_made = 0, reference_made = 0;
  };
  static Result<std::shared_ptr<const LimitSet>> Compile(const Options& options);
  ~LimitSet();

  bool empty() const { return limits_.empty(); }
  // In the order of evaluation; `place` gives that of the contract.
  const std::vector<CompiledLimit>& limits() const { return limits_; }
  const CompiledLimit& OfPlace(std::uint16_t place) const { return limits_[order_[place]]; }
  const std::string& model() const { return model_; }
  const std::string& output() const { return output_; }  // the contract's name of the score
  VersionNumber version() const { return version_; }
  // Decisions are amounts of so many digits, or scores in millionths.
  bool has_amount() const { return has_amount_; }
  int decision_digits() const { return decision_digits_; }
  std::int64_t version_made() const { return version_made_; }
  std::int64_t reference_made() const { return reference_made_; }
  const LimitColumns& columns() const { return *columns_; }
  // What results are read from; null: no limit is on them. And what they are made of besides.
  const LimitColumns* result_columns() const { return result_columns_.get(); }
  struct ResultSource {
    std::string outcome, positive;  // its name; the class that counts as 1
  };
  const ResultSource& result_source() const { return result_source_; }
  // Whether the limits can be asked about rows of a journal with these inputs.
  bool Reads(const data::Schema& recorded) const;

  // Made once for a revision of the controls, then about 20 ns.
  std::shared_ptr<const LimitsInForce> InForce(const LimitControls& controls) const;
  // SHA-256 over the rules and the controls in force, 32 bytes.
  std::string HashOf(const LimitControls& controls) const { return InForce(controls)->hash; }

  // The budget that a row of a limit spends; of kRepeat with `decision` that of the same decision.
  // Allocates only where keys, callers or decisions divide it.
  records::LimitStateId StateOf(const CompiledLimit& limit, const LimitCandidate& candidate,
                                const std::int64_t* decision = nullptr) const;

 private:
  struct Cache;
  LimitSet();
  Status CompileAll(const Options& options);
  Status CompileResults(const Options& options);
  void Order();
  std::string CanonicalRules() const;

  std::string model_, output_;
  VersionNumber version_ = 0;
  bool has_amount_ = false;
  int decision_digits_ = 6;
  std::int64_t version_made_ = 0, reference_made_ = 0;
  const records::Pseudonymiser* pseudonymiser_ = nullptr;
  std::unique_ptr<LimitColumns> columns_, result_columns_;
  ResultSource result_source_;
  std::vector<CompiledLimit> limits_;
  std::vector<std::size_t> order_;  // of each place of the contract, in limits_
  std::string rules_;               // canonical text
  std::unique_ptr<Cache> cache_;
};

}  // namespace mooring::serving
