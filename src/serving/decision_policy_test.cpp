#include "serving/decision_policy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.h"
#include "serving/served_for_tests.h"

namespace mooring::serving {
namespace {

using data::Type;
using records::RowDecision;
using records::Verdict;
using testing::AddingPredictor;
using testing::ContractOf;
using testing::Input;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

std::shared_ptr<const data::Schema> Inputs() {
  return std::make_shared<const data::Schema>(
      data::Schema::Make({{"distance", Type::kInt32, true, nullptr}}).value());
}

std::shared_ptr<const DecisionPolicy> PolicyOf(const records::Contract& contract) {
  return DecisionPolicy::Compile(contract, AddingPredictor(data::Schema()).signature(), Inputs())
      .value();
}

data::Batch OneRow(std::int32_t distance = 100) {
  data::Batch row(Inputs());
  row.column(0).Append(distance);
  row.SetRows(1);
  return row;
}

TEST(DecisionPolicy, StopsScoresThatAreNotFiniteOrOutOfTheModelsRange) {
  records::Contract contract = ContractOf({});
  contract.output.min = 0;
  contract.output.max = 1;
  const auto policy = PolicyOf(contract);
  struct Row {
    double score;
    Reason reason;
  };
  for (const Row& row : {Row{0, Reason::kNone}, Row{1, Reason::kNone},
                         Row{kNan, Reason::kScoreNotFinite}, Row{kInf, Reason::kScoreNotFinite},
                         Row{-0.001, Reason::kScoreBelowMin}, Row{1.001, Reason::kScoreAboveMax}}) {
    const RowDecision decision = policy->Judge(row.score, OneRow(), 0);
    EXPECT_EQ(decision.reason, static_cast<std::uint8_t>(row.reason)) << row.score;
    EXPECT_EQ(decision.verdict, row.reason == Reason::kNone ? Verdict::kAdmit : Verdict::kFallback);
  }
}

// 1.005 * 100 is 100.49999999999999 in binary.
TEST(DecisionPolicy, RoundsBoundsAsItRoundsAmounts) {
  for (const double number : {1.005, 1.015, 1.025, 1.115, 8.575, 64.345, 1.0e-40}) {
    records::Contract contract = ContractOf({});
    contract.output.name = "cost";
    contract.decision.amount = "cost";
    contract.decision.currency = "USD";
    contract.decision.min = contract.decision.max = number;
    const auto policy = PolicyOf(contract);
    const RowDecision decision = policy->Judge(number, OneRow(), 0);
    EXPECT_EQ(decision.verdict, Verdict::kAdmit) << number;
    if (number == 1.005) {
      EXPECT_EQ(decision.amount_minor, 101);
    }
  }
}

TEST(DecisionPolicy, CountsAmountsInMinorUnitsAndClampsThem) {
  records::Contract contract = ContractOf({});
  contract.output.name = "probability";
  contract.decision.amount = "120 * probability * 1.3 + distance / 100";
  contract.decision.currency = "RUB";
  contract.decision.min = 10;
  contract.decision.max = 200;
  const auto policy = PolicyOf(contract);
  const RowDecision admitted = policy->Judge(0.5, OneRow(), 0);
  EXPECT_EQ(admitted.verdict, Verdict::kAdmit);
  EXPECT_EQ(admitted.amount_minor, 7900);
  EXPECT_EQ(admitted.score, 0.5);
  const RowDecision clamped = policy->Judge(0.001, OneRow(), 0);
  EXPECT_EQ(clamped.verdict, Verdict::kClamp);
  EXPECT_EQ(clamped.amount_minor, 1000);
  EXPECT_TRUE(std::isnan(clamped.score));
  EXPECT_EQ(policy->Judge(7, OneRow(), 0).amount_minor, 20000);
}

TEST(DecisionPolicy, StopsAmountsWithoutAValue) {
  records::Contract contract = ContractOf({});
  contract.decision.amount = "score / distance";
  const auto policy = PolicyOf(contract);
  EXPECT_EQ(policy->Judge(1, OneRow(0), 0).verdict, Verdict::kFallback);
  data::Batch null(Inputs());
  null.column(0).AppendNull();
  null.SetRows(1);
  EXPECT_EQ(ReasonName(policy->Judge(1, null, 0).reason), "amount_invalid");
  EXPECT_EQ(policy->Judge(1e300, OneRow(1), 0).verdict, Verdict::kFallback);
}

TEST(DecisionPolicy, KnowsTheCurrencysDigits) {
  for (const auto& [currency, minor] : {std::pair{"RUB", 4500}, {"JPY", 45}, {"KWD", 45000}}) {
    records::Contract contract = ContractOf({});
    contract.decision.amount = "score";
    contract.decision.currency = currency;
    EXPECT_EQ(PolicyOf(contract)->Judge(45, OneRow(), 0).amount_minor, minor) << currency;
  }
}

TEST(DecisionPolicy, NeverGivesOutWhatTheContractForbids) {
  Rng rng(20261122);
  for (int i = 0; i < 20'000; ++i) {
    records::Contract contract = ContractOf({});
    const double low = rng.Uniform() * 10 - 5, high = low + rng.Uniform() * 5;
    if (rng.Below(2) == 0) contract.output.min = low;
    if (rng.Below(2) == 0) contract.output.max = high;
    if (rng.Below(2) == 0) contract.decision.min = low + 1;
    if (rng.Below(2) == 0) contract.decision.max = high + 1;
    const auto policy = PolicyOf(contract);
    const double score = rng.Below(20) == 0 ? (rng.Below(2) == 0 ? kNan : kInf)
                                            : rng.Uniform() * 30 - 15;
    RowDecision decision = policy->Judge(score, OneRow(), 0);
    if (decision.verdict == Verdict::kFallback) {
      ASSERT_NE(decision.reason, 0);
      continue;
    }
    if (decision.verdict == Verdict::kAdmit) {
      ASSERT_EQ(decision.score, score);
      ASSERT_TRUE(std::isfinite(score));
      ASSERT_GE(score, contract.output.min.value_or(-kInf));
      ASSERT_LE(score, contract.output.max.value_or(kInf));
    } else {
      ASSERT_NE(decision.score, score);
      ASSERT_NE(decision.reason, 0);
    }
    ASSERT_EQ(std::isnan(decision.score), decision.verdict == Verdict::kDeny);
    if (decision.verdict != Verdict::kDeny) {
      ASSERT_GE(decision.score, contract.decision.min.value_or(-kInf));
      if (decision.verdict != Verdict::kClamp || contract.decision.min.value_or(-kInf) <=
                                                     contract.decision.max.value_or(kInf)) {
        ASSERT_LE(decision.score, contract.decision.max.value_or(kInf));
      }
    }
  }
}

TEST(DecisionPolicy, FindsTheScoreAmongTheOutputs) {
  const auto column_of = [](std::vector<model::Output> outputs, const std::string& name) {
    const model::Signature signature = model::MakeSignature(data::Schema(), std::move(outputs));
    records::Contract contract = ContractOf({});
    contract.output.name = name;
    return DecisionPolicy::Compile(contract, signature, Inputs()).value()->score_column();
  };
  const model::Output label{"prediction", Type::kInt64, 1};
  const model::Output chance{"probability", Type::kFloat32, 1};
  EXPECT_EQ(column_of({label, chance}, "prediction"), 0U);
  EXPECT_EQ(column_of({label, chance}, "late"), 1U);
  EXPECT_EQ(column_of({label, {"probabilities", Type::kFloat32, 2}}, "late"), 2U);
  EXPECT_EQ(column_of({{"label", Type::kString, 1}}, "late"), 0U);
}

TEST(DecisionPolicy, RefusesWhatCannotBeJudged) {
  const model::Signature text = model::MakeSignature(data::Schema(), {{"label", Type::kString, 1}});
  records::Contract contract = ContractOf({});
  EXPECT_TRUE(DecisionPolicy::Compile(contract, text, Inputs()).ok());
  contract.output.max = 1;
  EXPECT_FALSE(DecisionPolicy::Compile(contract, text, Inputs()).ok());
  contract = ContractOf({});
  contract.decision.amount = "score * premium";  // no such input
  EXPECT_EQ(DecisionPolicy::Compile(contract, AddingPredictor(data::Schema()).signature(), Inputs())
                .error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mooring::serving
