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

TEST(LimitRow, ResultsReadTheOutcomeToo) {
  data::Schema schema = *data::Schema::Make({{"seat", data::Type::kString, true, nullptr},
                                             {"list_price", data::Type::kFloat64, true, nullptr}});
  data::Batch inputs(std::make_shared<const data::Schema>(schema));
  inputs.column(0).AppendText("1A");
  inputs.column(1).Append(60.0);
  inputs.SetRows(1);
  records::Contract contract = PricingContract();
  EXPECT_FALSE((*LimitColumns::MakeOfResults(contract, schema, 2))->Use("late", "l").ok())
      << "it names no outcome";
  contract.outcome.emplace();
  contract.outcome->name = "late";
  EXPECT_FALSE((*LimitColumns::Make(contract, schema, 2))->Use("late", "l").ok())
      << "decisions come before it";
  const auto columns = *LimitColumns::MakeOfResults(contract, schema, 2);
  const std::string_view text = "list_price + amount - 120 * late";
  ASSERT_TRUE(columns->Use(text, "l").ok() && columns->Seal().ok());
  const LimitRow row(*columns, {.inputs = &inputs, .amount_minor = 100, .outcome = 0.5});
  EXPECT_EQ(columns->Compile(text, "l")->Evaluate(row.batch(), 0), 1.0);

  EXPECT_TRUE(columns->Fits(schema));
  const auto fits = [&](std::vector<data::Field> fields) {
    return columns->Fits(*data::Schema::Make(std::move(fields)));
  };
  EXPECT_TRUE(fits({{"other", data::Type::kInt32, true, nullptr},
                    {"list_price", data::Type::kFloat64, true, nullptr}}))
      << "what is not read may be anything";
  EXPECT_FALSE(fits({{"list_price", data::Type::kFloat64, true, nullptr}}));
  EXPECT_FALSE(fits({{"seat", data::Type::kString, true, nullptr},
                     {"list_price", data::Type::kFloat32, true, nullptr}}));
}

}  // namespace
}  // namespace mooring::serving
