#include "monitoring/slice_profiles.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

std::shared_ptr<const data::Schema> SchemaOf(std::vector<data::Field> fields) {
  return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
}

const auto kInputs = SchemaOf({{.name = "c", .type = data::Type::kString}, {.name = "x"}});
const auto kScores = SchemaOf({{.name = "score"}});

// Rows first … last: c is "a" for even ones and "b" for odd, x and score the row's number.
data::Batch Inputs(int first, int last) {
  data::Batch batch(kInputs);
  for (int i = first; i <= last; ++i) {
    batch.column(0).AppendText(i % 2 == 0 ? "a" : "b");
    batch.column(1).Append(static_cast<double>(i));
  }
  batch.SetRows(static_cast<std::size_t>(last - first + 1));
  return batch;
}

data::Batch Scores(int first, int last) {
  data::Batch batch(kScores);
  for (int i = first; i <= last; ++i) batch.column(0).Append(static_cast<double>(i));
  batch.SetRows(static_cast<std::size_t>(last - first + 1));
  return batch;
}

data::BatchProfile Whole() {
  auto schema =
      SchemaOf({{.name = "c", .type = data::Type::kString}, {.name = "x"}, {.name = "score"}});
  data::Batch batch(schema);
  for (int i = 0; i < 500; ++i) {
    batch.column(0).AppendText(i % 2 == 0 ? "a" : "b");
    batch.column(1).Append(static_cast<double>(i));
    batch.column(2).Append(static_cast<double>(i));
  }
  batch.SetRows(500);
  return data::LearnReference(batch).value();
}

TEST(SliceProfiles, EachIsTheProfileOfItsRowsHoweverTheyCame) {
  const data::BatchProfile whole = Whole();
  const std::vector<records::SliceRule> rules = {{"c", {}}};
  SliceProfiles slices(Slicer::Discover(rules, Inputs(0, 9)), whole.bins());
  ASSERT_EQ(slices.size(), 2U);
  for (int i = 0; i < 300; ++i) {
    const data::Batch scores = Scores(i, i);
    ASSERT_TRUE(slices.Add(Inputs(i, i), &scores).ok());
  }
  const data::Batch scores = Scores(300, 499);
  ASSERT_TRUE(slices.Add(Inputs(300, 499), &scores).ok());

  data::BatchProfile sum(whole.bins());
  for (std::size_t place = 0; place < 2; ++place) {
    EXPECT_EQ(slices.rows(place), 250U);
    const auto profile = slices.Profile(place);
    ASSERT_TRUE(profile.ok());
    ASSERT_TRUE(sum.Merge(**profile).ok());
    EXPECT_EQ((*profile)->column(1).rows, 250U);
  }
  for (std::size_t column = 0; column < 3; ++column) {
    EXPECT_EQ(sum.column(column), whole.column(column)) << column;
  }
}

TEST(SliceProfiles, ClearForgetsWhatWasGathered) {
  const data::BatchProfile whole = Whole();
  const std::vector<records::SliceRule> rules = {{"x", {250}}};
  SliceProfiles slices(Slicer::Discover(rules, Inputs(0, 9)), whole.bins());
  ASSERT_TRUE(slices.Add(Inputs(200, 299), nullptr).ok());
  EXPECT_EQ(slices.rows(0), 50U);
  EXPECT_EQ(slices.among(0), 100U);
  EXPECT_EQ(slices.slice(0).Name(), "x < 250");
  slices.Clear(0);
  EXPECT_EQ(slices.rows(0), 0U);
  EXPECT_EQ(slices.among(0), 0U);
  EXPECT_EQ(slices.among(1), 100U);
  EXPECT_EQ((*slices.Profile(0))->column(1).rows, 0U);
  EXPECT_EQ((*slices.Profile(1))->column(1).rows, 50U);
  ASSERT_TRUE(slices.Add(Inputs(240, 269), nullptr).ok());
  EXPECT_EQ(slices.rows(0), 10U);
  EXPECT_EQ(slices.among(0), 30U);
  EXPECT_EQ(slices.among(1), 130U);
}

}  // namespace
}  // namespace mooring::monitoring
