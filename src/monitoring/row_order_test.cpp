#include "monitoring/row_order.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace mooring::monitoring {
namespace {

std::shared_ptr<const data::Schema> SchemaOf(std::vector<data::Field> fields) {
  return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
}

// "run" and "kind" keep their value for ten rows, "free" and "mixed" are drawn anew each row.
data::Batch Rows(std::size_t rows, std::uint64_t seed) {
  data::Batch batch(SchemaOf({{.name = "run"},
                              {.name = "free"},
                              {.name = "kind", .type = data::Type::kString},
                              {.name = "mixed", .type = data::Type::kString}}));
  Rng rng(seed);
  double run = 0;
  char kind = 'a';
  for (std::size_t row = 0; row < rows; ++row) {
    if (row % 10 == 0) {
      run = rng.Uniform();
      kind = static_cast<char>('a' + rng.Below(5));
    }
    batch.column(0).Append(run);
    batch.column(1).Append(rng.Uniform());
    batch.column(2).AppendText(std::string(1, kind));
    batch.column(3).AppendText(std::string(1, static_cast<char>('a' + rng.Below(5))));
  }
  batch.SetRows(rows);
  return batch;
}

TEST(RowOrder, FindsColumnsWhoseRowsComeInRuns) {
  const auto reference =
      std::make_shared<const data::BatchProfile>(data::LearnReference(Rows(1000, 1)).value());
  RowOrder order(reference);
  data::BatchProfile window(reference->bins());
  const data::Batch rows = Rows(2000, 2);
  data::Batch one(rows.shared_schema());
  for (std::size_t row = 0; row < rows.rows(); ++row) {  // as requests come
    one.Clear();
    one.AppendRow(rows, row);
    order.Add(one);
    ASSERT_TRUE(window.Add(one).ok());
  }
  const auto correlations = order.Correlations(window);
  ASSERT_EQ(correlations.size(), 4U);
  EXPECT_NEAR(correlations[0], 0.9, 0.05);
  EXPECT_LT(correlations[1], 0.1);
  EXPECT_NEAR(correlations[2], 0.9, 0.05);
  EXPECT_LT(correlations[3], 0.1);
  order.Clear();
  EXPECT_EQ(order.Correlations(window), (std::vector<double>(4)));
}

TEST(RowOrder, ColumnsOfAnotherKindAreLeftOut) {
  const auto reference =
      std::make_shared<const data::BatchProfile>(data::LearnReference(Rows(100, 1)).value());
  RowOrder order(reference);
  data::Batch odd(SchemaOf({{.name = "run", .type = data::Type::kString}, {.name = "new"}}));
  odd.column(0).AppendText("x");
  odd.column(1).Append(1.0);
  odd.SetRows(1);
  order.Add(odd);
  EXPECT_EQ(order.Correlations(data::BatchProfile(reference->bins())), (std::vector<double>(4)));
}

}  // namespace
}  // namespace mooring::monitoring
