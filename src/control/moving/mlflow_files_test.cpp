#include "control/moving/mlflow_files.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "control/moving/file_store_writer.h"

namespace mooring::control {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(MetricLines, AreReadAsPythonWritesThem) {
  struct Row {
    std::string_view line;
    double value;
    std::int64_t timestamp, step;
  };
  const Row rows[] = {
      {"1700000000000 0.25 3", 0.25, 1'700'000'000'000, 3},
      {"5 1e-05", 1e-5, 5, 0},
      {"5 inf -2\r", kInfinity, 5, -2},
      {"5 -inf 0", -kInfinity, 5, 0},
      {"5 1e400 0", kInfinity, 5, 0},
      {"5 -1e400 0", -kInfinity, 5, 0},
      {"5 1e-400 0", 0, 5, 0},
      {"-7 1.7976931348623157e+308 9223372036854775807", 1.7976931348623157e308, -7,
       std::numeric_limits<std::int64_t>::max()},
  };
  for (const Row& row : rows) {
    const auto line = ParseMetricLine(row.line);
    ASSERT_TRUE(line.ok()) << row.line;
    EXPECT_EQ(line->point.value, row.value) << row.line;
    EXPECT_EQ(line->point.timestamp, row.timestamp);
    EXPECT_EQ(line->point.step, row.step);
  }
  EXPECT_TRUE(std::isnan(ParseMetricLine("5 nan 0")->point.value));
  EXPECT_EQ(ParseMetricLine("5 1 0 run data 0f")->rest.size(), 3U);
  for (const std::string_view bad :
       {"", "5", "x 1 0", "5 x 0", "5 1 x", "5 1 1.5", "9223372036854775808 1 0", "5 1,5 0"}) {
    EXPECT_FALSE(ParseMetricLine(bad).ok()) << bad;
  }
}

TEST(MetricLines, EmptyOnesDoNotCountAndABadOneIsNamed) {
  EXPECT_EQ(ParseMetricLines("1 2 3\n\n \n4 5 6")->size(), 2U);
  const auto bad = ParseMetricLines("1 2 3\nx\n");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code(), Code::kDataLoss);
  EXPECT_NE(bad.error().message().find("line 2"), std::string::npos);
}

TEST(MetricLines, ValuesComeBackTheSame) {
  for (const double value : {0.1, -0.0, 1e300, 5e-324, 1.0 / 3, kInfinity, -kInfinity}) {
    EXPECT_EQ(ParseMetricLine("1 " + MetricText(value) + " 0")->point.value, value);
  }
}

TEST(Latest, IsTheGreatestByStepTimestampValue) {
  const double nan = std::nan("");
  EXPECT_TRUE(
      IsLater({.value = 0, .timestamp = 1, .step = 2}, {.value = 9, .timestamp = 9, .step = 1}));
  EXPECT_TRUE(
      IsLater({.value = 0, .timestamp = 2, .step = 1}, {.value = 9, .timestamp = 1, .step = 1}));
  EXPECT_TRUE(
      IsLater({.value = 2, .timestamp = 1, .step = 1}, {.value = 1, .timestamp = 1, .step = 1}));
  EXPECT_TRUE(IsLater({.value = 2}, {.value = nan}));
  EXPECT_FALSE(IsLater({.value = nan}, {.value = 2}));
  EXPECT_FALSE(IsLater({.value = nan}, {.value = nan}));
}

TEST(Meta, ReadsScalarsAndPassesOverTheRest) {
  const auto meta = MetaFile::Parse(
      "name: 'it''s'\nempty: ''\nnone: null\nnumber: 12\nword: \"null\"\ntags: {a: b}\nlist: []\n");
  ASSERT_TRUE(meta.ok());
  EXPECT_EQ(meta->Text("name"), "it's");
  EXPECT_EQ(meta->Text("none"), "");
  EXPECT_EQ(meta->Text("word"), "null");
  EXPECT_EQ(meta->Text("tags"), "");
  EXPECT_EQ(meta->Int("number"), 12);
  EXPECT_FALSE(meta->Int("name").has_value());
  EXPECT_FALSE(meta->Int("absent").has_value());
  EXPECT_EQ(meta->Map("tags").size(), 1U);
  EXPECT_EQ(meta->Map("list").size(), 0U);
}

TEST(Meta, RefusesWhatMakesSmallTextsLargeOrLies) {
  for (const std::string_view bad :
       {"- a\n", "just text\n", "a: &x [1]\nb: *x\n", "a: !!python/object:os.system x\n",
        "a: 1\na: 2\n", "a: [1\n", "a: \xff\n"}) {
    EXPECT_FALSE(MetaFile::Parse(bad).ok()) << bad;
  }
}

// Whatever a text is, what is written is read back.
TEST(Meta, TextsComeBackTheSame) {
  for (const std::string_view text :
       {"", "plain", "null", "~", "1", "true", "- a", "a: b", "#c", "it's \"x\"", "two\nlines",
        "tab\t", "größe", "\x7f", "\xf0\x9f\x98\x80", "{{}}", "back\\slash", " spaces "}) {
    const MetaText meta = MetaText().Text("key", text);
    const auto read = MetaFile::Parse(meta.text());
    ASSERT_TRUE(read.ok()) << meta.text() << read.error().ToString();
    EXPECT_EQ(read->Text("key"), text);
  }
}

TEST(Paths, LocalOnesArePlainAndInside) {
  EXPECT_EQ(*LocalPath("file:///srv/mlruns"), "/srv/mlruns");
  EXPECT_EQ(*LocalPath("file:/srv/mlruns"), "/srv/mlruns");
  EXPECT_EQ(*LocalPath("/srv/mlruns"), "/srv/mlruns");
  for (const char* bad : {"s3://bucket/x", "file://host/x", "relative", "/srv/%2e%2e/x",
                          "file:///x?y", "dbfs:/x", ""}) {
    EXPECT_FALSE(LocalPath(bad).ok()) << bad;
  }
  EXPECT_EQ(*Inside("/srv/a/", "/srv/a/b/c"), "b/c");
  EXPECT_EQ(*Inside("/srv/a", "/srv/a"), "");
  EXPECT_FALSE(Inside("/srv/a", "/srv/ab").ok());
  EXPECT_FALSE(Inside("/srv/a", "/srv").ok());
  for (const char* part : {"", ".", "..", "a/b", "a\\b", "a\nb", "\xff"}) {
    EXPECT_FALSE(CheckPathPart(part).ok()) << part;
  }
}

}  // namespace
}  // namespace mooring::control
