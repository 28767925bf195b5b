// DecisionPolicy: what a contract makes of a raw score: the decision's amount, its bounds, and what
// answers instead when a bound stops it. Compiled once for a version; pure.
//
// The rules, in order, for each row:
//   1. a score that is not finite, or outside output.min … output.max, is stopped (FALLBACK, DENY);
//   2. the amount is evaluated (money: exact, in minor units); one that cannot be is stopped;
//   3. an amount (or, without one, a score) outside decision.bounds is moved to the bound (CLAMP).
// Only ADMIT gives the score out, CLAMP gives the bound. What answers instead of what is stopped
// is RowJudge's to say.
//
// Thread safety: const use from any thread. Cost: about 10 ns a row without an amount.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "data/table/batch.h"
#include "model/predictor.h"
#include "records/contract/contract.h"
#include "records/journal/record.h"
#include "serving/reasons.h"

namespace mooring::serving {

class AmountRule;

class DecisionPolicy {
 public:
  // kFailedPrecondition when the contract's output or amount does not fit the model and its inputs.
  static Result<std::shared_ptr<const DecisionPolicy>> Compile(
      const records::Contract& contract, const model::Signature& signature,
      std::shared_ptr<const data::Schema> inputs);
  ~DecisionPolicy();

  // The column of the model's outputs that is the score: the contract's output.name, else the last
  // class of a binary classifier's "probability", else the first float output.
  std::size_t score_column() const { return score_column_; }
  // False when the model gives only text (labels): every row is admitted, with no score.
  bool has_score() const { return has_score_; }
  bool has_amount() const { return amount_ != nullptr; }
  // Digits of the amount's minor unit: the currency's, 2 without one.
  int minor_digits() const { return minor_digits_; }

  // The decision for a score; `inputs` has the contract's inputs, defaults in place.
  // kFallback when it is stopped.
  records::RowDecision Judge(double score, const data::Batch& inputs, std::size_t row) const;

 private:
  DecisionPolicy();
  Status CompileBounds(const records::Contract& contract);
  void Clamp(records::RowDecision& decision) const;

  std::size_t score_column_ = 0;
  bool has_score_ = true;
  std::optional<double> score_min_, score_max_;
  std::unique_ptr<AmountRule> amount_;
  int minor_digits_ = 2;
  std::optional<double> min_, max_;                    // of the score, without an amount
  std::optional<std::int64_t> minor_min_, minor_max_;  // of the amount
};

}  // namespace mooring::serving
