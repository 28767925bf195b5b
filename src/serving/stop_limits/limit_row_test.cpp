#include "serving/stop_limits/limit_row.h"

#include <gtest/gtest.h>

#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using data::Decimal;

std::optional<std::int64_t> Evaluate(std::string_view text, const LimitRow::Values& values) {
  const records::Contract contract = PricingContract();
  auto columns = LimitColumns::Make(contract, values.inputs->schema(), 2);
  CHECK(columns.ok() && (*columns)->Use(text, "l").ok() && (*columns)->Seal().ok());
  const auto expression = (*columns)->Compile(text, "l");
  CHECK(expression.ok());
  const LimitRow row(**columns, values);
  auto units = expression->EvaluateMoney(row.batch(), 0, 2, Decimal::Rounding::kAwayFromZero);
  return units.ok() ? *units : std::nullopt;
}

TEST(LimitRow, WordsAreTheRawScoreTheAnswerAndInputs) {
  data::Batch inputs(std::make_shared<const data::Schema>(
      *data::Schema::Make({{"list_price", data::Type::kFloat64}})));
  inputs.column(0).Append(60.0);
  inputs.SetRows(1);
  const LimitRow::Values values{.inputs = &inputs, .raw = 0.5, .score = 0.25, .amount_minor = 1234};
  EXPECT_EQ(Evaluate("probability", values), 50);
  EXPECT_EQ(Evaluate("score", values), 25);
  EXPECT_EQ(Evaluate("amount", values), 1234);
  EXPECT_EQ(Evaluate("amount + list_price", values), 7234);
}

TEST(LimitRow, AnAmountIsExactOrNothing) {
  data::Batch inputs(std::make_shared<const data::Schema>(
      *data::Schema::Make({{"list_price", data::Type::kFloat64}})));
  inputs.column(0).Append(60.0);
  inputs.SetRows(1);
  for (const std::int64_t amount :
       {std::int64_t{1}, std::int64_t{-29}, std::int64_t{100'000'000'007},
        std::int64_t{999'999'999'999'999}, std::int64_t{-999'999'999'999'999}}) {
    EXPECT_EQ(Evaluate("amount", {.inputs = &inputs, .amount_minor = amount}), amount);
  }
  EXPECT_EQ(Evaluate("amount", {.inputs = &inputs, .amount_minor = 1'000'000'000'000'000}),
            std::nullopt);
}

}  // namespace
}  // namespace mooring::serving
