#include <gtest/gtest.h>

#include "records/contract/contract.h"
#include "records/contract/key_parts.h"

namespace mooring::records {
namespace {

using Kind = FallbackStep::Kind;

Contract With(std::string_view fallback) {
  const auto parsed =
      ParseContract("model: m\nowner: {team: t}\ninputs: {distance: float64}\noutput: {name: p}\n" +
                    std::string(fallback) + "\n");
  EXPECT_TRUE(parsed.ok()) << parsed.error().ToString();
  return parsed.ok() ? *parsed : Contract();
}

TEST(FallbackKeys, AChainHasStepsOfEveryKind) {
  const Contract c = With(
      "fallback: [previous, champion, {constant: 45}, "
      "{rules: [{when: \"distance > 3000\", value: 60}, {value: 45}], consumes: nothing}]");
  ASSERT_EQ(c.fallback.size(), 4U);
  EXPECT_EQ(c.fallback[0].kind, Kind::kPrevious);
  EXPECT_EQ(c.fallback[1].kind, Kind::kChampion);
  EXPECT_EQ(c.fallback[2].kind, Kind::kConstant);
  EXPECT_FALSE(c.fallback[2].consumes_nothing);
  EXPECT_EQ(c.fallback[3].kind, Kind::kRules);
  EXPECT_TRUE(c.fallback[3].consumes_nothing);
  ASSERT_EQ(c.fallback[3].lines.size(), 2U);
  EXPECT_EQ(c.fallback[3].lines[0].when, "distance > 3000");
  EXPECT_EQ(c.fallback[3].lines[0].value, 60);
  EXPECT_EQ(c.fallback[3].lines[1].when, "");
}

TEST(FallbackKeys, APersonHasADeadlineAndADefault) {
  const Contract c = With("fallback: [{review: {deadline: 4h, default: {constant: 45}}}]");
  ASSERT_EQ(c.fallback.size(), 1U);
  EXPECT_EQ(c.fallback[0].kind, Kind::kReview);
  EXPECT_EQ(c.fallback[0].deadline, std::chrono::hours(4));
  EXPECT_EQ(c.fallback[0].at_deadline, 45);
  EXPECT_FALSE(With("fallback: [{review: {deadline: 4h, default: deny}}]").fallback[0].at_deadline);
}

TEST(FallbackKeys, EachCauseMayHaveAChainOfItsOwn) {
  const Contract c = With(
      "fallback: {quality: [previous, deny], exhausted: [{review: {deadline: 1h}}], "
      "otherwise: [{constant: 45, consumes: nothing}]}");
  EXPECT_EQ(c.fallback_by_cause.size(), 2U);
  EXPECT_EQ(c.FallbackFor(FallbackCause::kQuality)[0].kind, Kind::kPrevious);
  EXPECT_EQ(c.FallbackFor(FallbackCause::kExhausted)[0].kind, Kind::kReview);
  ASSERT_EQ(c.FallbackFor(FallbackCause::kKilled).size(), 1U);  // of all others
  EXPECT_EQ(c.FallbackFor(FallbackCause::kKilled)[0].constant, 45);
  EXPECT_EQ(c.fallback.size(), 1U);
}

}  // namespace
}  // namespace mooring::records
