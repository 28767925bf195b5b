#include "model/formats/mlflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

using testing::CompileAndLoad;
using testing::GoldenArtifact;
using testing::ReadCells;
using testing::RowsOf;
using ::testing::HasSubstr;

class GoldenMlflow : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenMlflow, PredictsWhatPyfuncPredicted) {
  const std::string name = std::string("mlflow_models/").append(GetParam());
  auto predictor = CompileAndLoad(GoldenArtifact(name));
  ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
  const Signature& signature = (*predictor)->signature();
  const data::Batch rows = RowsOf(signature, ReadCells(name + ".inputs.csv"));
  data::Batch predictions(signature.output_columns);
  ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
  const auto wanted = ReadCells(name + ".predictions.csv");
  ASSERT_EQ(predictions.rows(), wanted.size());
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    ASSERT_EQ(wanted[row].size(), signature.outputs[0].width);
    for (std::size_t i = 0; i < wanted[row].size(); ++i) {
      const data::Column& column = predictions.column(i);
      EXPECT_EQ(column.Number(row), column.type() == data::Type::kInt64
                                        ? std::stod(wanted[row][i])
                                        : static_cast<double>(std::stof(wanted[row][i])))
          << "row " << row;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenMlflow,
                         ::testing::Values("booster_default_format", "booster_json", "booster_ubj",
                                           "booster_ubj_optional_columns", "booster_softprob_json",
                                           "classifier_binary_ubj", "classifier_multi_json",
                                           "classifier_dart_json", "regressor_json_missing_999",
                                           "regressor_poisson_ubj_nosignature"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Mlflow, TheSignatureGivesTheInputs) {
  auto predictor = CompileAndLoad(GoldenArtifact("mlflow_models/classifier_multi_json"));
  ASSERT_TRUE(predictor.ok());
  const Signature& signature = (*predictor)->signature();
  ASSERT_EQ(signature.inputs->size(), 5U);
  EXPECT_EQ(signature.inputs->field(0).name, "age");
  EXPECT_EQ(signature.inputs->field(0).type, data::Type::kInt64);
  EXPECT_FALSE(signature.inputs->field(0).nullable);
  EXPECT_TRUE(signature.inputs->field(1).nullable);
  ASSERT_EQ(signature.outputs.size(), 2U);
  EXPECT_EQ(signature.outputs[0].name, "prediction");
  EXPECT_EQ(signature.outputs[0].type, data::Type::kInt64);
  EXPECT_EQ(signature.outputs[1].name, "probability");
  EXPECT_EQ(signature.outputs[1].width, 3U);
  EXPECT_EQ(signature.output_columns->field(1).name, "probability_0");
}

TEST(Mlflow, APickleIsRefusedByItsFlavourWithWhatToDo) {
  auto made = CompileAndLoad(GoldenArtifact("mlflow_models/sklearn_logreg_pickle"));
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code(), Code::kFailedPrecondition);
  EXPECT_THAT(made.error().message(), HasSubstr("flavour sklearn"));
  EXPECT_THAT(made.error().help(), HasSubstr("ONNX"));
}

TEST(Mlflow, ANativeFlavourThatIsAPickleGoesToPythonToo) {
  const std::string yaml =
      "flavors: {lightgbm: {data: model.pkl}, python_function: {loader_module: mlflow.lightgbm}}\n"
      "signature: {inputs: '[{\"type\": \"double\", \"name\": \"a\"}]',"
      " outputs: '[{\"type\": \"double\"}]'}";
  const std::string pickle("\x80\x04.");
  const Artifact artifact({{"MLmodel", AsBytes(yaml)}, {"model.pkl", AsBytes(pickle)}}, nullptr);
  auto made = CompileAndLoad(artifact);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message(), HasSubstr("flavour lightgbm needs Python"));
}

TEST(Mlflow, DamagedMlmodelFilesAreRefused) {
  struct Case {
    const char* yaml;
    const char* message;
  };
  const Case cases[] = {
      {"", "not a YAML map"},
      {"[1, 2]", "not a YAML map"},
      {"flavors: {", "MLmodel"},
      {"flavors: 3", "no flavors"},
      {"flavors: {xgboost: {code: null}}", "names no file"},
      {"flavors: {xgboost: {data: m}}\nsignature: {inputs: '[1'}", "signature inputs"},
      {"flavors: {xgboost: {data: m}}\nsignature: {inputs: '[]'}", "no list of columns"},
      {"flavors: {xgboost: {data: m}}\n"
       "signature: {inputs: '[{\"type\": \"map\", \"name\": \"a\"}]'}",
       "of type 'map'"},
      {"flavors: {xgboost: {data: m}}\nsignature: {inputs: '[{\"type\": \"long\"}]'}",
          "has no name"},
      {"flavors: {h2o: {data: x}}", "flavour h2o"},
  };
  for (const Case& c : cases) {
    auto model = ReadMlmodel(c.yaml);
    ASSERT_FALSE(model.ok()) << c.yaml;
    EXPECT_THAT(model.error().ToString(), HasSubstr(c.message)) << c.yaml;
  }
}

TEST(Mlflow, DeeplyNestedYamlIsRefusedWithoutUsingUpTheStack) {
  EXPECT_FALSE(ReadMlmodel(std::string(100'000, '[')).ok());
  EXPECT_FALSE(ReadMlmodel(std::string(5 << 20, ' ')).ok());
}

TEST(Mlflow, AFileThatMlmodelNamesMustBeThere) {
  const auto artifact = testing::ArtifactOf("MLmodel",
      "flavors: {xgboost: {data: ../../etc/passwd}}");
  auto flat = Compile(artifact);
  ASSERT_FALSE(flat.ok());
  EXPECT_THAT(flat.error().message(), HasSubstr("not in the directory"));
}

}  // namespace
}  // namespace mooring::model
