#include "records/contract/value.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mooring::records {
namespace {

using enum ValueKind;

YamlNode Scalar(std::string_view text, bool quoted = false) {
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.text = text;
  node.quoted = quoted;
  return node;
}

TEST(Value, DurationsAreAWholeNumberAndAUnit) {
  struct Case {
    std::string_view text;
    std::int64_t seconds;
  };
  for (const Case& c : {Case{"0s", 0},
                        {"90s", 90},
                        {"30m", 1800},
                        {"6h", 21600},
                        {"1d", 86400},
                        {"2w", 1209600},
                        {"007s", 7},
                        {"3653d", 315619200}}) {
    EXPECT_EQ(ParseDuration(c.text)->count(), c.seconds) << c.text;
  }
  for (const std::string_view bad :
       {"", "s", "5", "1.5h", "-1s", "+1s", " 1s", "1s ", "1 s", "1h30m", "1S", "1y", "1ms",
        "3654d", "9223372036854775807s", "9223372036854775807w", "99999999999999999999s"}) {
    EXPECT_FALSE(ParseDuration(bad).ok()) << bad;
  }
}

TEST(Value, NumbersArePlainAndFinite) {
  struct Case {
    std::string_view text;
    double number;
  };
  for (const Case& c : {Case{"0", 0}, {"-1.5", -1.5}, {"1e3", 1000}, {".5", 0.5}, {"-0", 0}}) {
    EXPECT_EQ(ReadValue({kNumber}, Scalar(c.text))->number, c.number) << c.text;
  }
  for (const std::string_view bad :
       {"", "+1", "1_000", "0x10", "inf", ".nan", "nan", "1e999", "1,5", "1 "}) {
    EXPECT_FALSE(ReadValue({kNumber}, Scalar(bad)).ok()) << bad;
  }
  EXPECT_FALSE(ReadValue({kNumber}, Scalar("1", true)).ok());
}

TEST(Value, BoundsAreInclusive) {
  const ValueRule rule{.kind = kInteger, .min = 1, .max = 10};
  for (const std::string_view good : {"1", "10", "5.0"}) {
    EXPECT_TRUE(ReadValue(rule, Scalar(good)).ok()) << good;
  }
  for (const std::string_view bad : {"0", "11", "-1", "2.5"}) {
    EXPECT_FALSE(ReadValue(rule, Scalar(bad)).ok()) << bad;
  }
  EXPECT_FALSE(ReadValue({kInteger}, Scalar("1e300")).ok());
}

TEST(Value, SharesMayBeWrittenAsPercent) {
  struct Case {
    std::string_view text;
    double share;
  };
  for (const Case& c :
       {Case{"0.25", 0.25}, {"25%", 0.25}, {"+5%", 0.05}, {"0.5%", 0.005}, {"100%", 1}}) {
    EXPECT_DOUBLE_EQ(ReadValue({kShare}, Scalar(c.text))->number, c.share) << c.text;
  }
  for (const std::string_view bad : {"", "%", "a%", "++5%", "5%%", "5 %"}) {
    EXPECT_FALSE(ReadValue({kShare}, Scalar(bad)).ok()) << bad;
  }
}

TEST(Value, TruthIsTrueOrFalse) {
  EXPECT_EQ(ReadValue({kBool}, Scalar("true"))->integer, 1);
  EXPECT_EQ(ReadValue({kBool}, Scalar("false"))->integer, 0);
  for (const std::string_view bad : {"yes", "no", "True", "on", "1", ""}) {
    EXPECT_FALSE(ReadValue({kBool}, Scalar(bad)).ok()) << bad;
  }
  EXPECT_FALSE(ReadValue({kBool}, Scalar("true", true)).ok());
}

TEST(Value, ChoicesGiveTheirPlace) {
  const ValueRule rule{.kind = kChoice, .choices = "reject|default|flag"};
  EXPECT_EQ(ReadValue(rule, Scalar("reject"))->integer, 0);
  EXPECT_EQ(ReadValue(rule, Scalar("flag"))->integer, 2);
  const auto wrong = ReadValue(rule, Scalar("falg"));
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().help(), "did you mean 'flag'?");
  EXPECT_EQ(ReadValue(rule, Scalar("x")).error().help(), "one of reject, default, flag");
}

TEST(Value, TextsAreChecked) {
  struct Case {
    ValueKind kind;
    std::string_view text;
    bool good;
  };
  const std::string name_of_129(129, 'a');
  for (const Case& c : {Case{kText, "a b", true},
                        {kText, "", false},
                        {kText, "a\nb", false},
                        {kName, "a-b_c.1", true},
                        {kName, "-a", false},
                        {kName, name_of_129, false},
                        {kColumn, "sepal length (cm)", true},
                        {kColumn, name_of_129, false},
                        {kEmail, "a.b@c.org", true},
                        {kEmail, "a@b", false},
                        {kEmail, "@b.c", false},
                        {kEmail, "a@b@c.d", false},
                        {kEmail, "a b@c.d", false},
                        {kEmail, "a@.c", false},
                        {kCurrency, "RUB", true},
                        {kCurrency, "rub", false},
                        {kPattern, "[a-z]+", true},
                        {kPattern, "(", false},
                        {kType, "int32", true},
                        {kType, "int", false},
                        {kMap, "x", false},
                        {kExpression, "(a + 1) * 2", true}}) {
    EXPECT_EQ(ReadValue({c.kind}, Scalar(c.text)).ok(), c.good) << c.text;
  }
}

TEST(Value, ScalarsAreNumbersUnlessQuoted) {
  EXPECT_TRUE(ReadValue({kScalar}, Scalar("5"))->is_number);
  EXPECT_FALSE(ReadValue({kScalar}, Scalar("5", true))->is_number);
  EXPECT_FALSE(ReadValue({kScalar}, Scalar("five"))->is_number);
}

TEST(Value, QuotedTextsAreShortAndPrintable) {
  EXPECT_EQ(Quoted("a"), "'a'");
  EXPECT_EQ(Quoted("a\nb\x01"), "'a?b?'");
  const std::string a39(39, 'a');
  EXPECT_EQ(Quoted(a39 + "ab"), fmt::format("'{}a…'", a39));
  EXPECT_EQ(Quoted(a39 + "ж!"), fmt::format("'{}…'", a39));
}

TEST(Value, EveryKindDescribesItself) {
  for (int kind = 0; kind <= static_cast<int>(kCurrency); ++kind) {
    const ValueRule rule{.kind = static_cast<ValueKind>(kind), .choices = "a|b"};
    EXPECT_FALSE(DescribeKind(rule).empty()) << kind;
  }
  EXPECT_EQ(DescribeKind({.kind = kChoice, .list = true, .choices = "a|b"}), "list of: a, b");
}

}  // namespace
}  // namespace mooring::records
