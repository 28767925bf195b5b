#include "model/formats/onnx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "model/flat_bytes.h"
#include "model/formats/xgboost_model.h"
#include "model/testing/golden_files.h"
#include "model/testing/onnx_text.h"

namespace mooring::model {
namespace {

using namespace testing;  // NOLINT: writers of models
using ::testing::HasSubstr;

LoadOptions Options() { return {.library_directory = MOORING_DEPS_DIR "/lib"}; }

// y = sigmoid(x w + b)
OnnxGraph Logistic() {
  OnnxGraph graph;
  graph.nodes = {{"Gemm", "", {"x", "w", "b"}, {"z"}, {}}, {"Sigmoid", "", {"z"}, {"y"}, {}}};
  graph.initialisers = {OnnxFloatTensor("w", {2, 1}, {0.5F, -2.0F}),
      OnnxFloatTensor("b", {1}, {0.25F})};
  graph.inputs = {OnnxTensorInfo("x", 1, {-1, 2})};
  graph.outputs = {OnnxTensorInfo("y", 1, {-1, 1})};
  return graph;
}

#define LOAD_OR_SKIP(predictor, bytes)                                              \
  auto loaded = CompileAndLoad(ArtifactOf("m.onnx", bytes), Options());             \
  if (!loaded.ok() && loaded.error().code() == Code::kFailedPrecondition) {         \
    GTEST_SKIP() << loaded.error().ToString();                                      \
  }                                                                                 \
  ASSERT_TRUE(loaded.ok()) << loaded.error().ToString();                            \
  const Predictor& predictor = **loaded

TEST(Onnx, OneTensorOfFeaturesBecomesColumns) {
  LOAD_OR_SKIP(predictor, OnnxModel(Logistic()));
  ASSERT_EQ(predictor.signature().inputs->size(), 2U);
  EXPECT_EQ(predictor.signature().inputs->field(1).name, "f1");
  EXPECT_EQ(predictor.cost(), Predictor::Cost::kPooled);
  data::Batch rows(predictor.signature().inputs), answers(predictor.signature().output_columns);
  for (const float x : {1.0F, 0.0F, -3.0F}) {
    rows.column(0).Append(x);
    rows.column(1).Append(x / 2);
  }
  rows.SetRows(3);
  ASSERT_TRUE(predictor.Predict(rows, answers).ok());
  for (std::size_t row = 0; row < 3; ++row) {
    const double x = rows.column(0).Values<float>()[row];
    EXPECT_NEAR(answers.column(0).Values<float>()[row], 1 / (1 + std::exp(-(0.5 * x - x + 0.25))),
        1e-6);
  }
}

TEST(Onnx, OneTensorAColumnKeepsNamesAndTypes) {
  OnnxGraph graph;
  graph.nodes = {{"Add", "", {"a", "b"}, {"sum"}, {}}, {"Identity", "", {"n"}, {"label"}, {}}};
  graph.inputs = {OnnxTensorInfo("a", 11, {-1, 1}), OnnxTensorInfo("b", 11, {-1, 1}),
                  OnnxTensorInfo("n", 7, {-1})};
  graph.outputs = {OnnxTensorInfo("label", 7, {-1}), OnnxTensorInfo("sum", 11, {-1, 1})};
  LOAD_OR_SKIP(predictor, OnnxModel(graph));
  EXPECT_EQ(predictor.signature().inputs->field(0).name, "a");
  EXPECT_EQ(predictor.signature().inputs->field(2).type, data::Type::kInt64);
  EXPECT_FALSE(predictor.signature().inputs->field(2).nullable);
  data::Batch rows(predictor.signature().inputs), answers(predictor.signature().output_columns);
  rows.column(0).Append(1.5);
  rows.column(1).Append(2.0);
  rows.column(2).Append(std::int64_t{1} << 60);
  rows.SetRows(1);
  ASSERT_TRUE(predictor.Predict(rows, answers).ok());
  EXPECT_EQ(answers.column(0).Values<std::int64_t>()[0], std::int64_t{1} << 60);
  EXPECT_EQ(answers.column(1).Values<double>()[0], 3.5);
  rows.Clear();
  rows.column(0).Append(1.5);
  rows.column(1).Append(2.0);
  rows.column(2).AppendNull();
  rows.SetRows(1);
  EXPECT_FALSE(predictor.Predict(rows, answers).ok());
  EXPECT_EQ(answers.rows(), 0U);
}

TEST(Onnx, AModelOfOneRowAtATimeAnswersManyRows) {
  OnnxGraph graph = Logistic();
  graph.inputs = {OnnxTensorInfo("x", 1, {1, 2})};
  graph.outputs = {OnnxTensorInfo("y", 1, {1, 1})};
  LOAD_OR_SKIP(predictor, OnnxModel(graph));
  data::Batch rows(predictor.signature().inputs), answers(predictor.signature().output_columns);
  for (int i = 0; i < 5; ++i) {
    rows.column(0).Append(static_cast<float>(i));
    rows.column(1).Append(0.0F);
  }
  rows.SetRows(5);
  ASSERT_TRUE(predictor.Predict(rows, answers).ok());
  EXPECT_EQ(answers.rows(), 5U);
  EXPECT_LT(answers.column(0).Values<float>()[0], answers.column(0).Values<float>()[4]);
}

TEST(Onnx, TreesGiveTheMarginsOfOurEvaluator) {
  const std::string bytes = ReadGolden("xgboost_models/v3_3_0_squarederror.json");
  auto document = ReadXgboostDocument(AsBytes(bytes));
  ASSERT_TRUE(document.ok());
  auto ensemble = ReadXgboostModel(*document, {});
  ASSERT_TRUE(ensemble.ok());
  LOAD_OR_SKIP(predictor, OnnxTrees(*ensemble));
  const auto rows = RowsOf(predictor.signature(), ReadCells("xgboost_models/inputs.csv"));
  data::Batch answers(predictor.signature().output_columns);
  ASSERT_TRUE(predictor.Predict(rows, answers).ok());
  const auto wanted = ReadCells("xgboost_models/v3_3_0_squarederror.pred.csv", false);
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    EXPECT_NEAR(answers.column(0).Values<float>()[row], std::stof(wanted[row][0]), 1e-5);
  }
}

TEST(Onnx, AModelThatTheRuntimeRefusesSaysWhy) {
  OnnxGraph graph = Logistic();
  graph.nodes[0].op = "NoSuchOperator";
  auto loaded = CompileAndLoad(ArtifactOf("m.onnx", OnnxModel(graph)), Options());
  ASSERT_FALSE(loaded.ok());
  if (loaded.error().code() == Code::kFailedPrecondition) GTEST_SKIP() << "no runtime";
  EXPECT_THAT(loaded.error().why(), HasSubstr("NoSuchOperator"));
}

TEST(Onnx, CompilingNeedsNoRuntime) {
  auto flat = CompileOnnx(AsBytes(OnnxModel(Logistic())), {});
  ASSERT_TRUE(flat.ok());
  EXPECT_EQ(*FlatFormatName(AsBytes(*flat)), "onnx");
}

}  // namespace
}  // namespace mooring::model
