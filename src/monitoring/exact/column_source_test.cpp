#include "monitoring/exact/column_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "monitoring/exact/batch_source.h"

namespace mooring::monitoring {
namespace {

using data::Column;
using data::Type;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(NumberSample, TakesEveryKindOfNumber) {
  NumberSample sample;
  const auto add = [&](Type type, auto value) {
    Column column(type);
    column.Append(value);
    column.AppendNull();
    sample.Add(column);
  };
  add(Type::kInt32, std::int32_t{-3});
  add(Type::kInt64, std::int64_t{1} << 40);
  add(Type::kTimestamp, std::int64_t{7});
  add(Type::kFloat32, 0.5F);
  add(Type::kFloat64, -0.0);
  add(Type::kBool, std::uint8_t{1});
  EXPECT_THAT(sample.values, ElementsAre(-3, 0x1p40, 7, 0.5, 0, 1));
  EXPECT_EQ(sample.rows, 12U);
  EXPECT_EQ(sample.missing, 6U);
  sample.Clear();
  EXPECT_EQ(sample.rows + sample.missing + sample.values.size(), 0U);
}

TEST(NumberSample, KeepsFiniteNumbersOnly) {
  Column column(Type::kFloat32);
  const float values[] = {std::nanf(""), 1, std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()};
  for (const float x : values) column.Append(x);
  NumberSample sample;
  sample.Add(column);
  EXPECT_THAT(sample.values, ElementsAre(1));
  EXPECT_EQ(sample.missing, 1U);
  EXPECT_EQ(sample.infinite, 2U);
}

TEST(CategorySample, CountsKnownUnseenAndMissing) {
  const auto dictionary = data::Dictionary::Make({"LED", "SVO", "VKO"}).value();
  Column column(Type::kCategory, dictionary);
  for (const char* text : {"SVO", "LED", "SVO", "JFK", "JFK", "CDG"}) column.AppendText(text);
  column.AppendNull();
  CategorySample sample;
  sample.Add(column);
  EXPECT_THAT(sample.counts,
              UnorderedElementsAre(Pair("LED", 1), Pair("SVO", 2), Pair("JFK", 2), Pair("CDG", 1)));
  EXPECT_EQ(sample.missing, 1U);
  Column texts(Type::kString);
  texts.AppendText("SVO");
  texts.AppendText("");
  sample.Add(texts);
  EXPECT_EQ(sample.counts["SVO"], 3U);
  EXPECT_EQ(sample.counts[""], 1U);
  EXPECT_EQ(sample.rows, 9U);
  EXPECT_FALSE(sample.too_many);
}

TEST(CategorySample, EndsWhereItIsNoCategory) {
  CategorySample sample;
  Column column(Type::kString);
  for (std::size_t i = 0; i < CategorySample::kMost + 10; ++i) {
    column.AppendText(std::to_string(i));
  }
  sample.Add(column);
  EXPECT_TRUE(sample.too_many);
  EXPECT_EQ(sample.counts.size(), CategorySample::kMost + 1);
  sample.Add(column);
  EXPECT_EQ(sample.counts.size(), CategorySample::kMost + 1) << "no more is kept";
}

TEST(BatchSource, ReadsColumnsByNameAndKind) {
  const auto schema = std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "x"},
                          {.name = "place", .type = Type::kString},
                          {.name = "seen", .type = Type::kTimestamp},
                          {.name = "code", .type = Type::kCategory}})
          .value());
  data::Batch rows(schema);
  rows.column(0).Append(2.0);
  rows.column(1).AppendText("a");
  rows.column(2).Append(std::int64_t{5});
  rows.column(3).AppendText("b");
  rows.SetRows(1);
  const BatchSource source(rows);
  using Field = ColumnSource::Field;
  EXPECT_THAT(source.Fields().value(), ElementsAre(Field{"x", true}, Field{"place", false},
                                                   Field{"seen", true}, Field{"code", false}));
  const auto reader = source.OpenReader().value();
  NumberSample numbers;
  for (int times = 0; times < 2; ++times) ASSERT_TRUE(reader->ReadNumbers("seen", numbers).ok());
  EXPECT_THAT(numbers.values, ElementsAre(5)) << "replaced, not added";
  CategorySample texts;
  for (int times = 0; times < 2; ++times) ASSERT_TRUE(reader->ReadCategories("code", texts).ok());
  EXPECT_THAT(texts.counts, UnorderedElementsAre(Pair("b", 1)));
  EXPECT_EQ(reader->ReadNumbers("none", numbers).error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace mooring::monitoring
