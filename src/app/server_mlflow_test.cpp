// A whole server as MLflow's clients use it: what a training script sends is there after a restart,
// and the alias champion of a model under contract puts the files that were sent into service.
#include <gtest/gtest.h>

#include <filesystem>

#include "app/server.h"
#include "base/net/transport.h"
#include "base/text/json.h"
#include "records/registry/registry.h"

namespace mooring::app {
namespace {

constexpr char kContract[] = R"(model: credit
owner: {team: risk}
inputs:
  age: {type: int64, min: 0, max: 120}
  income: {type: float64, missing: flag}
  debt: {type: float64}
  score: {type: float32, missing: flag}
  children: {type: int32}
output: {name: prediction, min: 0, max: 1}
)";
constexpr char kRow[] = R"("age": 30, "income": 1000.5, "debt": 0.25, "score": 0.5, "children": 2)";
const std::string kApi = "/api/2.0/mlflow/";

class ServerMlflow : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "mlflow_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    options_.data_directory = folder_;
    options_.port = 0;
    options_.drain = std::chrono::seconds(5);
    options_.library_directory = std::string(MOORING_DEPS_DIR) + "/lib";
    Start();
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Start() {
    server_.reset();
    auto server = Server::Start(options_);
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_ = std::move(*server);
  }
  HttpAnswer Call(const std::string& method, const std::string& path, std::string body = "",
                  const std::string& type = "application/json") {
    HttpCall call;
    call.method = method;
    call.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    if (method != "GET") call.headers = {{"Content-Type", type}};
    call.body = std::move(body);
    auto answer = transport_->Send(call);
    EXPECT_TRUE(answer.ok()) << answer.error().ToString();
    return answer.ok() ? *answer : HttpAnswer();
  }
  // The answer's JSON; an empty one, and a failure, when it is not 200.
  Json Ask(const std::string& method, const std::string& path, const std::string& body = "") {
    const HttpAnswer answer = Call(method, kApi + path, body);
    EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
    auto json = Json::Parse(answer.body);
    return json.ok() ? std::move(*json) : Json();
  }
  static std::string TextOf(const Json& json, std::initializer_list<std::string_view> way) {
    const Json* at = &json;
    for (const std::string_view key : way) {
      at = at == nullptr ? nullptr : at->Find(key);
    }
    if (at == nullptr) return "";
    const auto text = at->AsString();
    return text.ok() ? std::string(*text) : "";
  }
  // A logged model of the golden directory's files; its id.
  std::string LogModel(const std::string& experiment) {
    const Json made = Ask("POST", "logged-models",
                          R"({"experiment_id": ")" + experiment + R"(", "name": "model"})");
    const std::string id = TextOf(made, {"model", "info", "model_id"});
    const std::filesystem::path from =
        std::string(MOORING_SOURCE_DIR) + "/tests/golden/mlflow_models/booster_ubj";
    for (const auto& file : std::filesystem::recursive_directory_iterator(from)) {
      if (!file.is_regular_file()) continue;
      const std::string bytes = PosixFileSystem().ReadFile(file.path(), 1 << 20).value();
      const std::string path = "/api/2.0/mlflow-artifacts/artifacts/" + experiment + "/models/" +
                               id + "/artifacts/" +
                               std::filesystem::relative(file.path(), from).string();
      EXPECT_EQ(Call("PUT", path, bytes, "application/octet-stream").status, 200) << path;
    }
    Ask("PATCH", "logged-models/" + id,
        R"({"model_id": ")" + id + R"(", "status": "LOGGED_MODEL_READY"})");
    return id;
  }

  std::string folder_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Transport> transport_ = CurlTransport();
};

TEST_F(ServerMlflow, RunsAndFilesAreThereAfterARestart) {
  EXPECT_EQ(Call("GET", "/health").body, "OK");
  const std::string experiment =
      TextOf(Ask("POST", "experiments/create", R"({"name": "e"})"), {"experiment_id"});
  const std::string run = TextOf(
      Ask("POST", "runs/create", R"({"experiment_id": ")" + experiment + R"(", "start_time": 1})"),
      {"run", "info", "run_id"});
  ASSERT_EQ(run.size(), 32U);
  Ask("POST", "runs/log-batch", R"({"run_id": ")" + run + R"(", "metrics": [
      {"key": "auc", "value": 0.5, "timestamp": 1, "step": 0},
      {"key": "auc", "value": 0.75, "timestamp": 2, "step": 1}],
      "params": [{"key": "depth", "value": "6"}]})");
  const std::string file =
      "/api/2.0/mlflow-artifacts/artifacts/" + experiment + "/" + run + "/artifacts/notes/a b.txt";
  std::string spaced = file;
  spaced.replace(spaced.find(' '), 1, "%20");
  EXPECT_EQ(Call("PUT", spaced, "hello", "text/plain").status, 200);
  Start();
  const Json found =
      Ask("POST", "runs/search",
          R"({"experiment_ids": [")" + experiment + R"("], "filter": "metrics.auc > 0.7"})");
  const auto runs = found.GetArray("runs");
  ASSERT_TRUE(runs.ok());
  ASSERT_EQ((*runs)->size(), 1U);
  EXPECT_EQ(TextOf((*runs)->front(), {"info", "run_id"}), run);
  EXPECT_EQ(Ask("GET", "metrics/get-history?run_id=" + run + "&metric_key=auc")
                .GetArray("metrics")
                .value()
                ->size(),
            2U);
  EXPECT_EQ(Call("GET", spaced).body, "hello");
}

TEST_F(ServerMlflow, TheAliasChampionServesWhatWasSent) {
  const std::string id = LogModel("0");
  Ask("POST", "registered-models/create", R"({"name": "credit"})");
  const Json version =
      Ask("POST", "model-versions/create",
          R"({"name": "credit", "source": "models:/)" + id + R"(", "model_id": ")" + id + R"("})");
  EXPECT_EQ(TextOf(version, {"model_version", "version"}), "1");
  const std::string alias = R"({"name": "credit", "alias": "champion", "version": "1"})";
  Ask("POST", "registered-models/alias", alias);  // without a contract: a name
  Ask("DELETE", "registered-models/alias", R"({"name": "credit", "alias": "champion"})");
  {
    auto registry =
        records::Registry::Open({.directory = folder_, .clock = &SystemClock()}).value();
    ASSERT_TRUE(registry->ApplyContract(kContract, {.author = "t", .reason = "t"}).ok());
  }
  Ask("POST", "registered-models/alias", alias);
  const std::string row = std::string(R"({"dataframe_records": [{)") + kRow + "}]}";
  HttpAnswer answer;
  for (int tries = 0; tries < 2000 && answer.status != 200; ++tries) {
    answer = Call("POST", "/serving-endpoints/credit/invocations", row);
  }
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(answer.body.find("predictions"), std::string::npos) << answer.body;
  EXPECT_EQ(TextOf(Ask("GET", "registered-models/alias?name=credit&alias=champion"),
                   {"model_version", "version"}),
            "1");
  // What names no file that can serve is refused, and what serves goes on.
  Ask("POST", "model-versions/create",
      R"({"name": "credit", "source": "mlflow-artifacts:/0/nothing/there"})");
  const HttpAnswer refused = Call("POST", kApi + "registered-models/alias",
                                  R"({"name": "credit", "alias": "champion", "version": "2"})");
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(Call("POST", "/serving-endpoints/credit/invocations", row).status, 200);
}

TEST_F(ServerMlflow, FilePlacesMustBeAllowedInWords) {
  server_.reset();
  options_.mlflow.artifact_root = "file:/srv/mlruns";
  const auto refused = Server::Start(options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().ToString().find("allowed in words"), std::string::npos);
  options_.mlflow.allow_file_locations = true;
  Start();
  const Json made = Ask(
      "GET", "experiments/get?experiment_id=" +
                 TextOf(Ask("POST", "experiments/create", R"({"name": "f"})"), {"experiment_id"}));
  EXPECT_EQ(TextOf(made, {"experiment", "artifact_location"}).find("file:/srv/mlruns/"), 0U);
}

}  // namespace
}  // namespace mooring::app
