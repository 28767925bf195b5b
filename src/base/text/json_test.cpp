#include "base/text/json.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/text/json_writer.h"

namespace mooring {
namespace {

using std::string_literals::operator""s;

// Writes a tree back, to compare.
void Write(const Json& json, JsonWriter& out) {
  if (json.IsNull()) out.Null();
  if (json.IsBool()) out.Value(*json.AsBool());
  if (json.IsString()) out.Value(*json.AsString());
  if (json.IsInteger() && json.AsInt().ok()) out.Value(*json.AsInt());
  if (json.IsInteger() && !json.AsInt().ok()) out.Value(*json.AsUint());
  if (json.IsNumber() && !json.IsInteger()) out.Value(*json.AsDouble());
  if (json.IsArray()) {
    out.BeginArray();
    for (const Json& element : **json.AsArray()) Write(element, out);
    out.EndArray();
  }
  if (json.IsObject()) {
    out.BeginObject();
    for (const auto& [key, value] : **json.AsObject()) Write(value, out.Key(key));
    out.EndObject();
  }
}

std::string Text(const Json& json) {
  std::string text;
  JsonWriter writer(text);
  Write(json, writer);
  return text;
}

TEST(Json, ReadsWhatItWrites) {
  for (const char* text : {"null", "true", "-1", "0", "9223372036854775807", "18446744073709551615",
                           "1.5", "1e+300", "\"\"", "[]", "{}", "\"\\u0000\\n\\\"\"",
                           R"({"b":[1,[2,{"c":null}]],"a":"Москва","":false})"}) {
    const auto json = Json::Parse(text);
    ASSERT_TRUE(json.ok()) << text << ": " << json.error().ToString();
    EXPECT_EQ(Text(*json), text);
  }
  EXPECT_EQ(Text(*Json::Parse(" \t\r\n[ 1 , 2 ] \n")), "[1,2]");
  EXPECT_EQ(Text(*Json::Parse(R"("\ud83d\udeec\u00e9")")), "\"🛬é\"");
}

TEST(Json, RefusesWhatIsNotJson) {
  const std::string cases[] = {"",
                               " ",
                               "{",
                               "[1,2",
                               "[1,]",
                               "[,1]",
                               "[1 2]",
                               "{\"a\":1,}",
                               "{\"a\" 1}",
                               "{a:1}",
                               "{'a':1}",
                               "{\"a\":}",
                               "{1:2}",
                               "nul",
                               "nulll",
                               "True",
                               "NaN",
                               "Infinity",
                               "-Infinity",
                               "[NaN]",
                               "01",
                               "+1",
                               "1.",
                               ".5",
                               "1e",
                               "-",
                               "0x10",
                               "--1",
                               "1e400",
                               "-1e400",
                               "18446744073709551616",
                               "-9223372036854775809",
                               "99999999999999999999999",
                               "\"",
                               "\"\n\"",
                               "\"\\x\"",
                               "\"\\u12\"",
                               "\"\\ud800\"",
                               "\"\\udc00\"",
                               "\"\\ud800x\"",
                               "\"\\ud800\\u0041\"",
                               "{\"\\udc00\":1}",
                               "\"\xFF\"",
                               "\"\xED\xA0\x80\"",
                               "\"\xC0\x80\"",
                               "\xEF\xBB\xBF{}",
                               "{} {}",
                               "1 2",
                               "[]x",
                               "{}\0"s,
                               "// c\n1",
                               "[1]/* */",
                               "\0"s,
                               "{\"a\":1,\"a\":2}",
                               "{\"a\":1,\"\\u0061\":2}",
                               "[{\"x\":{\"k\":1,\"j\":2,\"k\":3}}]"};
  for (const std::string& text : cases) {
    const auto json = Json::Parse(text);
    ASSERT_FALSE(json.ok()) << testing::PrintToString(text);
    EXPECT_EQ(json.error().code(), Code::kInvalidArgument) << testing::PrintToString(text);
    EXPECT_FALSE(json.error().where().empty()) << testing::PrintToString(text);
  }
}

TEST(Json, NamesThePlace) {
  const std::pair<std::string, std::string> cases[] = {
      {"{\n  \"a\": tru\n}", "f:2:8"},
      {"{\"a\":1,\n\"b\":1e400}", "f:2:5"},
      {"[1,\n\n \"\xFF\"]", "f:3:3"},
      {"\xEF\xBB\xBF{}", "f:1:1"},
      {R"({"m":{"x":[0,{"k":1,"k":2}]}})", "f:/m/x/1/k"},
  };
  for (const auto& [text, place] : cases) {
    EXPECT_EQ(Json::Parse(text, {.name = "f"}).error().where(), place) << text;
  }
}

TEST(Json, DepthIsLimitedAndTheLimitItselfIsAllowed) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Json::Parse(nested(limits::kJsonDepth)).ok());
  EXPECT_EQ(Json::Parse(nested(limits::kJsonDepth + 1)).error().code(), Code::kTooLarge);
  EXPECT_EQ(Json::Parse(nested(100'000)).error().code(), Code::kTooLarge);
  EXPECT_FALSE(Json::Parse(std::string(1'000'000, '[')).ok()) << "the stack must bear it";
  std::string open(1'000'000, '[');
  open.append("{\"a\":");
  EXPECT_FALSE(Json::Parse(open).ok());
  EXPECT_TRUE(Json::Parse("[1]", {.depth = 1}).ok());
  EXPECT_FALSE(Json::Parse("[[1]]", {.depth = 1}).ok());
  EXPECT_TRUE(Json::Parse("1", {.depth = 0}).ok());
  EXPECT_TRUE(Json::Parse(nested(500), {.depth = 500}).ok());
}

TEST(Json, LookupsSayWhatIsWrong) {
  const Json json = *Json::Parse(R"({"i":-3,"d":1.5,"s":"x","b":true,"a":[1],"o":{},"n":null})");
  EXPECT_EQ(*json.GetInt("i"), -3);
  EXPECT_EQ(*json.GetDouble("i"), -3.0);
  EXPECT_EQ(*json.GetDouble("d"), 1.5);
  EXPECT_EQ(*json.GetString("s"), "x");
  EXPECT_TRUE(*json.GetBool("b"));
  EXPECT_EQ((*json.GetArray("a"))->size(), 1U);
  EXPECT_TRUE((*json.GetObject("o"))->empty());
  EXPECT_TRUE(json.Find("n")->IsNull());
  EXPECT_EQ(json.Find("none"), nullptr);
  EXPECT_EQ(json.Find("a")->Find("x"), nullptr);
  EXPECT_EQ(json.GetInt("none").error().message(), "'none' is missing");
  EXPECT_EQ(json.GetInt("d").error().ToString(),
            "'d': must be an integer of 64 bits: it is a number");
  EXPECT_FALSE(json.GetUint("i").ok());
  EXPECT_FALSE(json.GetString("n").ok());
  EXPECT_FALSE(json.GetBool("i").ok());
  EXPECT_FALSE(json.GetArray("o").ok());
  EXPECT_FALSE(json.GetObject("a").ok());
  EXPECT_FALSE(json.Find("a")->Get("x").ok());
}

TEST(Json, DamagedTextNeverBreaksIt) {
  const std::string good = R"({"b":[1,[2,{"c":null}],1.5e3],"a":"Москва\u00e9","z":{"":false}})";
  Rng rng(3);
  for (int round = 0; round < 50000; ++round) {
    std::string text = good;
    for (std::uint64_t edits = rng.Below(4) + 1; edits > 0; --edits) {
      text[rng.Below(text.size())] = static_cast<char>(rng.Next());
    }
    if (round % 3 == 0) text.resize(rng.Below(text.size()));
    const auto json = Json::Parse(text);
    if (json.ok()) {
      EXPECT_EQ(Text(*Json::Parse(Text(*json))), Text(*json));
    } else {
      EXPECT_FALSE(json.error().where().empty());
    }
  }
}

TEST(Json, NoTextAtAllIsRefusedLikeEmptyText) {
  EXPECT_FALSE(Json::Parse(std::string_view()).ok());
  EXPECT_FALSE(Json::Parse("").ok());
}

}  // namespace
}  // namespace mooring
