#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

using testing::CompileAndLoad;
using testing::GoldenArtifact;
using testing::ReadCells;
using testing::RowsOf;

// Every recorded model, by name, in both forms.
class GoldenXgboost : public ::testing::TestWithParam<std::tuple<const char*, const char*,
    const char*>> {
 protected:
  std::string Stem() const {
    const auto& [version, kind, form] = GetParam();
    return std::string("xgboost_models/") + version + "_" + kind;
  }
};

TEST_P(GoldenXgboost, PredictsBitForBitWhatItsOwnVersionPredicted) {
  auto predictor = CompileAndLoad(GoldenArtifact(Stem() + std::get<2>(GetParam())));
  ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
  const Signature& signature = (*predictor)->signature();
  const data::Batch rows = RowsOf(signature, ReadCells("xgboost_models/inputs.csv"));
  data::Batch predictions(signature.output_columns);
  ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
  const auto wanted = ReadCells(Stem() + ".pred.csv", false);
  ASSERT_EQ(predictions.rows(), wanted.size());
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    ASSERT_EQ(wanted[row].size(), predictions.width());
    for (std::size_t i = 0; i < predictions.width(); ++i) {
      EXPECT_EQ(predictions.column(i).Values<float>()[row], std::stof(wanted[row][i]))
          << "row " << row << ", output " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, GoldenXgboost,
    ::testing::Combine(::testing::Values("v1_7_4", "v3_0_0", "v3_3_0"),
                       ::testing::Values("absoluteerror", "binary_logistic", "categorical", "dart",
                                         "gblinear", "logitraw", "poisson", "random_forest",
                                         "rank_pairwise", "softmax", "softprob", "squarederror",
                                         "squarederror_base7", "tweedie"),
                       ::testing::Values(".json", ".ubj")),
    [](const auto& test) {
      return std::string(std::get<0>(test.param)) + "_" + std::get<1>(test.param) +
             (std::get<2>(test.param)[1] == 'j' ? "_json" : "_ubj");
    });

TEST(GoldenXgboostEarlier, TwentyColumnModelsPredictBitForBit) {
  for (const std::string stem : {"xgboost_models/earlier_v3_0_0",
      "xgboost_models/earlier_v3_3_0"}) {
    for (const std::string form : {".json", ".ubj"}) {
      auto predictor = CompileAndLoad(GoldenArtifact(stem + form));
      ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
      const Signature& signature = (*predictor)->signature();
      const data::Batch rows = RowsOf(signature, ReadCells("xgboost_models/earlier_inputs.csv"));
      data::Batch predictions(signature.output_columns);
      ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
      const auto wanted = ReadCells(stem + ".pred.csv", false);
      for (std::size_t row = 0; row < wanted.size(); ++row) {
        EXPECT_EQ(predictions.column(0).Values<float>()[row], std::stof(wanted[row][0]));
      }
    }
  }
}

}  // namespace
}  // namespace mooring::model
