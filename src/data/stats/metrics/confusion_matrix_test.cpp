#include "data/stats/metrics/confusion_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/stats/metrics/metric_vectors.h"

namespace mooring::data {
namespace {

constexpr double kClose = 1e-12;

void ExpectAverage(const ClassRates& ours, const std::vector<double>& theirs) {
  EXPECT_NEAR(ours.precision, theirs[0], kClose);
  EXPECT_NEAR(ours.recall, theirs[1], kClose);
  EXPECT_NEAR(ours.f1, theirs[2], kClose);
}

// scikit-learn 1.2.1 on rows that both sides draw alike.
TEST(ConfusionMatrix, EqualsScikitLearnOnDrawnRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  const Json::Array& records = *vectors.GetArray("multiclass").value();
  ASSERT_EQ(records.size(), 7U);
  for (const Json& record : records) {
    Rng rng(record.GetUint("seed").value());
    const std::size_t classes = record.GetUint("classes").value();
    SCOPED_TRACE(classes);
    ConfusionMatrix matrix(classes);
    for (std::uint64_t i = 0; i < record.GetUint("n").value(); ++i) {
      std::vector<double> draws(classes);
      double total = 0;
      for (double& x : draws) total += x = rng.Uniform();
      for (double& x : draws) x /= total;
      const auto likely = static_cast<std::size_t>(std::ranges::max_element(draws) - draws.begin());
      const double a = rng.Uniform(), b = rng.Uniform() * static_cast<double>(classes);
      matrix.Add(a < 0.6 ? likely : static_cast<std::size_t>(b), likely);
    }
    EXPECT_NEAR(matrix.Accuracy(), NumberAt(record, "accuracy"), kClose);
    EXPECT_NEAR(matrix.BalancedAccuracy(), NumberAt(record, "balanced"), kClose);
    EXPECT_NEAR(matrix.Matthews(), NumberAt(record, "mcc"), kClose);
    if (const double kappa = NumberAt(record, "kappa"); std::isnan(kappa)) {
      EXPECT_TRUE(std::isnan(matrix.Kappa()));
    } else {
      EXPECT_NEAR(matrix.Kappa(), kappa, kClose);
    }
    ExpectAverage(matrix.Macro(), NumbersAt(record, "macro"));
    ExpectAverage(matrix.Micro(), NumbersAt(record, "micro"));
    ExpectAverage(matrix.Weighted(), NumbersAt(record, "weighted"));
  }
}

// scikit-learn 1.2.1 on stored rows.
TEST(ConfusionMatrix, EqualsScikitLearnOnStoredRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  const Json& record = *vectors.Get("multiclass").value();
  const auto truth = WholesAt<std::uint32_t>(record, "y");
  const auto predicted = WholesAt<std::uint32_t>(record, "h");
  const ConfusionMatrix matrix = ConfusionMatrix::Count(3, truth, predicted).value();
  const Json::Array& table = *record.GetArray("confusion").value();
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(matrix.cell(i, j), NumbersOf(table[i])[j]);
  }
  for (const auto& [name, rates] :
       {std::pair("macro", matrix.Macro()), std::pair("micro", matrix.Micro()),
        std::pair("weighted", matrix.Weighted())}) {
    const std::string suffix = std::string("_") + name;
    EXPECT_NEAR(rates.precision, NumberAt(record, "precision" + suffix), kClose);
    EXPECT_NEAR(rates.recall, NumberAt(record, "recall" + suffix), kClose);
    EXPECT_NEAR(rates.f1, NumberAt(record, "f1" + suffix), kClose);
  }
  EXPECT_NEAR(matrix.Matthews(), NumberAt(record, "mcc"), kClose);
}

TEST(ConfusionMatrix, ShowsTheRareClassThatAccuracyHides) {
  ConfusionMatrix matrix(2);
  matrix.Add(0, 0, 950);
  matrix.Add(1, 0, 50);
  EXPECT_EQ(matrix.Accuracy(), 0.95);
  const ClassRates rare = matrix.OfClass(1);
  EXPECT_EQ(rare.recall, 0);
  EXPECT_EQ(rare.precision, 0) << "nothing was predicted";
  EXPECT_EQ(rare.support, 50);
  EXPECT_EQ(rare.predicted, 0);
  EXPECT_EQ(matrix.BalancedAccuracy(), 0.5);
  EXPECT_EQ(matrix.Matthews(), 0);
}

TEST(ConfusionMatrix, OneAgainstRestAddsUpToAll) {
  ConfusionMatrix matrix(3);
  for (std::size_t i = 0; i < 9; ++i) matrix.Add(i / 3, i % 3, static_cast<double>(i + 1));
  const BinaryCells cells = matrix.AgainstRest(1);
  EXPECT_EQ(cells.true_positive, 5);
  EXPECT_EQ(cells.false_positive, 2 + 8);
  EXPECT_EQ(cells.false_negative, 4 + 6);
  EXPECT_EQ(cells.true_negative, 1 + 3 + 7 + 9);
  EXPECT_EQ(cells.total(), matrix.total());
  EXPECT_DOUBLE_EQ(Precision(cells), matrix.OfClass(1).precision);
  EXPECT_DOUBLE_EQ(FBeta(cells, 1), matrix.OfClass(1).f1);
  EXPECT_EQ(Specificity(cells), 20.0 / 30);
}

TEST(ConfusionMatrix, MergedIsCountedTogether) {
  const std::vector<std::uint32_t> truth = {0, 1, 2, 2}, predicted = {0, 2, 2, 1};
  ConfusionMatrix first = ConfusionMatrix::Count(3, truth, predicted).value();
  first.Merge(first);
  const std::vector<double> twice(4, 2.0);
  const ConfusionMatrix second = ConfusionMatrix::Count(3, truth, predicted, twice).value();
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_EQ(first.cell(i / 3, i % 3), second.cell(i / 3, i % 3));
}

TEST(ConfusionMatrix, OfNothingIsNotANumber) {
  const ConfusionMatrix empty(4);
  EXPECT_TRUE(std::isnan(empty.Accuracy()));
  EXPECT_TRUE(std::isnan(empty.BalancedAccuracy()));
  EXPECT_TRUE(std::isnan(empty.Matthews()));
  EXPECT_TRUE(std::isnan(empty.Kappa()));
  EXPECT_TRUE(std::isnan(empty.Macro().f1));
  EXPECT_TRUE(std::isnan(empty.Weighted().f1));
  EXPECT_TRUE(std::isnan(Precision(BinaryCells{})));
}

TEST(ConfusionMatrix, LargeCountsKeepTheirDigits) {
  const BinaryCells small{
      .true_positive = 3, .false_positive = 1, .false_negative = 2, .true_negative = 5};
  const BinaryCells large{3e150, 1e150, 2e150, 5e150};
  EXPECT_NEAR(Matthews(large), Matthews(small), 1e-14);
  EXPECT_NEAR(Kappa(large), Kappa(small), 1e-14);
}

TEST(ConfusionMatrix, RefusesWhatDoesNotFit) {
  const std::vector<std::uint32_t> truth = {0, 1}, beyond = {0, 2}, shorter = {0};
  const std::vector<double> negative = {1, -1}, nan = {1, std::nan("")};
  EXPECT_FALSE(ConfusionMatrix::Count(2, truth, beyond).ok());
  EXPECT_FALSE(ConfusionMatrix::Count(2, truth, shorter).ok());
  EXPECT_FALSE(ConfusionMatrix::Count(2, truth, truth, negative).ok());
  EXPECT_FALSE(ConfusionMatrix::Count(2, truth, truth, nan).ok());
  EXPECT_TRUE(ConfusionMatrix::Count(2, truth, truth).ok());
}

}  // namespace
}  // namespace mooring::data
