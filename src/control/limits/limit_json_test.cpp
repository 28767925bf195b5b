#include "control/limits/limit_json.h"

#include <gtest/gtest.h>

namespace mooring::control {
namespace {

TEST(LimitJson, ReadsWhatIsAskedExactly) {
  const Time now(std::chrono::hours(1));
  const auto body =
      Json::Parse(R"({"kind":"raise","model":"m","limit":"l","max":"0600.10","reason":"r",)"
                  R"("ramp":[{"factor":"0.1","for":"10m"},{"factor":"0.5","for":"1h"}]})");
  const auto change = ReadAsked(*body, now);
  ASSERT_TRUE(change.ok()) << change.error().ToString();
  EXPECT_EQ(change->max, "600.1");
  EXPECT_EQ(change->ramp.size(), 2u);
  EXPECT_EQ(change->ramp[1].length, std::chrono::hours(1));
  EXPECT_EQ(change->expires, now + records::kChangeLives);
  std::string text;
  JsonWriter json(text);
  WriteChange(json, *change);
  const auto written = Json::Parse(text);
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(*written->GetString("max"), "600.1");
  EXPECT_EQ(*written->GetString("made"), "1970-01-01T01:00:00.000000Z");
  EXPECT_TRUE(written->Find("decided")->IsNull());
  EXPECT_TRUE(written->Find("kill")->IsNull());
}

TEST(LimitJson, RefusesNumbersThatAreNotExact) {
  for (const char* body :
       {R"({"max":0.1})", R"({"max":-5})", R"({"max":true})", R"({"max":"x"})",
        R"({"kill":18446744073709551615})", R"({"kind":7})", R"({"ramp":[{"factor":"0.1"}]})",
        R"({"ramp":[{"factor":"0.1","for":"10m","x":1}]})", R"({"expires_in":"soon"})",
        R"({"expires_in":"8d"})"}) {
    const auto json = Json::Parse(body);
    ASSERT_TRUE(json.ok());
    EXPECT_FALSE(ReadAsked(*json, Time()).ok()) << body;
  }
  EXPECT_EQ(ReadAsked(*Json::Parse(R"({"max":18446744073709551615})"), Time())->max,
            "18446744073709551615");
}

TEST(LimitJson, NamesMembersThatNobodyKnows) {
  const auto json = Json::Parse(R"({"a":1,"b":2})");
  EXPECT_TRUE(CheckMembers(*json, {"a", "b", "c"}).ok());
  EXPECT_EQ(CheckMembers(*json, {"a"}).error().message(), "unknown key 'b'");
  EXPECT_FALSE(CheckMembers(*Json::Parse("[]"), {}).ok());
}

}  // namespace
}  // namespace mooring::control
