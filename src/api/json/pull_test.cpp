#include "api/json/pull.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/rng.h"
#include "base/text/json.h"

namespace mooring::api {
namespace {

using Kind = JsonPull::Kind;

bool Valid(const std::string& text) {
  JsonPull json(text);
  json.Skip();
  return json.Finish().ok();
}

TEST(JsonPull, AcceptsWhatRfc8259Accepts) {
  const char* const cases[] = {
      "null",
      " true ",
      "[]",
      "{}",
      "[1,2]",
      "{\"a\":{\"b\":[null,false]}}",
      "-0",
      "-0.0",
      "1e5",
      "1E+5",
      "0.1e-400",
      "\"\\u00e9\\ud83d\\ude00\\n\"",
      "\"\xD0\xB0\"",
      "9223372036854775807",
      "\"\"",
      "[\r\n\t1 ]",
      "123456789012345678901234567890",
      "{\"\":1}",
  };
  for (const char* text : cases) EXPECT_TRUE(Valid(text)) << text;
}

TEST(JsonPull, RefusesEverythingElse) {
  const std::string cases[] = {
      "",
      " ",
      "nul",
      "nulls",
      "True",
      "'a'",
      "[1,]",
      "[,1]",
      "[1 2]",
      "{\"a\":1,}",
      "{a:1}",
      "{\"a\" 1}",
      "{\"a\":}",
      "{1:2}",
      "01",
      "-",
      "+1",
      ".5",
      "1.",
      "1e",
      "1e+",
      "0x10",
      "NaN",
      "Infinity",
      "-Infinity",
      "1e400",
      "-1e309",
      "[1] [2]",
      "{} x",
      "// c\n1",
      "/* c */ 1",
      "\xEF\xBB\xBF{}",
      "\"a",
      "\"\\x\"",
      "\"\\ud800\"",
      "\"\\udc00\"",
      "\"\\ud800\\u0041\"",
      "\"\\u12\"",
      "\"a\nb\"",
      "\"\xC0\xAF\"",
      "\"\xED\xA0\x80\"",
      "\"\xF4\x90\x80\x80\"",
      "\"\xFF\"",
      "\"\xC3\"",
      "[",
      "{",
      "{\"a\"",
      "{\"a\":",
      "]",
      "}",
      "\xEF\xBC\x91",
      std::string("\0", 1),
      std::string("1\0", 2),
      std::string("\"\0\"", 3),
  };
  for (const std::string& text : cases) EXPECT_FALSE(Valid(text)) << text;
}

TEST(JsonPull, RefusesEveryTruncation) {
  const std::string text = R"({"inputs":{"a":1.5,"b":"x\u00e9y","c":[true,null,-3e2]},"id":"q"})";
  ASSERT_TRUE(Valid(text));
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(Valid(text.substr(0, size))) << size;
}

TEST(JsonPull, BoundsNesting) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(Valid(nested(limits::kJsonDepth)));
  EXPECT_FALSE(Valid(nested(limits::kJsonDepth + 1)));
  EXPECT_FALSE(Valid(std::string(100'000, '[')));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(Valid(objects));
}

JsonPull::Scalar ReadOne(const std::string& text,
                         JsonPull::Tokens tokens = JsonPull::Tokens::kStrict) {
  JsonPull json(text, tokens);
  JsonPull::Scalar scalar;
  EXPECT_TRUE(json.Read(scalar)) << text;
  EXPECT_TRUE(json.Finish().ok()) << text;
  scalar.text = {};  // it ends with the reader
  return scalar;
}

TEST(JsonPull, KeepsIntegersExact) {
  struct Case {
    const char* text;
    Kind kind;
    std::int64_t integer;
    std::uint64_t whole;
  };
  const Case cases[] = {
      {"0", Kind::kInteger, 0, 0},
      {"-0", Kind::kInteger, 0, 0},
      {"9007199254740993", Kind::kInteger, 9007199254740993, 0},
      {"9223372036854775807", Kind::kInteger, 9223372036854775807, 0},
      {"-9223372036854775808", Kind::kInteger, std::numeric_limits<std::int64_t>::min(), 0},
      {"9223372036854775808", Kind::kUnsigned, 0, 9223372036854775808ULL},
      {"18446744073709551615", Kind::kUnsigned, 0, 18446744073709551615ULL},
      {"18446744073709551616", Kind::kHugeInteger, 0, 0},
      {"99999999999999999999", Kind::kHugeInteger, 0, 0},
      {"-9223372036854775809", Kind::kHugeInteger, 0, 0},
  };
  for (const Case& c : cases) {
    const auto scalar = ReadOne(c.text);
    EXPECT_EQ(scalar.kind, c.kind) << c.text;
    if (c.kind == Kind::kInteger) {
      EXPECT_EQ(scalar.integer, c.integer) << c.text;
    }
    if (c.kind == Kind::kUnsigned) {
      EXPECT_EQ(scalar.whole, c.whole) << c.text;
    }
  }
  EXPECT_EQ(ReadOne("1e40").number, 1e40);
  EXPECT_EQ(ReadOne("100000000000000000000").number, 1e20);
}

TEST(JsonPull, RoundsNumbersAsTheStandardDoes) {
  Rng rng(11);
  for (int round = 0; round < 50'000; ++round) {
    double want = 0;
    char text[64];
    if (round % 2 == 0) {
      const std::uint64_t bits = rng.Next();
      std::memcpy(&want, &bits, sizeof want);
      if (!std::isfinite(want)) continue;
    } else {
      want = static_cast<double>(rng.Below(1'000'000)) / 1000;
    }
    *std::to_chars(text, text + 60, want).ptr = '\0';
    const double got = ReadOne(text).number;
    ASSERT_EQ(std::memcmp(&got, &want, sizeof want),
              want == 0 ? std::memcmp(&got, &want, sizeof want) : 0)
        << text;
  }
  EXPECT_EQ(ReadOne("1e-400").number, 0.0);
  EXPECT_EQ(ReadOne("0." + std::string(400, '0') + "1").number, 0.0);
  EXPECT_EQ(ReadOne("1" + std::string(310, '0') + "e-300").number, 1e10);
  for (const std::string& huge : {std::string(400, '9'), "1" + std::string(400, '0') + "e-1",
                                  std::string("0.1e400"), "-" + std::string(400, '9')}) {
    EXPECT_FALSE(Valid(huge)) << huge;
  }
  EXPECT_EQ(ReadOne("0.1234567890123456789012345678901234567890").number, 0.1234567890123456789);
  EXPECT_EQ(ReadOne("5e-324").number, 5e-324);
}

TEST(JsonPull, ReadsPythonsNanWhenAsked) {
  constexpr auto kNan = JsonPull::Tokens::kNanAllowed;
  EXPECT_TRUE(std::isnan(ReadOne("NaN", kNan).number));
  EXPECT_EQ(ReadOne("Infinity", kNan).number, std::numeric_limits<double>::infinity());
  EXPECT_EQ(ReadOne("-Infinity", kNan).number, -std::numeric_limits<double>::infinity());
  JsonPull json("-NaN", kNan);
  EXPECT_FALSE(json.Skip());
}

TEST(JsonPull, ComesBackToAMarkedPlace) {
  const std::string text = R"({"data":[[1,2],[3]],"shape":[2]})";
  JsonPull json(text);
  JsonPull::Place data;
  ASSERT_TRUE(json.EnterObject());
  std::string_view key;
  ASSERT_TRUE(json.NextKey(key));
  data = json.Mark();
  ASSERT_TRUE(json.Skip());
  ASSERT_TRUE(json.NextKey(key));
  EXPECT_EQ(key, "shape");
  ASSERT_TRUE(json.Skip());
  const JsonPull::Place after = json.Mark();
  json.Return(data);
  ASSERT_TRUE(json.EnterArray());
  ASSERT_TRUE(json.NextElement());
  ASSERT_TRUE(json.EnterArray());
  ASSERT_TRUE(json.NextElement());
  JsonPull::Scalar scalar;
  ASSERT_TRUE(json.Read(scalar));
  EXPECT_EQ(scalar.integer, 1);
  json.Return(after);
  EXPECT_FALSE(json.NextKey(key));
  EXPECT_TRUE(json.Finish().ok());
}

TEST(JsonPull, NamesTheLineAndColumn) {
  JsonPull json("{\n  \"a\": ?}");
  json.Skip();
  const Status status = json.Finish();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().where(), "body:2:8");
}

// The two readers of this house must agree on what is JSON, whatever the damage.
TEST(JsonPull, AgreesWithTheTreeReaderOnDamagedDocuments) {
  const std::string good =
      R"({"a":[1,-2.5e3,"x\u00e9\ud83d\ude00"],"b":{"c":null,"d":true,"e":""}})";
  Rng rng(5);
  int valid = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = good;
    for (std::uint64_t flips = 1 + rng.Below(2); flips > 0; --flips) {
      const char kinds[] = "{}[]\",:\\0123eE+-.untf \xD0\xED\xA0";
      text[rng.Below(text.size())] = kinds[rng.Below(sizeof kinds - 1)];
    }
    const auto tree = Json::Parse(text);
    const bool twice = !tree.ok() && tree.error().ToString().find("twice") != std::string::npos;
    const bool huge = !tree.ok() && tree.error().ToString().find("64") != std::string::npos;
    if (twice || huge) continue;  // what only the tree refuses
    EXPECT_EQ(Valid(text), tree.ok()) << text << (tree.ok() ? "" : tree.error().ToString());
    valid += tree.ok();
  }
  EXPECT_GT(valid, 100);
}

}  // namespace
}  // namespace mooring::api
