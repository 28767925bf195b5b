#include "base/text/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>

#include <bit>
#include <cstdlib>
#include <limits>

#include "base/rng.h"

namespace mooring {
namespace {

template <typename T>
std::string Written(const T& value) {
  std::string text;
  JsonWriter(text).Value(value);
  return text;
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject()
      .Member("a", 1)
      .Key("b")
      .BeginArray()
      .Value("x")
      .Null()
      .BeginObject()
      .EndObject();
  json.BeginArray().EndArray().Value(true).EndArray().Member("c", std::string("d")).EndObject();
  EXPECT_EQ(text, R"({"a":1,"b":["x",null,{},[],true],"c":"d"})");
}

TEST(JsonWriter, AppendsToWhatIsThere) {
  std::string text = "data: ";
  JsonWriter(text).BeginArray().Raw("{\"k\":1}").Raw("2").EndArray();
  EXPECT_EQ(text, "data: [{\"k\":1},2]");
}

TEST(JsonWriter, NumbersAreShortestAndKeepTheirType) {
  EXPECT_EQ(Written(0.1), "0.1");
  EXPECT_EQ(Written(0.1F), "0.1");
  EXPECT_EQ(Written(1.0), "1.0");
  EXPECT_EQ(Written(-0.0), "-0.0");
  EXPECT_EQ(Written(1e300), "1e+300");
  EXPECT_EQ(Written(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(Written(-1.7976931348623157e308), "-1.7976931348623157e+308");
  EXPECT_EQ(Written(16777216.0F), "16777216.0");
  EXPECT_EQ(Written(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(Written(-std::numeric_limits<float>::infinity()), "null");
  EXPECT_EQ(Written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(Written(std::int8_t{-5}), "-5");
  EXPECT_EQ(Written(false), "false");
}

TEST(JsonWriter, AnyFiniteBitsComeBack) {
  Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto wide = std::bit_cast<double>(rng.Next());
    if (std::isfinite(wide)) {
      EXPECT_EQ(std::strtod(Written(wide).c_str(), nullptr), wide);
    }
    const auto narrow = std::bit_cast<float>(static_cast<std::uint32_t>(rng.Next()));
    if (std::isfinite(narrow)) {
      EXPECT_EQ(std::strtof(Written(narrow).c_str(), nullptr), narrow);
    }
  }
}

TEST(JsonWriter, StringsAreEscaped) {
  using std::string_literals::operator""s;
  EXPECT_EQ(Written("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(Written("\0\x1F\x7F"s), "\"\\u0000\\u001f\x7F\"");
  EXPECT_EQ(Written(""), "\"\"");
  EXPECT_EQ(Written("Москва 🛬"), "\"Москва 🛬\"");
  EXPECT_EQ(Written("a\xFF"
                    "b\xED\xA0\x80\xC2"),
            "\"a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD\"");
}

}  // namespace
}  // namespace mooring
