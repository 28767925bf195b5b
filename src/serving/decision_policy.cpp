#include "serving/decision_policy.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "data/expression/decimal.h"
#include "records/contract/currency.h"
#include "serving/amount_rule.h"

namespace mooring::serving {
namespace {

using records::RowDecision;
using records::Verdict;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

RowDecision Stopped(Reason reason) {
  return {.verdict = Verdict::kFallback, .reason = static_cast<std::uint8_t>(reason),
          .flagged = false, .score = kNone, .amount_minor = 0};
}

// The contract writes bounds in whole units; decisions are counted in minor ones, by the same rule
// as amounts, so that an amount equal to its bound is inside.
Result<std::int64_t> ToMinor(std::string_view what, double units, int digits) {
  if (const auto minor = data::Decimal::UnitsOf(units, digits)) return *minor;
  return Error(Code::kFailedPrecondition,
               fmt::format("{} {} is too large for money", what, units));
}

std::size_t ScoreColumn(const records::OutputRule& rule, const model::Signature& signature) {
  const data::Schema& columns = *signature.output_columns;
  if (const auto named = columns.Find(rule.name)) return *named;
  std::size_t first = 0;
  for (const model::Output& output : signature.outputs) {
    const bool is_float =
        output.type == data::Type::kFloat32 || output.type == data::Type::kFloat64;
    // The positive class of a binary classifier comes last.
    if (is_float) return output.width == 2 ? first + 1 : first;
    first += output.width;
  }
  return 0;
}

}  // namespace

DecisionPolicy::DecisionPolicy() = default;
DecisionPolicy::~DecisionPolicy() = default;

Result<std::shared_ptr<const DecisionPolicy>> DecisionPolicy::Compile(
    const records::Contract& contract, const model::Signature& signature,
    std::shared_ptr<const data::Schema> inputs) {
  const std::shared_ptr<DecisionPolicy> policy(new DecisionPolicy());
  if (signature.output_columns->size() == 0) {
    return Error(Code::kFailedPrecondition, "the model has no outputs");
  }
  policy->score_column_ = ScoreColumn(contract.output, signature);
  const data::Field& score = signature.output_columns->field(policy->score_column_);
  policy->has_score_ = data::IsNumeric(score.type) || score.type == data::Type::kBool;
  const bool judged = contract.output.min || contract.output.max || contract.decision.min ||
                      contract.decision.max || !contract.decision.amount.empty();
  if (!policy->has_score() && judged) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("the score '{}' is {}, and the contract's bounds and amount need a "
                             "number", score.name, data::TypeName(score.type)));
  }
  policy->score_min_ = contract.output.min;
  policy->score_max_ = contract.output.max;
  constexpr int kWithoutCurrency = 2;  // the contract's reader let no unknown one through
  policy->minor_digits_ =
      records::CurrencyDigits(contract.decision.currency).value_or(kWithoutCurrency);
  if (!contract.decision.amount.empty()) {
    ASSIGN_OR_RETURN(policy->amount_, AmountRule::Compile(contract, std::move(inputs),
                                                          policy->minor_digits_));
  }
  RETURN_IF_ERROR(policy->CompileBounds(contract));
  return std::shared_ptr<const DecisionPolicy>(policy);
}

Status DecisionPolicy::CompileBounds(const records::Contract& contract) {
  min_ = contract.decision.min;
  max_ = contract.decision.max;
  if (!has_amount()) return Ok();
  if (min_) { ASSIGN_OR_RETURN(minor_min_, ToMinor("bound", *min_, minor_digits_)); }
  if (max_) { ASSIGN_OR_RETURN(minor_max_, ToMinor("bound", *max_, minor_digits_)); }
  return Ok();
}

RowDecision DecisionPolicy::Judge(double score, const data::Batch& inputs, std::size_t row) const {
  if (!has_score_) {
    RowDecision unscored;
    unscored.score = kNone;
    return unscored;
  }
  if (!std::isfinite(score)) return Stopped(Reason::kScoreNotFinite);
  if (score_min_ && score < *score_min_) return Stopped(Reason::kScoreBelowMin);
  if (score_max_ && score > *score_max_) return Stopped(Reason::kScoreAboveMax);
  RowDecision decision;
  decision.score = score;
  if (has_amount()) {
    const auto amount = amount_->Evaluate(inputs, row, score);
    if (!amount.ok()) return Stopped(Reason::kAmountInvalid);
    decision.amount_minor = amount.value();
  }
  Clamp(decision);
  return decision;
}

void DecisionPolicy::Clamp(RowDecision& decision) const {
  const bool low = has_amount() ? minor_min_ && decision.amount_minor < *minor_min_
                                : min_ && decision.score < *min_;
  const bool high = has_amount() ? minor_max_ && decision.amount_minor > *minor_max_
                                 : max_ && decision.score > *max_;
  if (!low && !high) [[likely]] return;
  decision.verdict = Verdict::kClamp;
  decision.reason = static_cast<std::uint8_t>(low ? Reason::kBelowBounds : Reason::kAboveBounds);
  if (has_amount()) {
    decision.amount_minor = low ? *minor_min_ : *minor_max_;
    decision.score = kNone;  // the raw value does not leave beside the bound
  } else {
    decision.score = low ? *min_ : *max_;
  }
}

}  // namespace mooring::serving
