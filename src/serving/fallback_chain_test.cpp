#include "serving/fallback_chain.h"

#include <gtest/gtest.h>

#include <cmath>

#include "serving/served_for_tests.h"

namespace mooring::serving {
namespace {

using records::FallbackCause;
using records::FallbackStep;
using testing::ContractOf;
using Kind = FallbackStep::Kind;

data::Batch Row(std::optional<double> distance) {
  data::Batch row(std::make_shared<const data::Schema>(testing::FloatInputs({"distance"})));
  if (distance) {
    row.column(0).Append(*distance);
  } else {
    row.column(0).AppendNull();
  }
  row.SetRows(1);
  return row;
}

Result<std::shared_ptr<const FallbackChains>> Compile(const records::Contract& contract,
                                                      bool has_amount = true) {
  return FallbackChains::Compile(contract, testing::FloatInputs({"distance"}), has_amount, 2);
}

TEST(FallbackChains, RoundsValuesAsAmountsAreRounded) {
  records::Contract contract = ContractOf({});
  for (const auto& [number, minor] : {std::pair{1.005, 101}, {1.115, 112}, {45.0, 4500}}) {
    contract.fallback = {{.kind = Kind::kConstant, .constant = number}};
    const auto chains = Compile(contract).value();
    const auto value = chains->For(FallbackCause::kExhausted)[0].ValueFor(Row(1), 0);
    EXPECT_EQ(value->amount_minor, minor);
    EXPECT_TRUE(std::isnan(value->score));
    EXPECT_EQ(value->Decision().verdict, records::Verdict::kFallback);
    EXPECT_EQ(Compile(contract, false)
                  .value()
                  ->For(FallbackCause::kInvalid)[0]
                  .ValueFor(Row(1), 0)
                  ->score,
              number);
  }
  contract.fallback = {{.kind = Kind::kConstant, .constant = 1e300}};
  EXPECT_EQ(Compile(contract).error().code(), Code::kFailedPrecondition);
}

TEST(FallbackChains, TheFirstLineThatHoldsGivesTheValue) {
  records::Contract contract = ContractOf({});
  contract.fallback = {
      {.kind = Kind::kRules, .lines = {{"distance > 3000", 60}, {"distance > 100", 50}}}};
  auto chains = Compile(contract).value();
  const FallbackStepCompiled& step = chains->For(FallbackCause::kKilled)[0];
  EXPECT_EQ(step.ValueFor(Row(5000), 0)->amount_minor, 6000);
  EXPECT_EQ(step.ValueFor(Row(200), 0)->amount_minor, 5000);
  EXPECT_FALSE(step.ValueFor(Row(50), 0).has_value());
  EXPECT_FALSE(step.ValueFor(Row(std::nullopt), 0).has_value());
  contract.fallback = {{.kind = Kind::kRules, .lines = {{"speed > 3", 60}}}};
  EXPECT_EQ(Compile(contract).error().code(), Code::kFailedPrecondition);
}

TEST(FallbackChains, ACauseMayHaveAChainOfItsOwn) {
  records::Contract contract = ContractOf({});
  contract.fallback = {{.kind = Kind::kPrevious}};
  contract.fallback_by_cause[FallbackCause::kExhausted] = {{.kind = Kind::kReview}};
  const auto chains = Compile(contract).value();
  EXPECT_EQ(chains->For(FallbackCause::kQuality)[0].kind, Kind::kPrevious);
  EXPECT_EQ(chains->For(FallbackCause::kExhausted)[0].kind, Kind::kReview);
}

}  // namespace
}  // namespace mooring::serving
