#include "monitoring/parity/nannyml_reconstruction.h"

#include <gtest/gtest.h>

#include "base/text/json.h"
#include "monitoring/multivariate/frames_for_tests.h"
#include "monitoring/multivariate/pca_reconstruction.h"
#include "monitoring/parity/golden_for_tests.h"

namespace mooring::monitoring {
namespace {

const std::string kRoot = MOORING_SOURCE_DIR, kFolder = "nannyml_univariate/";

void ExpectFile(const data::Batch& reference, const std::string& file) {
  const data::Batch analysis = GoldenFrame(kRoot, {kFolder + "analysis.csv"});
  const auto rows = NannyReconstruction(reference, analysis, 1000);
  ASSERT_TRUE(rows.ok());
  const GoldenRows golden = ReadGoldenRows(kRoot, kFolder + file);
  EXPECT_EQ(rows->size(), golden.size());
  for (const NannyRow& row : *rows) {
    EXPECT_EQ(Differences(golden, row, {row.reference, row.chunk.index, "", row.method}), "");
  }
}

// NannyML 0.13.1, every cell.
TEST(NannyReconstruction, EqualsTheToolOnSixThousandRows) {
  ExpectFile(GoldenFrame(kRoot, {kFolder + "reference_1.csv"}), "reconstruction_6000.csv");
}

TEST(NannyReconstruction, EqualsTheToolOnTwelveThousandRows) {
  ExpectFile(GoldenFrame(kRoot, {kFolder + "reference_1.csv", kFolder + "reference_2.csv"}),
             "reconstruction_12000.csv");
}

std::vector<double> NumbersIn(const Json& array) {
  std::vector<double> numbers;
  for (const Json& item : *array.AsArray().value()) numbers.push_back(item.AsDouble().value());
  return numbers;
}

// Scaler, explained shares and axes of scikit-learn 1.2.1; the sign of an axis is arbitrary.
TEST(NannyReconstruction, FitsWhatScikitLearnFits) {
  const Json golden = Json::Parse(GoldenText(kRoot, kFolder + "reconstruction_6000.json")).value();
  const auto model =
      PcaReconstruction::Fit(GoldenFrame(kRoot, {kFolder + "reference_1.csv"}), {.variance = 0.65});
  ASSERT_TRUE(model.ok());
  ASSERT_EQ(model->axes(), golden.GetUint("components").value());
  const std::vector<double> mean = NumbersIn(*golden.Find("scaler_mean"));
  const std::vector<double> scale = NumbersIn(*golden.Find("scaler_scale"));
  const std::vector<double> shares = NumbersIn(*golden.Find("explained_variance_ratio"));
  for (std::size_t i = 0; i < model->width(); ++i) {
    EXPECT_NEAR(model->encoder().columns()[i].mean, mean[i], 1e-12 * std::abs(mean[i]));
    EXPECT_NEAR(model->encoder().columns()[i].scale, scale[i], 1e-12 * scale[i]);
  }
  for (std::size_t k = 0; k < model->axes(); ++k) {
    EXPECT_NEAR(model->variance_shares()[k], shares[k], 1e-12);
    const std::vector<double> axis = NumbersIn((*golden.GetArray("principal_axes").value())[k]);
    double dot = 0;
    for (std::size_t i = 0; i < model->width(); ++i) {
      dot += axis[i] * model->axis_values()[k * model->width() + i];
    }
    EXPECT_NEAR(std::abs(dot), 1, 1e-12);
  }
}

TEST(NannyReconstruction, TablesThatDoNotFitAreRefused) {
  EXPECT_FALSE(
      NannyReconstruction(FrameOf({{"x", {1, 2}}}, {}), FrameOf({{"y", {1}}}, {}), 1).ok());
  EXPECT_FALSE(NannyReconstruction(FrameOf({{"x", {}}}, {}), FrameOf({{"x", {1}}}, {}), 1).ok());
}

}  // namespace
}  // namespace mooring::monitoring
