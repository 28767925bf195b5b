#include "data/table/batch.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::data {
namespace {

std::shared_ptr<const Schema> Flights() {
  auto origins = Dictionary::Make({"SVO", "LED"});
  auto schema = Schema::Make({{.name = "distance", .type = Type::kFloat32},
                              {.name = "origin", .type = Type::kCategory, .dictionary = *origins},
                              {.name = "note", .type = Type::kString},
                              {.name = "late", .type = Type::kBool}});
  return std::make_shared<const Schema>(*std::move(schema));
}

Batch TwoFlights() {
  Batch batch(Flights());
  batch.column(0).Append(640.5F);
  batch.column(0).AppendNull();
  batch.column(1).AppendText("LED");
  batch.column(1).AppendText("AER");
  batch.column(2).AppendText("");
  batch.column(2).AppendText("rain");
  batch.column(3).Append(std::uint8_t{1});
  batch.column(3).AppendNull();
  batch.SetRows(2);
  return batch;
}

TEST(Batch, HoldsTypedValuesAndNulls) {
  const Batch batch = TwoFlights();
  EXPECT_EQ(batch.Find("distance")->Values<float>()[0], 640.5F);
  EXPECT_TRUE(std::isnan(batch.Find("distance")->Values<float>()[1]));
  EXPECT_TRUE(batch.Find("late")->IsNull(1));
  EXPECT_FALSE(batch.Find("late")->IsNull(0));
  EXPECT_EQ(batch.Find("late")->Number(0), 1.0);
  EXPECT_EQ(batch.Find("nowhere"), nullptr);
}

TEST(Batch, KeepsUnseenCategoriesWithoutGrowingTheDictionary) {
  const Batch batch = TwoFlights();
  const Column& origin = *batch.Find("origin");
  EXPECT_FALSE(origin.IsUnseen(0));
  EXPECT_EQ(origin.Text(0), "LED");
  EXPECT_TRUE(origin.IsUnseen(1));
  EXPECT_EQ(origin.Text(1), "AER");
  EXPECT_EQ(origin.dictionary()->size(), 2U);
}

TEST(Batch, RowsMoveBetweenBatches) {
  const Batch from = TwoFlights();
  Batch to(Flights());
  to.AppendRow(from, 1);
  to.AppendRow(from, 0);
  EXPECT_EQ(to.rows(), 2U);
  EXPECT_TRUE(to.column(0).IsNull(0));
  EXPECT_EQ(to.column(1).Text(0), "AER");
  EXPECT_EQ(to.column(2).Text(0), "rain");
  EXPECT_EQ(to.column(3).Values<std::uint8_t>()[1], 1);
  to.Clear();
  EXPECT_EQ(to.rows(), 0U);
  EXPECT_FALSE(to.column(0).HasNulls());
}

TEST(Schema, RefusesDoubledAndEmptyNames) {
  EXPECT_FALSE(Schema::Make({{.name = "a"}, {.name = "a"}}).ok());
  EXPECT_FALSE(Schema::Make({{.name = ""}}).ok());
  EXPECT_FALSE(Dictionary::Make({"x", "x"}).ok());
}

TEST(Schema, TypeNamesComeBack) {
  for (int t = 1; t <= 8; ++t) {
    const auto type = static_cast<Type>(t);
    EXPECT_EQ(*ParseType(TypeName(type)), type);
  }
  EXPECT_FALSE(ParseType("float16").ok());
}

}  // namespace
}  // namespace mooring::data
