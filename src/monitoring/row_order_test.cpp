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

// Codes of a dictionary, in an order of its own and with a value that it does not know, mean what
// the same texts mean.
TEST(RowOrder, CodesAndTextsAreTheSame) {
  const auto reference =
      std::make_shared<const data::BatchProfile>(data::LearnReference(Rows(1000, 1)).value());
  const data::Batch texts = Rows(2000, 2);
  const auto dictionary = data::Dictionary::Make({"d", "new", "a", "b"}).value();
  data::Batch codes(
      SchemaOf({{.name = "kind", .type = data::Type::kCategory, .dictionary = dictionary},
                {.name = "mixed", .type = data::Type::kCategory, .dictionary = dictionary}}));
  for (std::size_t row = 0; row < texts.rows(); ++row) {
    for (const std::size_t column : {0, 1}) {
      codes.column(column).AppendText(texts.column(column + 2).Text(row));
    }
  }
  codes.SetRows(texts.rows());
  RowOrder by_text(reference), by_code(reference);
  data::BatchProfile window(reference->bins());
  ASSERT_TRUE(window.Add(texts).ok());
  by_text.Add(texts);
  by_code.Add(codes);
  for (const std::size_t column : {2, 3}) {
    EXPECT_EQ(by_code.Correlations(window)[column], by_text.Correlations(window)[column]);
  }
  EXPECT_NEAR(by_code.Correlations(window)[2], 0.9, 0.05);
}

// Every numeric type, one row at a time and in blocks; missing values are as if not there.
TEST(RowOrder, NumbersOfAllTypesAreTheSame) {
  const auto reference =
      std::make_shared<const data::BatchProfile>(data::LearnReference(Rows(1000, 1)).value());
  std::vector<double> found;
  for (const data::Type type : {data::Type::kInt32, data::Type::kInt64, data::Type::kFloat32,
                                data::Type::kFloat64, data::Type::kBool}) {
    data::Batch rows(SchemaOf({{.name = "run", .type = type}}));
    for (int i = 0; i < 2000; ++i) {
      const int x = i / 20 % 2;
      switch (type) {
        case data::Type::kInt32: rows.column(0).Append<std::int32_t>(x); break;
        case data::Type::kInt64: rows.column(0).Append<std::int64_t>(x); break;
        case data::Type::kFloat32: rows.column(0).Append<float>(static_cast<float>(x)); break;
        case data::Type::kFloat64: rows.column(0).Append<double>(x); break;
        default: rows.column(0).Append<std::uint8_t>(static_cast<std::uint8_t>(x));
      }
      if (i % 7 == 0) rows.column(0).AppendNull();
    }
    rows.SetRows(rows.column(0).size());
    RowOrder order(reference);
    order.Add(rows);
    found.push_back(order.Correlations(data::BatchProfile(reference->bins()))[0]);
  }
  EXPECT_GT(found[0], 0.85);  // one of twenty rows differs from the one before: 1 - 2/20
  for (const double r : found) EXPECT_EQ(r, found[0]);
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
