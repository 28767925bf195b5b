#include "data/expression/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/limits.h"
#include "base/rng.h"

namespace mooring::data {
namespace {

std::shared_ptr<const Schema> Flights() {
  return std::make_shared<const Schema>(
      Schema::Make({{.name = "distance", .type = Type::kFloat32},
                    {.name = "origin",
                     .type = Type::kCategory,
                     .dictionary = Dictionary::Make({"SVO", "LED"}).value()},
                    {.name = "seats", .type = Type::kInt32},
                    {.name = "late", .type = Type::kBool},
                    {.name = "missing", .type = Type::kFloat64},
                    {.name = "note", .type = Type::kString},
                    {.name = "arr delay", .type = Type::kInt64},
                    {.name = "цена", .type = Type::kFloat64}})
          .value());
}

Batch OneFlight() {
  Batch batch(Flights());
  batch.column(0).Append(640.5F);
  batch.column(1).AppendText("AER");  // unseen
  batch.column(2).Append(std::int32_t{100});
  batch.column(3).Append(std::uint8_t{1});
  batch.column(4).AppendNull();
  batch.column(5).AppendText("it's");
  batch.column(6).Append(std::int64_t{-7});
  batch.column(7).Append(0.5);
  batch.SetRows(1);
  return batch;
}

std::optional<double> ValueOf(const std::string& text) {
  const auto expression = Expression::Compile(text, *Flights());
  EXPECT_TRUE(expression.ok()) << text << ": " << expression.error().ToString();
  return expression->Evaluate(OneFlight(), 0);
}

TEST(Expression, GivesTheNumbersOfTheTable) {
  const std::pair<const char*, double> cases[] = {
      {"1 + 2 * 3", 7},
      {"(1 + 2) * 3", 9},
      {"10 - 4 - 3", 3},
      {"100 / 10 / 5", 2},
      {"-2 * -3", 6},
      {"- - 2", 2},
      {"7 % 4", 3},
      {"-7 % 4", -3},
      {".5 + 1.", 1.5},
      {"1e3", 1000},
      {"2.5E-1", 0.25},
      {"distance * 2", 1281},
      {"seats / 8", 12.5},
      {"120 * late", 120},
      {"-late", -1},
      {"`arr delay` + 1", -6},
      {"цена * 4", 2},
      {"min(3, 1, 2)", 1},
      {"max(3, seats)", 100},
      {"abs(-4)", 4},
      {"log(exp(2))", 2},
      {"round(2.5)", 3},
      {"round(-2.5)", -3},
      {"floor(-1.5)", -2},
      {"ceil(1.2)", 2},
      {"if(seats > 50, 1, 2)", 1},
      {"if(late, 10, 20) + 1", 11},
      {"1 < 2", 1},
      {"2 <= 1", 0},
      {"2 == 2.0", 1},
      {"2 != 2", 0},
      {"1 + 1 > 1 and 2 >= 2", 1},
      {"origin == 'AER'", 1},
      {"origin != 'SVO'", 1},
      {"'SVO' == origin", 0},
      {"note == \"it's\"", 1},
      {"note == 'it''s'", 1},
      {"origin == note", 0},
      {"not late", 0},
      {"!late || late", 1},
      {"not seats == 1", 1},
      {"not not late", 1},
      {"late && !(seats < 10)", 1},
      {"late or late and not late", 1},
      {"if(if(late, 1 < 2, late), 5, 6)", 5},
      {"\n1\t+ 1 ", 2},
      {"(((1)))", 1},
  };
  for (const auto& [text, expected] : cases) {
    const auto value = ValueOf(text);
    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_DOUBLE_EQ(*value, expected) << text;
  }
}

TEST(Expression, NullGoesThroughExceptWhereItCannotMatter) {
  for (const char* text : {"missing",
                           "missing + 1",
                           "-missing",
                           "1 / 0",
                           "0 / 0",
                           "5 % 0",
                           "log(0)",
                           "log(-1)",
                           "exp(1000)",
                           "1e308 * 10",
                           "1e308 + 1e308",
                           "min(1, missing)",
                           "max(missing, 1)",
                           "missing == missing",
                           "if(missing > 0, 1, 2)",
                           "not missing > 0",
                           "missing > 0 and late",
                           "missing > 0 or not late",
                           "if(late, missing, 1)",
                           "round(missing)"}) {
    EXPECT_EQ(ValueOf(text), std::nullopt) << text;
  }
  EXPECT_EQ(ValueOf("missing > 0 and not late"), 0.0);
  EXPECT_EQ(ValueOf("missing > 0 or late"), 1.0);
  EXPECT_EQ(ValueOf("if(late, 1, missing)"), 1.0);
}

TEST(Expression, RefusesWithThePlace) {
  const std::tuple<const char*, std::size_t, const char*> cases[] = {
      {"", 1, "no expression"},
      {"1 +", 4, "ends too early"},
      {"1 2", 3, "unexpected '2'"},
      {"(1", 3, "expected ')' but found the end"},
      {"distnce + 1", 1, "unknown column 'distnce'"},
      {"1 + abc(2)", 5, "unknown function 'abc'"},
      {"abs(1, 2)", 1, "abs has 2 arguments"},
      {"min(1)", 1, "min has 1 arguments"},
      {"if(1, 2, 3)", 4, "a number where a condition"},
      {"1 and 2", 1, "a number where a condition"},
      {"late and 2", 10, "a number where a condition"},
      {"!seats", 2, "a number where a condition"},
      {"origin", 1, "the result is text"},
      {"origin + 1", 1, "text where a number"},
      {"1 + note", 5, "text where a number"},
      {"origin < 'SVO'", 8, "text has no order"},
      {"origin == 1", 1, "text where a number"},
      {"1 < 2 < 3", 7, "do not chain"},
      {"a = 1", 3, "unexpected '='"},
      {"'open", 1, "not closed"},
      {"1.2.3", 4, "runs into"},
      {"1abc", 2, "runs into"},
      {"1e", 1, "not a number"},
      {"1e999", 1, "not a number"},
      {"1 $ 2", 3, "unexpected '$'"},
      {"min(1,)", 7, "unexpected ')'"},
      {"-'x'", 2, "text where a number"},
      {"if(late, 'a', 'b') == 'a'", 10, "text where a number"},
  };
  for (const auto& [text, column, message] : cases) {
    const auto expression =
        Expression::Compile(text, *Flights(), {.name = "c.yaml", .line = 3, .column = 11});
    ASSERT_FALSE(expression.ok()) << text;
    EXPECT_EQ(expression.error().where(), "c.yaml:3:" + std::to_string(10 + column)) << text;
    EXPECT_THAT(expression.error().message(), ::testing::HasSubstr(message)) << text;
  }
  EXPECT_EQ(Expression::Compile("distnce", *Flights()).error().help(), "did you mean 'distance'?");
}

TEST(Expression, HostileTextEndsInAnError) {
  const std::string deep(limits::kExpressionDepth + 1, '(');
  EXPECT_EQ(Expression::Compile(deep, *Flights()).error().code(), Code::kTooLarge);
  std::string fits(limits::kExpressionDepth - 1, '(');
  fits.push_back('1');
  fits.append(limits::kExpressionDepth - 1, ')');
  EXPECT_TRUE(Expression::Compile(fits, *Flights()).ok());
  const std::string large(limits::kExpressionBytes + 1, '1');
  EXPECT_EQ(Expression::Compile(large, *Flights()).error().code(), Code::kTooLarge);
  std::string signs(4000, '-');
  signs.push_back('1');
  EXPECT_EQ(ValueOf(signs), 1.0);
  Rng rng(1);
  constexpr std::string_view kPieces[] = {"(",  ")",   "1",   "+",   "-",  "late", "origin", "'x'",
                                          "==", "and", "not", "if(", ",",  "min(", "!",      "<",
                                          " ",  "`",   "\"",  ".",   "\0", "\xFF"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t i = rng.Below(12); i-- != 0;) text += kPieces[rng.Below(std::size(kPieces))];
    const auto expression = Expression::Compile(text, *Flights());
    if (expression.ok()) static_cast<void>(expression->Evaluate(OneFlight(), 0));
  }
}

TEST(Expression, TheDeepestStackFits) {
  // Each level keeps six values waiting.
  std::string text = "late";
  for (std::size_t i = 0; i + 2 < limits::kExpressionDepth; ++i) {
    text = "late||late&&1<1+2*if(late,2," + text + ")";
  }
  ASSERT_LT(text.size(), limits::kExpressionBytes);
  EXPECT_EQ(ValueOf(text), 1.0);
}

TEST(Expression, EvaluatesWholeBatches) {
  Batch batch = OneFlight();
  batch.AppendRow(OneFlight(), 0);
  batch.column(2).MutableValues<std::int32_t>()[1] = 7;
  std::vector<double> out;
  Expression::Compile("seats * 2", *Flights())->EvaluateAll(batch, out);
  EXPECT_EQ(out, (std::vector<double>{200, 14}));
  Expression::Compile("missing", *Flights())->EvaluateAll(batch, out);
  EXPECT_TRUE(std::isnan(out[0]) && std::isnan(out[1]));
  EXPECT_EQ(Expression::Compile("seats + distance + seats", *Flights())->columns(),
            (std::vector<std::size_t>{2, 0}));
  EXPECT_TRUE(Expression::Compile("seats > 1", *Flights())->is_condition());
}

TEST(Expression, MoneyIsExactAndRoundedOnce) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"0.1 + 0.2", 30},
      {"1.005", 101},
      {"-1.005", -101},
      {"1.00499999999999999999", 100},
      {"120 * 1.3", 15600},
      {"seats * 0.015", 150},
      {"0.005", 1},
      {"-0.005", -1},
      {"0.0049", 0},
      {"9007199254740993 * 1", 900719925474099300},
      {"92233720368547758.07", 9223372036854775807},
      {"-92233720368547758.08", std::numeric_limits<std::int64_t>::min()},
      {"1.1 * 1.1 * 1.1", 133},
      {"min(0.105, 0.2)", 11},
      {"max(0.1, 0.115)", 12},
      {"abs(-1.005)", 101},
      {"if(0.1 + 0.2 == 0.3, 1.005, 0)", 101},
      {"round(2.5) + 0.005", 301},
      {"floor(-0.1)", -100},
      {"ceil(0.1)", 100},
      {"-(-0.015)", 2},
      {"10 / 4", 250},
      {"цена * 120 * 1.3", 7800},
      {"1 / 3", 33},
      {"2 / 3", 67},
      {"late * 1.005", 101},
      {"7 % 4 * 0.5", 150},
  };
  for (const auto& [text, expected] : cases) {
    const auto expression = Expression::Compile(text, *Flights());
    ASSERT_TRUE(expression.ok()) << text;
    const auto money = expression->EvaluateMoney(OneFlight(), 0);
    ASSERT_TRUE(money.ok()) << text;
    EXPECT_EQ(*money, std::optional(expected)) << text;
  }
  const auto yen = Expression::Compile("2.5", *Flights());
  EXPECT_EQ(*yen->EvaluateMoney(OneFlight(), 0, 0), std::optional<std::int64_t>(3));
  EXPECT_EQ(*yen->EvaluateMoney(OneFlight(), 0, 3), std::optional<std::int64_t>(2500));
  EXPECT_EQ(*Expression::Compile("missing * 2", *Flights())->EvaluateMoney(OneFlight(), 0),
            std::nullopt);
}

TEST(Expression, MoneyTakesFloatColumnsAsTheirWriterMeantThem) {
  const auto schema = std::make_shared<const Schema>(
      Schema::Make({{.name = "wide", .type = Type::kFloat64},
                    {.name = "narrow", .type = Type::kFloat32}})
          .value());
  const std::pair<double, std::int64_t> cases[] = {
      {1.005, 101},    {-1.005, -101}, {2.675, 268},     {19.99, 1999},   {0.1 + 0.2, 30},
      {1e15, 100'000'000'000'000'000}, {5e-324, 0},      {-0.0, 0},       {0.0049999, 0},
      {1.15, 115},     {8.345, 835},   {123456.785, 12345679},
  };
  for (const auto& [number, expected] : cases) {
    Batch row(schema);
    row.column(0).Append(number);
    row.column(1).Append(static_cast<float>(number));
    row.SetRows(1);
    const auto money = Expression::Compile("wide", *schema)->EvaluateMoney(row, 0);
    ASSERT_TRUE(money.ok()) << number;
    EXPECT_EQ(*money, std::optional(expected)) << number;
    if (std::abs(number) > 1000) continue;
    const auto narrow = Expression::Compile("narrow * 1", *schema)->EvaluateMoney(row, 0);
    EXPECT_EQ(*narrow, std::optional(expected)) << number;
  }
}

TEST(Expression, MoneyBeyondItsRangeIsAnErrorNotAnotherNumber) {
  for (const char* text :
       {"92233720368547758.08", "1e300", "99999999999999999999 * 99999999999999999999",
        "-92233720368547758.09", "1e17 / 1"}) {
    const auto money = Expression::Compile(text, *Flights())->EvaluateMoney(OneFlight(), 0);
    ASSERT_FALSE(money.ok()) << text;
    EXPECT_EQ(money.error().code(), Code::kTooLarge) << text;
  }
}

}  // namespace
}  // namespace mooring::data
