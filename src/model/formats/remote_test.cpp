#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

using ::testing::HasSubstr;

class ScriptedTransport final : public Transport {
 public:
  Result<HttpAnswer> Send(const HttpCall& call) override {
    last = call;
    if (unreachable) return Error(Code::kUnavailable, "connection refused");
    return answer;
  }
  HttpCall last;
  HttpAnswer answer;
  bool unreachable = false;
};

constexpr const char* kOpenInference =
    "remote:\n  url: http://scorer:8000/\n  protocol: open_inference\n  model: risk\n"
    "  timeout_ms: 250\n"
    "  inputs: [{name: age, type: int64}, {name: town, type: string}, {name: x, type: float64, "
    "nullable: true}]\n"
    "  outputs: [{name: score, type: float32}, {name: p, type: float64, width: 2}]\n";
constexpr const char* kMlflow =
    R"({"remote": {"url": "http://scorer:5001", "protocol": "mlflow",
        "inputs": [{"name": "age", "type": "int64"}, {"name": "x", "type": "float64"}],
        "outputs": [{"name": "prediction", "type": "float64"}]}})";

data::Batch Rows(const Predictor& predictor) {
  data::Batch rows(predictor.signature().inputs);
  for (std::size_t i = 0; i < rows.width(); ++i) {
    for (int row = 0; row < 2; ++row) {
      switch (rows.column(i).type()) {
        case data::Type::kInt64:
          rows.column(i).Append(std::int64_t{9'007'199'254'740'993} + row);
          break;
        case data::Type::kString: rows.column(i).AppendText(row == 0 ? "Омск \"1\"" : ""); break;
        default: row == 0 ? rows.column(i).Append(0.1) : rows.column(i).AppendNull(); break;
      }
    }
  }
  rows.SetRows(2);
  return rows;
}

std::unique_ptr<Predictor> Make(const char* descriptor, ScriptedTransport& transport) {
  LoadOptions options;
  options.transport = &transport;
  auto made = testing::CompileAndLoad(testing::ArtifactOf("scorer.yaml", descriptor), options);
  EXPECT_TRUE(made.ok()) << made.error().ToString();
  return made.ok() ? std::move(*made) : nullptr;
}

TEST(Remote, SpeaksOpenInference) {
  ScriptedTransport transport;
  const auto predictor = Make(kOpenInference, transport);
  ASSERT_NE(predictor, nullptr);
  transport.answer = {200, "application/json",
                      R"({"model_name": "risk", "outputs": [
                          {"name": "p", "datatype": "FP64", "shape": [2, 2],
                              "data": [[1, 2], [3, 4]]},
                          {"name": "score", "datatype": "FP32", "shape": [2],
                              "data": [0.5, 0.25]}]})"};
  data::Batch predictions(predictor->signature().output_columns);
  const Status status = predictor->Predict(Rows(*predictor), predictions);
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_EQ(transport.last.url, "http://scorer:8000/v2/models/risk/infer");
  EXPECT_EQ(transport.last.timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(transport.last.body,
            R"({"inputs":[{"name":"age","shape":[2],"datatype":"INT64","data":[9007199254740993,)"
            R"(9007199254740994]},{"name":"town","shape":[2],"datatype":"BYTES","data":[)"
            R"("Омск \"1\"",""]},{"name":"x","shape":[2],"datatype":"FP64","data":[0.1,null]}]})");
  EXPECT_EQ(predictions.column(0).Values<float>()[1], 0.25F);
  EXPECT_EQ(predictions.column(2).Values<double>()[1], 4);
}

TEST(Remote, SpeaksMlflow) {
  ScriptedTransport transport;
  const auto predictor = Make(kMlflow, transport);
  ASSERT_NE(predictor, nullptr);
  data::Batch predictions(predictor->signature().output_columns);
  for (const char* body : {R"({"predictions": [1.5, 2.5]})", R"({"predictions": [[1.5], [2.5]]})",
                           R"({"predictions": [{"prediction": 1.5}, {"prediction": 2.5}]})"}) {
    transport.answer = {200, "application/json", body};
    ASSERT_TRUE(predictor->Predict(Rows(*predictor), predictions).ok()) << body;
    EXPECT_EQ(predictions.column(0).Values<double>()[1], 2.5) << body;
  }
  EXPECT_EQ(transport.last.url, "http://scorer:5001/invocations");
  EXPECT_THAT(transport.last.body,
              HasSubstr(R"("columns":["age","x"],"data":[[9007199254740993,0.1],)"));
}

TEST(Remote, BrokenAnswersNeverBecomePredictions) {
  struct Case {
    int status;
    const char* body;
    Code code;
  };
  const Case cases[] = {
      {200, "", Code::kUnavailable},
      {200, "{", Code::kUnavailable},
      {200, "{}", Code::kUnavailable},
      {200, R"({"predictions": []})", Code::kUnavailable},
      {200, R"({"predictions": [1]})", Code::kUnavailable},
      {200, R"({"predictions": [1, 2, 3]})", Code::kUnavailable},
      {200, R"({"predictions": [1, "x"]})", Code::kUnavailable},
      {200, R"({"predictions": [1, NaN]})", Code::kUnavailable},
      {200, R"({"predictions": [[[[1]]], 2]})", Code::kUnavailable},
      {200, R"({"predictions": [{"prediction": 1}, {}]})", Code::kUnavailable},
      {400, R"({"error": "bad row"})", Code::kInvalidArgument},
      {404, "", Code::kInvalidArgument},
      {429, "", Code::kUnavailable},
      {503, "", Code::kUnavailable},
      {504, "", Code::kDeadlineExceeded},
      {302, "", Code::kUnavailable},
  };
  ScriptedTransport transport;
  const auto predictor = Make(kMlflow, transport);
  ASSERT_NE(predictor, nullptr);
  data::Batch predictions(predictor->signature().output_columns);
  for (const Case& c : cases) {
    transport.answer = {c.status, "application/json", c.body};
    const Status status = predictor->Predict(Rows(*predictor), predictions);
    ASSERT_FALSE(status.ok()) << c.body;
    EXPECT_EQ(status.error().code(), c.code) << c.status << c.body;
    EXPECT_EQ(predictions.rows(), 0U);
    EXPECT_EQ(predictions.column(0).size(), 0U);
  }
  transport.unreachable = true;
  EXPECT_EQ(predictor->Predict(Rows(*predictor), predictions).error().code(), Code::kUnavailable);
}

TEST(Remote, DescriptorsAreChecked) {
  const std::string good = kOpenInference;
  struct Case {
    std::string from, to;
    const char* message;
  };
  const Case cases[] = {{"http://scorer:8000/", "file:///etc/passwd", "'url' starts with"},
                        {"open_inference", "grpc", "'protocol' is"},
                        {"model: risk", "model: ../admin", "'model' is the name"},
                        {"250", "0", "not a number from 1"},
                        {"timeout_ms", "timeout", "unknown key 'timeout'"},
                        {"int64", "int65", "unknown type"},
                        {"width: 2", "width: 100000", "not a number from 1"},
                        {"[{name: score", "[{nam: score", "unknown key 'nam'"}};
  for (const Case& c : cases) {
    std::string broken = good;
    broken.replace(broken.find(c.from), c.from.size(), c.to);
    auto flat = Compile(testing::ArtifactOf("scorer.yaml", broken));
    ASSERT_FALSE(flat.ok()) << c.to;
    EXPECT_THAT(flat.error().ToString(), HasSubstr(c.message));
  }
  auto off = testing::CompileAndLoad(testing::ArtifactOf("scorer.yaml", good));
  ASSERT_FALSE(off.ok());
  EXPECT_EQ(off.error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mooring::model
