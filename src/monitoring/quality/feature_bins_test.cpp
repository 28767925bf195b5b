#include "monitoring/quality/feature_bins.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

data::Batch Table(std::size_t rows) {
  auto schema = data::Schema::Make({{.name = "x"},
                                    {.name = "c", .type = data::Type::kString},
                                    {.name = "score"},
                                    {.name = "same"}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (std::size_t i = 0; i < rows; ++i) {
    batch.column(0).Append(static_cast<double>(i));
    batch.column(1).AppendText("c" + std::to_string(i % 20 < 10 ? 0 : i % 20));
    batch.column(2).Append(0.5);
    batch.column(3).Append(1.0);
  }
  batch.SetRows(rows);
  return batch;
}

TEST(FeatureBins, PlacesValuesInTenthsAndCommonCategories) {
  FeatureBins bins(data::LearnReference(Table(1000)).value());
  ASSERT_EQ(bins.features(), 2U);  // not the score, not the constant
  data::Batch batch = Table(21);
  batch.column(0).SetNull(3);
  std::vector<std::uint8_t> row;
  bins.Append(batch, 0, row);
  EXPECT_EQ(row, (std::vector<std::uint8_t>{0, 0}));
  EXPECT_EQ(bins.Name(0, row[0]), "x <= 93");
  EXPECT_EQ(bins.Name(1, row[1]), "c=c0");
  row.clear();
  bins.Append(batch, 3, row);
  EXPECT_EQ(row[0], FeatureBins::kMissing);
  EXPECT_EQ(bins.Name(0, row[0]), "x is missing");
  EXPECT_EQ(bins.Name(0, 9), "x > 906");
  EXPECT_EQ(bins.Name(0, 1), "93 < x <= 203");
}

TEST(FeatureBins, LeavesTheModelsOwnOutputsOut) {
  auto schema = data::Schema::Make({{.name = "output:a"},
                                    {.name = "predicted_class", .type = data::Type::kString},
                                    {.name = "score"},
                                    {.name = "x"}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (int i = 0; i < 1000; ++i) {
    for (const std::size_t column : {0U, 2U, 3U}) batch.column(column).Append(double(i));
    batch.column(1).AppendText(i % 2 == 0 ? "a" : "b");
  }
  batch.SetRows(1000);
  FeatureBins bins(data::LearnReference(batch).value());
  ASSERT_EQ(bins.features(), 1U);
  EXPECT_EQ(bins.Name(0, FeatureBins::kMissing), "x is missing");
}

TEST(FeatureBins, UnknownCategoriesAndAbsentColumnsHaveAPlaceToo) {
  FeatureBins bins(data::LearnReference(Table(1000)).value());
  auto schema = data::Schema::Make({{.name = "c", .type = data::Type::kString}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  batch.column(0).AppendText("new");
  batch.SetRows(1);
  std::vector<std::uint8_t> row;
  bins.Append(batch, 0, row);
  EXPECT_EQ(row, (std::vector<std::uint8_t>{FeatureBins::kMissing, FeatureBins::kOther}));
  EXPECT_EQ(bins.Name(1, row[1]), "c is another");
}

}  // namespace
}  // namespace mooring::monitoring
