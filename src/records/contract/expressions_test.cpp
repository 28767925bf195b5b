#include "records/contract/expressions.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace mooring::records {
namespace {

using enum ExpressionScope;

const Contract& Flights() {
  static const Contract contract =
      ParseContract(
          "model: m\nowner: {team: t}\n"
          "inputs: {distance: int32, origin: category, hour: int32, \"fare class\": int32}\n"
          "output: {name: late}\n")
          .value();
  return contract;
}

TEST(ContractExpressions, TellWhichColumnsAreNamed) {
  EXPECT_TRUE(Names("if(`fare class` > 1, hour, 2)", "fare class"));
  EXPECT_TRUE(Names("if(`fare class` > 1, hour, 2)", "hour"));
  EXPECT_FALSE(Names("if(origin == 'hour', 1, 2)", "hour")) << "a text";
  EXPECT_FALSE(Names("hours", "hour"));
  EXPECT_FALSE(Names("", "hour"));
}

TEST(ContractExpressions, AcceptWhatTheirScopeKnows) {
  struct Case {
    ExpressionScope scope;
    std::string_view text;
  };
  for (const Case& c : {Case{kInputs, "distance < 6000"},
                        {kInputs, "origin == 'SVO' or hour > 5"},
                        {kInputs, "`fare class` > 1"},
                        {kDecision, "120 * late * 1.3"},
                        {kDecision, "if(hour < 6, 0.5, 1) * min(distance, 10)"},
                        {kAnything, "premium - 120 * late"},
                        {kAnything, "`list price` * late"},
                        {kAnything, "if(origin == 'SVO', premium, 0)"}}) {
    const Status checked = CheckExpression(Flights(), c.text, c.scope);
    EXPECT_TRUE(checked.ok()) << c.text << ": " << checked.error().ToString();
  }
}

TEST(ContractExpressions, RefuseTheRestAndSayWhere) {
  struct Case {
    ExpressionScope scope;
    std::string_view text, place;
  };
  for (const Case& c : {Case{kInputs, "late > 1", "at character 1"},
                        {kInputs, "", "at character 1"},
                        {kDecision, "120 * lat", "at character 7"},
                        {kDecision, "(late", "at character 6"},
                        {kDecision, "late)", "at character 5"},
                        {kDecision, "origin * 2", "at character 1"},
                        {kAnything, "premium -", "at character 10"},
                        {kAnything, "nothing(1)", "at character 1"},
                        {kAnything, "a ; b", "at character 3"}}) {
    const Status checked = CheckExpression(Flights(), c.text, c.scope);
    ASSERT_FALSE(checked.ok()) << c.text;
    EXPECT_TRUE(checked.error().message().ends_with(c.place)) << checked.error().ToString();
  }
}

TEST(ContractExpressions, SizeAndDepthAreBounded) {
  std::string deep(limits::kExpressionDepth + 1, '(');
  deep += '1';
  deep.append(limits::kExpressionDepth + 1, ')');
  EXPECT_FALSE(CheckExpression(Flights(), deep, kAnything).ok());
  const std::string long_text(limits::kExpressionBytes + 1, '1');
  EXPECT_FALSE(CheckExpression(Flights(), long_text, kAnything).ok());
}

}  // namespace
}  // namespace mooring::records
