// Rounding to whole units; exactness of arithmetic is in differential_test.cpp.
#include "data/expression/decimal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/expression/expression.h"

namespace mooring::data {
namespace {

using Rounding = Decimal::Rounding;

struct Case {
  const char* number;
  bool negative;
  std::int64_t half, down, up, away;
};

TEST(Decimal, RoundsAsItIsTold) {
  for (const Case& c : {Case{"1.005", false, 101, 100, 101, 101},
                        {"1.005", true, -101, -101, -100, -101},
                        {"1.001", false, 100, 100, 101, 101},
                        {"1.001", true, -100, -101, -100, -101},
                        {"1.01", false, 101, 101, 101, 101},
                        {"0", false, 0, 0, 0, 0}}) {
    const Decimal written = *Decimal::Parse(c.number);
    const Decimal number = c.negative ? *written.Negated() : written;
    EXPECT_EQ(number.InUnitsOf(2), c.half) << c.number;
    EXPECT_EQ(number.InUnitsOf(2, Rounding::kDown), c.down) << c.number;
    EXPECT_EQ(number.InUnitsOf(2, Rounding::kUp), c.up) << c.number;
    EXPECT_EQ(number.InUnitsOf(2, Rounding::kAwayFromZero), c.away) << c.number;
  }
}

TEST(Decimal, WhatIsTooSmallToWriteStillHasASign) {
  EXPECT_EQ(Decimal::UnitsOf(1e-300, 2), 0);
  EXPECT_EQ(Decimal::UnitsOf(1e-300, 2, Rounding::kAwayFromZero), 1);
  EXPECT_EQ(Decimal::UnitsOf(-1e-300, 2, Rounding::kAwayFromZero), -1);
  EXPECT_EQ(Decimal::UnitsOf(-1e-300, 2, Rounding::kUp), 0);
  EXPECT_EQ(Decimal::UnitsOf(-1e-300, 2, Rounding::kDown), -1);
  EXPECT_EQ(Decimal::UnitsOf(std::nan(""), 2, Rounding::kUp), std::nullopt);
}

TEST(Decimal, CountsTheDigitsThatSaySomething) {
  EXPECT_EQ(Decimal::Parse("1.50")->digits_behind_point(), 1);
  EXPECT_EQ(Decimal::Parse("0.005")->digits_behind_point(), 3);
  EXPECT_EQ(Decimal::Parse("500")->digits_behind_point(), 0);
  EXPECT_EQ(Decimal::Parse("0.00")->digits_behind_point(), 0);
}

TEST(Decimal, MoneyOfAnExpressionIsRoundedAsItIsTold) {
  const Schema schema = *Schema::Make({{"p", Type::kFloat64}});
  Batch batch(std::make_shared<const Schema>(schema));
  batch.column(0).Append(1e-7);
  batch.SetRows(1);
  const Expression expression = *Expression::Compile("120 * p", schema);
  EXPECT_EQ(*expression.EvaluateMoney(batch, 0), 0);
  EXPECT_EQ(*expression.EvaluateMoney(batch, 0, 2, Rounding::kAwayFromZero), 1);
}

}  // namespace
}  // namespace mooring::data
