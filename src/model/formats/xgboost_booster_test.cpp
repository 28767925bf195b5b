#include "model/formats/xgboost_booster.h"

#include <gtest/gtest.h>

#include <fstream>

#include "model/formats/xgboost_model.h"
#include "model/testing/golden_files.h"
#include "model/xgboost_library.h"

namespace mooring::model {
namespace {

using testing::GoldenArtifact;
using testing::ReadCells;
using testing::RowsOf;

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

std::string GoldenText(const std::string& name) {
  return std::string(AsText(GoldenArtifact(name).files()[0].bytes));
}

Result<std::unique_ptr<Predictor>> LoadFlat(std::string flat) {
  const auto kept = std::make_shared<const std::string>(std::move(flat));
  return Load(AsBytes(*kept), kept, {});
}

// Models that the evaluator covers too, so that the two ways check each other: libxgboost of the
// version that recorded the predictions gives them bit for bit.
TEST(XgboostBooster, PredictsWhatTheLibraryPredicts) {
  for (const std::string kind : {"binary_logistic", "softprob", "tweedie", "dart"}) {
    const std::string stem = "xgboost_models/v1_7_4_" + kind;
    const std::string model = GoldenText(stem + ".json");
    const Document document = *ReadXgboostDocument(AsBytes(model));
    EXPECT_FALSE(NeedsXgboostLibrary(document)) << kind;
    const auto predictor = LoadFlat(*CompileBooster(document, AsBytes(model)));
    ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
    EXPECT_EQ((*predictor)->cost(), Predictor::Cost::kPooled);
    const Signature& signature = (*predictor)->signature();
    const data::Batch rows = RowsOf(signature, ReadCells("xgboost_models/inputs.csv"));
    data::Batch predictions(signature.output_columns);
    ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
    const auto wanted = ReadCells(stem + ".pred.csv", false);
    ASSERT_EQ(predictions.rows(), wanted.size());
    for (std::size_t row = 0; row < wanted.size(); ++row) {
      ASSERT_EQ(wanted[row].size(), predictions.width());
      for (std::size_t i = 0; i < predictions.width(); ++i) {
        EXPECT_EQ(predictions.column(i).Values<float>()[row], std::stof(wanted[row][i]))
            << kind << " row " << row;
      }
    }
  }
}

TEST(XgboostBooster, GetsWhatTheEvaluatorDoesNotCover) {
  const std::string model = GoldenText("xgboost_models/v1_7_4_binary_logistic.json");
  const Document vectors = *ReadXgboostDocument(
      AsBytes(Replaced(GoldenText("xgboost_models/v3_0_0_binary_logistic.json"),
                       R"("size_leaf_vector":"1")", R"("size_leaf_vector":"3")")));
  EXPECT_TRUE(NeedsXgboostLibrary(vectors));
  const Document objective = *ReadXgboostDocument(
      AsBytes(Replaced(model, R"("name":"binary:logistic")", R"("name":"reg:of_tomorrow")")));
  EXPECT_TRUE(NeedsXgboostLibrary(objective));
}

// What the library does not know either is refused with its own words and what to do.
TEST(XgboostBooster, WhatTheLibraryRefusesIsRefused) {
  const auto owner = std::make_shared<const std::string>(
      Replaced(GoldenText("xgboost_models/v1_7_4_binary_logistic.json"),
               R"("name":"binary:logistic")", R"("name":"reg:of_tomorrow")"));
  const Artifact artifact({{"model.json", AsBytes(*owner)}}, owner);
  auto flat = Compile(artifact);
  ASSERT_TRUE(flat.ok()) << flat.error().ToString();
  const auto predictor = LoadFlat(std::move(flat).value());
  ASSERT_FALSE(predictor.ok());
  EXPECT_EQ(predictor.error().code(), Code::kInvalidArgument);
  EXPECT_NE(predictor.error().why().find("reg:of_tomorrow"), std::string::npos)
      << predictor.error().ToString();
  EXPECT_NE(predictor.error().help().find("libxgboost"), std::string::npos);
}

TEST(XgboostBooster, ColumnsThatDoNotFitAreRefused) {
  const std::string model = GoldenText("xgboost_models/v1_7_4_softprob.json");
  const auto predictor =
      LoadFlat(*CompileBooster(*ReadXgboostDocument(AsBytes(model)), AsBytes(model)));
  ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
  data::Batch rows(std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "a", .type = data::Type::kInt64}}).value()));
  rows.column(0).Append(std::int64_t{1});
  rows.SetRows(1);
  data::Batch predictions((*predictor)->signature().output_columns);
  EXPECT_EQ((*predictor)->Predict(rows, predictions).error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace mooring::model
