#include "monitoring/multivariate/domain_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::HasSubstr;

// A classifier that learns one thing: the difference of the means of its first column. It counts
// its calls, and refuses rows that it was trained on.
class MeanDifference : public TrainedClassifier {
 public:
  MeanDifference(const data::Batch& rows, std::span<const std::uint8_t> labels) {
    double sums[2] = {0, 0}, counts[2] = {0, 0};
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      sums[labels[row]] += rows.column(0).Number(row);
      ++counts[labels[row]];
      seen_.push_back(rows.column(1).Number(row));
    }
    EXPECT_GT(counts[0], 0);
    EXPECT_GT(counts[1], 0);
    direction_ = sums[1] / counts[1] - sums[0] / counts[0];
    std::ranges::sort(seen_);
  }
  Result<std::vector<double>> Score(const data::Batch& rows) const override {
    std::vector<double> scores;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      EXPECT_FALSE(std::ranges::binary_search(seen_, rows.column(1).Number(row)));
      scores.push_back(direction_ * rows.column(0).Number(row));
    }
    return scores;
  }
  std::vector<double> Importances() const override { return {3, 1}; }

 private:
  double direction_ = 0;
  std::vector<double> seen_;
};

Result<std::unique_ptr<TrainedClassifier>> TrainMeans(const data::Batch& rows,
                                                      std::span<const std::uint8_t> labels) {
  return std::unique_ptr<TrainedClassifier>(std::make_unique<MeanDifference>(rows, labels));
}

// `x` uniform and moved; `id` different in every row of every table.
data::Batch Rows(std::size_t rows, std::uint64_t seed, double shift) {
  Rng rng(seed);
  std::vector<double> x, id;
  for (std::size_t row = 0; row < rows; ++row) {
    x.push_back(rng.Uniform() + shift);
    id.push_back(static_cast<double>(seed * 1'000'000 + row));
  }
  return FrameOf({{"x", x}, {"id", id}}, {});
}

// Two uniforms half a width apart: AUC = 1 - 0.5 (1 - 0.5)^2 = 0.875.
TEST(DomainClassifier, MeasuresHowFarApartWindowsAre) {
  const auto verdict = TellApart(Rows(3000, 1, 0), Rows(1000, 2, 0.5), TrainMeans, {});
  ASSERT_TRUE(verdict.ok()) << verdict.error().ToString();
  EXPECT_NEAR(verdict->auc, 0.875, 0.02);
  EXPECT_LT(verdict->p_value, 1e-100);
  EXPECT_TRUE(verdict->alert);
  EXPECT_EQ(verdict->reference_rows, 3000U);
  EXPECT_EQ(verdict->window_rows, 1000U);
  ASSERT_EQ(verdict->drivers.size(), 2U);
  EXPECT_EQ(verdict->drivers[0].feature, "x");
  EXPECT_NEAR(verdict->drivers[0].auc_drop, 0.375, 0.05) << "shuffled, nothing is left of it";
  EXPECT_DOUBLE_EQ(verdict->drivers[0].importance, 0.75);
  EXPECT_EQ(verdict->drivers[1].auc_drop, 0) << "the model does not look at it";
}

TEST(DomainClassifier, StaysCalmWithoutChange) {
  int alerts = 0, small_p = 0;
  double sum = 0;
  for (std::uint64_t seed = 10; seed < 50; ++seed) {
    const auto verdict =
        TellApart(Rows(400, seed, 0), Rows(150, seed + 100, 0), TrainMeans, {.most_drivers = 0});
    ASSERT_TRUE(verdict.ok());
    sum += verdict->auc / 40;
    alerts += verdict->alert ? 1 : 0;
    small_p += verdict->p_value < 0.01 ? 1 : 0;
  }
  EXPECT_EQ(alerts, 0);
  EXPECT_LE(small_p, 3);
  EXPECT_NEAR(sum, 0.5, 0.05);
}

// A big AUC of few rows is no alert, a sure one of many rows that is small is none either.
TEST(DomainClassifier, AlertsWhenBigAndSure) {
  const auto small = TellApart(Rows(9000, 3, 0), Rows(9000, 4, 0.05), TrainMeans, {});
  ASSERT_TRUE(small.ok());
  EXPECT_LT(small->p_value, 1e-6);
  EXPECT_LT(small->auc, 0.65);
  EXPECT_FALSE(small->alert);
  const auto unsure = TellApart(Rows(100, 5, 0), Rows(100, 6, 0.5), TrainMeans, {.alpha = 1e-200});
  EXPECT_GT(unsure->auc, 0.65);
  EXPECT_FALSE(unsure->alert);
}

TEST(DomainClassifier, IsTheSameForOneSeedAndBoundedInRows) {
  const DomainOptions options{.folds = 3, .most_rows = 500, .seed = 9};
  const auto first = TellApart(Rows(3000, 1, 0), Rows(1000, 2, 0.2), TrainMeans, options);
  const auto second = TellApart(Rows(3000, 1, 0), Rows(1000, 2, 0.2), TrainMeans, options);
  EXPECT_EQ(first->auc, second->auc);
  EXPECT_EQ(first->drivers[0].auc_drop, second->drivers[0].auc_drop);
  EXPECT_EQ(first->reference_rows, 500U);
  EXPECT_EQ(first->window_rows, 500U);
}

TEST(DomainClassifier, WhatCannotBeDoneIsSaid) {
  const auto few = TellApart(Rows(3000, 1, 0), Rows(99, 2, 0), TrainMeans, {});
  ASSERT_FALSE(few.ok());
  EXPECT_EQ(few.error().code(), Code::kFailedPrecondition);
  EXPECT_FALSE(TellApart(Rows(300, 1, 0), Rows(300, 2, 0), TrainMeans, {.folds = 1}).ok());
  const TrainClassifier broken = [](const data::Batch&, std::span<const std::uint8_t>) {
    return Result<std::unique_ptr<TrainedClassifier>>(Error(Code::kUnavailable, "no trees today"));
  };
  const auto refused = TellApart(Rows(300, 1, 0), Rows(300, 2, 0), broken, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("no trees"));
}

}  // namespace
}  // namespace mooring::monitoring
