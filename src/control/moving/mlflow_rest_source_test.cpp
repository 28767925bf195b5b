#include "control/moving/mlflow_rest_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "control/moving/rest_json.h"

// Answers have the shapes of those that were recorded of MLflow 3.6's server.

namespace mooring::control {
namespace {

// Answers "METHOD /path"; "METHOD /path body" goes first.
class ScriptedServer final : public Transport {
 public:
  Result<HttpAnswer> Send(const HttpCall& call) override {
    const std::string key =
        call.method + " " + call.url.substr(std::string("http://mlflow").size());
    calls.push_back(key);
    last = call;
    auto found = answers.find(key + " " + call.body);
    if (found == answers.end()) found = answers.find(key);
    if (found == answers.end()) {
      return HttpAnswer{404, "application/json",
                        R"({"error_code": "ENDPOINT_NOT_FOUND", "message": "no"})"};
    }
    return found->second;
  }
  void Say(const std::string& key, const std::string& body, int status = 200) {
    answers[key] = {status, "application/json", body};
  }
  std::map<std::string, HttpAnswer> answers;
  std::vector<std::string> calls;
  HttpCall last;
};

class RestSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.Say("POST /api/2.0/mlflow/experiments/search",
                R"({"experiments": [{"experiment_id": "1", "name": "fares",
                    "lifecycle_stage": "deleted", "creation_time": 1700000000000,
                    "tags": [{"key": "team", "value": "pricing"}]}], "next_page_token": "p2"})");
    server_.Say(
        "POST /api/2.0/mlflow/experiments/search "
        R"({"max_results":1000,"view_type":"ALL","page_token":"p2"})",
        "{}");
  }
  std::unique_ptr<MlflowSource> Open(MlflowSourceOptions options = {}) {
    options.from = "http://mlflow/";
    options.transport = &server_;
    auto source = OpenMlflowSource(options);
    EXPECT_TRUE(source.ok()) << source.error().ToString();
    return source.ok() ? *std::move(source) : nullptr;
  }
  std::string Sent(std::string_view header) const {
    for (const auto& [name, value] : server_.last.headers) {
      if (name == header) return value;
    }
    return "";
  }
  ScriptedServer server_;
};

TEST_F(RestSourceTest, TellsPagesUntilTheTokenEnds) {
  const auto source = Open();
  const auto first = source->Experiments("");
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->items.size(), 1U);
  EXPECT_EQ(first->items[0].stage, records::Lifecycle::kDeleted);
  EXPECT_EQ(first->items[0].created, 1'700'000'000'000);
  EXPECT_EQ(first->items[0].tags[0].value, "pricing");
  const auto second = source->Experiments(first->next_token);
  EXPECT_TRUE(second->items.empty());
  EXPECT_EQ(second->next_token, "");
}

TEST_F(RestSourceTest, SendsCredentialsAsClientsDo) {
  Open({.username = "ann", .password = "s3cret"});
  EXPECT_EQ(Sent("Authorization"), "Basic YW5uOnMzY3JldA==");  // RFC 4648
  const auto source = Open({.token = "abc"});
  EXPECT_EQ(Sent("Authorization"), "Bearer abc");
  EXPECT_EQ(source->name(), "http://mlflow");
  EXPECT_FALSE(OpenMlflowRest({.from = "http://ann:x@mlflow", .transport = &server_}).ok());
}

TEST_F(RestSourceTest, ReadsRunsWithAllTheyHold) {
  server_.Say("POST /api/2.0/mlflow/runs/search",
              R"({"runs": [{"info": {"run_id": "r1", "run_uuid": "r1", "run_name": "owl",
                 "experiment_id": "1", "user_id": "ann", "status": "KILLED",
                 "start_time": 5, "lifecycle_stage": "active",
                 "artifact_uri": "mlflow-artifacts:/1/r1/artifacts"},
                 "data": {"metrics": [{"key": "loss", "value": "NaN", "timestamp": "7", "step": 2}],
                          "params": [{"key": "lr", "value": "0.1"}, {"key": "empty"}]},
                 "inputs": {"dataset_inputs": [{"dataset": {"name": "d", "digest": "0f"},
                            "tags": [{"key": "mlflow.data.context", "value": "training"}]}]},
                 "outputs": {"model_outputs": [{"model_id": "m-1", "step": 3}]}}]})");
  const auto page = Open()->Runs("1", "");
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->items.size(), 1U);
  const records::Run& run = page->items[0];
  EXPECT_EQ(run.info.status, records::RunStatus::kKilled);
  EXPECT_EQ(run.info.start, 5);
  EXPECT_FALSE(run.info.end.has_value());
  EXPECT_EQ(run.params[1].value, "");
  EXPECT_TRUE(std::isnan(run.metrics[0].value));
  EXPECT_EQ(run.metrics[0].timestamp, 7);
  EXPECT_EQ(run.dataset_inputs[0].tags[0].value, "training");
  EXPECT_EQ(run.model_outputs[0].step, 3);
}

TEST_F(RestSourceTest, WalksArtifactsOfTheProxyAndRefusesNamesThatLeaveThem) {
  const std::string list = "GET /api/2.0/mlflow-artifacts/artifacts?path=";
  server_.Say(list + "1%2Fr1%2Fartifacts",
              R"({"files": [{"path": "plots", "is_dir": true},
                            {"path": "..", "is_dir": true}, {"path": "a b", "file_size": 3}]})");
  server_.Say(list + "1%2Fr1%2Fartifacts%2Fplots",
              R"({"files": [{"path": "roc", "is_dir": false, "file_size": "4"}]})");
  server_.Say("GET /api/2.0/mlflow-artifacts/artifacts/1/r1/artifacts/a%20b", "abc");
  const auto source = Open();
  const ArtifactOwner owner{false, "r1", "1", "mlflow-artifacts:/1/r1/artifacts"};
  const auto files = source->Artifacts(owner);
  ASSERT_TRUE(files.ok()) << files.error().ToString();
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].path, "a b");
  EXPECT_EQ((*files)[1].path, "plots/roc");
  EXPECT_EQ((*files)[1].bytes, 4U);
  EXPECT_EQ(source->TakePassedOver().size(), 1U);
  const auto stream = source->Open(owner, "a b");
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ(AsText(*(*stream)->Next()), "abc");
  EXPECT_TRUE((*stream)->Next()->empty());
}

TEST_F(RestSourceTest, AServerWithoutLoggedModelsHasNone) {
  const auto page = Open()->LoggedModels("1", "");
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->items.empty());
}

TEST_F(RestSourceTest, ErrorsSayWhatTheServerSaid) {
  const std::string search = "POST /api/2.0/mlflow/runs/search";
  const auto source = Open();
  const std::pair<int, Code> rows[] = {{401, Code::kUnauthenticated},
                                       {403, Code::kPermissionDenied},
                                       {400, Code::kInvalidArgument},
                                       {503, Code::kUnavailable}};
  for (const auto& [status, code] : rows) {
    server_.Say(search, R"({"error_code": "X", "message": "because"})", status);
    server_.calls.clear();
    const auto page = source->Runs("1", "");
    ASSERT_FALSE(page.ok());
    EXPECT_EQ(page.error().code(), code) << status;
    EXPECT_EQ(page.error().why(), "because");
    EXPECT_EQ(server_.calls.size(), status == 503 ? 3U : 1U);
  }
  server_.Say(search, "<html>");
  EXPECT_EQ(source->Runs("1", "").error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::control
