#include "data/stats/calibration/calibration_error.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/stats/metrics/metric_vectors.h"

namespace mooring::data {
namespace {

// Recorded beside SciPy's: ten bins of equal count after a stable sort, computed with numpy 1.24.2.
TEST(CalibrationError, EqualsTheRecordedOneOnStoredRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  for (const Json& record : *vectors.GetArray("binary_scores").value()) {
    const auto scores = NumbersAt(record, "p");
    const auto truth = WholesAt<std::uint8_t>(record, "y");
    const auto table = ReliabilityTable(scores, truth).value();
    EXPECT_NEAR(ExpectedCalibrationError(table), NumberAt(record, "ece10"), 1e-12);
  }
}

// Ten bins of equal width by numpy on rows that both sides draw alike.
TEST(CalibrationError, EqualsNumpyInBinsOfEqualWidth) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  for (const Json& record : *vectors.GetArray("binary").value()) {
    const DrawnRows rows = DrawBinary(record);
    const auto table = ReliabilityTable(rows.scores, rows.truth, 10, Binning::kEqualWidth).value();
    EXPECT_NEAR(ExpectedCalibrationError(table), NumberAt(record, "ece_width"), 1e-12);
  }
}

// statsmodels 0.13.5 Logit and GLM; chi-squared by SciPy 1.10.1.
TEST(CalibrationLine, EqualsStatsmodels) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  const Json::Array& records = *vectors.GetArray("calibration").value();
  ASSERT_EQ(records.size(), 3U);
  for (const Json& record : records) {
    SCOPED_TRACE("seed " + std::to_string(record.GetUint("seed").value()));
    const DrawnRows rows = DrawBinary(record);
    const CalibrationLine line = FitCalibrationLine(rows.scores, rows.truth).value();
    EXPECT_NEAR(line.intercept, NumberAt(record, "intercept"), 1e-10);
    EXPECT_NEAR(line.slope, NumberAt(record, "slope"), 1e-10);
    EXPECT_NEAR(line.intercept_error, NumberAt(record, "intercept_error"), 1e-9);
    EXPECT_NEAR(line.slope_error, NumberAt(record, "slope_error"), 1e-9);
    EXPECT_NEAR(line.in_the_large, NumberAt(record, "in_the_large"), 1e-9);
    const auto table = ReliabilityTable(rows.scores, rows.truth).value();
    const HosmerLemeshowResult test = HosmerLemeshow(table);
    EXPECT_EQ(test.degrees, 8U);
    EXPECT_NEAR(test.statistic, NumberAt(record, "hosmer_lemeshow"), 1e-9 * test.statistic);
    EXPECT_NEAR(test.p_value, NumberAt(record, "hosmer_lemeshow_p"), 1e-9 * test.p_value + 1e-300);
  }
}

TEST(ReliabilityTable, HoldsEveryRowOnce) {
  const std::vector<double> scores = {0.95, 0.05, 1.0, 0.0, 0.5, 0.55, 0.15};
  const std::vector<std::uint8_t> truth = {1, 0, 1, 0, 0, 1, 0};
  const auto count = ReliabilityTable(scores, truth, 3).value();
  ASSERT_EQ(count.size(), 3U);
  EXPECT_EQ(count[0].rows, 2U);
  EXPECT_EQ(count[2].rows, 3U) << "the last bin takes the rest";
  EXPECT_EQ(count[0].low, 0);
  EXPECT_EQ(count[0].high, 0.05);
  EXPECT_EQ(count[2].rate, 1);
  const auto width = ReliabilityTable(scores, truth, 4, Binning::kEqualWidth).value();
  EXPECT_EQ(width[0].rows, 3U);
  EXPECT_EQ(width[1].rows, 0U);
  EXPECT_TRUE(std::isnan(width[1].rate));
  EXPECT_EQ(width[2].rows, 2U) << "the lower edge belongs to the bin";
  EXPECT_EQ(width[3].rows, 2U) << "so does 1 to the last";
}

TEST(CalibrationError, OfHonestScoresIsNothingAndOfLiesEverything) {
  const std::vector<double> honest = {0, 0, 1, 1}, liar = {1, 1, 0, 0};
  const std::vector<std::uint8_t> truth = {0, 0, 1, 1};
  const auto good = ReliabilityTable(honest, truth, 2).value();
  EXPECT_EQ(ExpectedCalibrationError(good), 0);
  EXPECT_EQ(GreatestCalibrationError(good), 0);
  const auto bad = ReliabilityTable(liar, truth, 2).value();
  EXPECT_EQ(ExpectedCalibrationError(bad), 1);
  EXPECT_EQ(GreatestCalibrationError(bad), 1);
  EXPECT_TRUE(std::isnan(ExpectedCalibrationError({})));
  EXPECT_TRUE(std::isnan(GreatestCalibrationError({})));
}

// The truth is drawn from p, the model says p in log-odds doubled and moved by 0.5: the line undoes
// both. 4 standard errors.
TEST(CalibrationLine, UndoesAKnownDistortion) {
  Rng rng(17);
  std::vector<double> scores(20'000);
  std::vector<std::uint8_t> truth(20'000);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double z = 4 * rng.Uniform() - 2;
    truth[i] = rng.Uniform() < 1 / (1 + std::exp(-z)) ? 1 : 0;
    scores[i] = 1 / (1 + std::exp(-(2 * z + 0.5)));
  }
  const CalibrationLine line = FitCalibrationLine(scores, truth).value();
  EXPECT_NEAR(line.slope, 0.5, 4 * line.slope_error);
  EXPECT_NEAR(line.intercept, -0.25, 4 * line.intercept_error);
  EXPECT_LT(line.slope_error, 0.02);
}

TEST(CalibrationLine, SaysWhenThereIsNone) {
  const std::vector<double> scores = {0.1, 0.4, 0.6, 0.9}, equal(4, 0.3), certain = {0, 0, 1, 1};
  const std::vector<std::uint8_t> parted = {0, 0, 1, 1}, mixed = {0, 1, 0, 1}, ones(4, 1);
  EXPECT_EQ(FitCalibrationLine(scores, parted).error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(FitCalibrationLine(scores, ones).error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(FitCalibrationLine(equal, mixed).error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(FitCalibrationLine(certain, parted).error().code(), Code::kFailedPrecondition);
  EXPECT_TRUE(FitCalibrationLine(scores, mixed).ok());
  EXPECT_EQ(FitCalibrationLine({}, {}).error().code(), Code::kInvalidArgument);
}

TEST(HosmerLemeshow, IsInfiniteWhenTheImpossibleHappens) {
  const std::vector<double> scores = {0, 0, 0.5, 0.5, 1, 1};
  const std::vector<std::uint8_t> honest = {0, 0, 0, 1, 1, 1}, wonder = {0, 1, 0, 1, 1, 1};
  const HosmerLemeshowResult fine = HosmerLemeshow(*ReliabilityTable(scores, honest, 3));
  EXPECT_EQ(fine.statistic, 0);
  EXPECT_EQ(fine.p_value, 1);
  const HosmerLemeshowResult never = HosmerLemeshow(*ReliabilityTable(scores, wonder, 3));
  EXPECT_TRUE(std::isinf(never.statistic));
  EXPECT_EQ(never.p_value, 0);
  EXPECT_TRUE(std::isnan(HosmerLemeshow(*ReliabilityTable(scores, honest, 2)).p_value));
}

TEST(ReliabilityTable, RefusesWhatMakesNoSense) {
  const std::vector<double> scores = {0.2, 0.7}, beyond = {0.2, 1.5}, nan = {0.2, std::nan("")};
  const std::vector<std::uint8_t> truth = {0, 1}, two = {0, 2}, one = {1};
  EXPECT_FALSE(ReliabilityTable({}, {}).ok());
  EXPECT_FALSE(ReliabilityTable(beyond, truth, 1).ok());
  EXPECT_FALSE(ReliabilityTable(nan, truth, 1).ok());
  EXPECT_FALSE(ReliabilityTable(scores, two, 1).ok());
  EXPECT_FALSE(ReliabilityTable(scores, one, 1).ok());
  EXPECT_FALSE(ReliabilityTable(scores, truth, 0).ok());
  EXPECT_FALSE(ReliabilityTable(scores, truth, 3).ok());
  EXPECT_TRUE(ReliabilityTable(scores, truth, 3, Binning::kEqualWidth).ok());
}

}  // namespace
}  // namespace mooring::data
