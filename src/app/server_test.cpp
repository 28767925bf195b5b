// The whole server in one process, over real sockets and a real disk: a model directory saved by
// MLflow is registered, promoted, asked through all three protocols, rolled back, restarted.
#include "app/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "app/housekeeping.h"
#include "base/net/transport.h"
#include "base/text/json.h"
#include "control/registration/convert_rows.h"
#include "control/registration/register_version.h"
#include "data/store/blob_store.h"
#include "monitoring/checkpoint.h"
#include "records/journal/reader.h"

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
privacy: {retain: 24h}
)";
// A row of the recorded exchanges (tests/golden/mlflow_models/booster_json.requests.jsonl).
constexpr char kRow[] = R"("age": 30, "income": 1000.5, "debt": 0.25, "score": 0.5, "children": 2)";
constexpr double kPrediction = 0.13246186077594757;

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "server_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    registry_ = records::Registry::Open({.directory = folder_, .clock = &SystemClock()}).value();
    ASSERT_TRUE(registry_->ApplyContract(kContract, Why()).ok());
    Register();
    Register();
    ASSERT_TRUE(registry_->SetAlias("credit", "champion", 1, Why()).ok());
  }
  void TearDown() override {
    server_.reset();
    registry_.reset();
    std::filesystem::remove_all(folder_);
  }

  static records::Change Why() {
    records::Change change;
    change.author = "test";
    change.reason = "test";
    return change;
  }

  void Register() {
    auto blobs = data::BlobStore::Open(PosixFileSystem(), DataPaths(folder_).blobs).value();
    control::Registrar registrar;
    registrar.files = &PosixFileSystem();
    registrar.registry = registry_.get();
    registrar.blobs = &blobs;
    registrar.shape = [](const auto&, const model::Signature& signature, const auto&,
                         const data::Batch& rows) {
      return control::ConvertRows(rows, signature.inputs);
    };
    control::RegisterRequest request;
    request.model = "credit";
    request.artifact_path =
        std::string(MOORING_SOURCE_DIR) + "/tests/golden/mlflow_models/booster_json";
    request.change = Why();
    const auto registered = control::RegisterVersion(registrar, request);
    ASSERT_TRUE(registered.ok()) << registered.error().ToString();
  }

  void Start() {
    ServerOptions options;
    options.data_directory = folder_;
    options.port = 0;
    options.library_directory = std::string(MOORING_DEPS_DIR) + "/lib";
    options.drain = std::chrono::seconds(5);
    options.alerts_file = alerts_file_;
    auto server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_ = std::move(*server);
  }

  HttpAnswer Call(const std::string& method, const std::string& path,
                  const std::string& body = "") {
    HttpCall call;
    call.method = method;
    call.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    if (!body.empty()) call.headers = {{"Content-Type", "application/json"}};
    call.body = body;
    auto answer = transport_->Send(call);
    EXPECT_TRUE(answer.ok()) << answer.error().ToString();
    return answer.ok() ? *answer : HttpAnswer();
  }
  HttpAnswer Decide(const std::string& request_id) {
    const std::string id = request_id.empty() ? "" : R"("request_id": ")" + request_id + R"(", )";
    return Call("POST", "/api/v1/models/credit/decide", "{" + id + R"("inputs": {)" + kRow + "}}");
  }

  // Waits, by asking, until the champion that answers is `version`; false after many tries.
  bool ChampionBecomes(const std::string& version) {
    for (int tries = 0; tries < 2000; ++tries) {
      const HttpAnswer answer = Decide("");
      if (answer.body.find("\"version\":" + version) != std::string::npos) return true;
    }
    return false;
  }

  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(PosixFileSystem().WriteFileDurably(folder_ + "/" + name, AsBytes(text)).ok());
  }
  // Waits, by deciding and asking, until the answer holds the text; false after a minute.
  bool Becomes(const std::string& path, const std::string& text) {
    const Nanos until = SystemClock().Monotonic() + std::chrono::minutes(1);
    while (SystemClock().Monotonic() < until) {
      EXPECT_EQ(Decide("").status, 200);  // whatever happens to alerts, decisions go on
      if (Call("GET", path).body.find(text) != std::string::npos) return true;
    }
    return false;
  }

  std::string folder_, alerts_file_;
  std::unique_ptr<records::Registry> registry_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Transport> transport_ = CurlTransport();
};

TEST_F(ServerTest, ThreeProtocolsGiveTheRecordedPrediction) {
  Start();
  EXPECT_EQ(Call("GET", "/ready").status, 200);
  EXPECT_EQ(Call("GET", "/v2/health/ready").status, 200);
  const HttpAnswer native = Decide("a");
  ASSERT_EQ(native.status, 200) << native.body;
  EXPECT_NE(native.body.find("\"verdict\":\"admit\""), std::string::npos) << native.body;
  const HttpAnswer mlflow = Call("POST", "/serving-endpoints/credit/invocations",
                                 std::string(R"({"dataframe_records": [{)") + kRow + "}]}");
  ASSERT_EQ(mlflow.status, 200) << mlflow.body;
  const Json predictions = Json::Parse(mlflow.body).value();
  EXPECT_EQ(predictions.GetArray("predictions").value()->front().AsDouble().value(), kPrediction);
  const HttpAnswer tensors = Call("POST", "/v2/models/credit/infer", R"({"inputs": [
      {"name": "age", "shape": [1], "datatype": "INT64", "data": [30]},
      {"name": "income", "shape": [1], "datatype": "FP64", "data": [1000.5]},
      {"name": "debt", "shape": [1], "datatype": "FP64", "data": [0.25]},
      {"name": "score", "shape": [1], "datatype": "FP32", "data": [0.5]},
      {"name": "children", "shape": [1], "datatype": "INT32", "data": [2]}]})");
  ASSERT_EQ(tensors.status, 200) << tensors.body;
  EXPECT_NE(tensors.body.find("\"model_version\":\"1\""), std::string::npos) << tensors.body;
}

TEST_F(ServerTest, ARollbackInTheRegistryMovesTraffic) {
  Start();
  ASSERT_TRUE(registry_->SetAlias("credit", "champion", 2, Why()).ok());
  EXPECT_TRUE(ChampionBecomes("2"));
  ASSERT_TRUE(registry_->Rollback("credit", Why()).ok());
  EXPECT_TRUE(ChampionBecomes("1"));
}

// A sink that is down holds up neither decisions nor detection, and gets each notification once.
TEST_F(ServerTest, AnAlertIsDeliveredOnceWhenItsSinkIsBack) {
  Write("sink.sh", "test -e " + folder_ + "/up || exit 1\ncat >> " + folder_ + "/taken\n");
  Write("alerts.yaml", "sinks: [{name: program, command: [sh, " + folder_ +
                           "/sink.sh]}]\nretry: {first: 1s, longest: 1s}\n");
  alerts_file_ = folder_ + "/alerts.yaml";
  Start();
  records::StoredVerdict verdict;
  verdict.model = "credit";
  verdict.version = 1;
  verdict.window_end = SystemClock().Now();
  verdict.verdict = "drift";
  verdict.findings_json =
      R"([{"kind":"feature_drift","subject":"age","level":"alert","certain":true,"n":900,)"
      R"("value":0.4,"threshold":0.2,"p_value":1e-9,"what":"age moved"}])";
  ASSERT_TRUE(registry_->StoreVerdicts({&verdict, 1}).ok());
  EXPECT_TRUE(Becomes("/api/v1/incidents", "age moved"));
  EXPECT_TRUE(Becomes("/api/v1/notifications?state=waiting", "exit code 1"));
  EXPECT_TRUE(Becomes("/metrics", "mooring_alerts_firing{model=\"credit\""));
  server_.reset();
  Start();  // what waited waits on
  Write("up", "");
  EXPECT_TRUE(Becomes("/api/v1/notifications?state=delivered", "\"event\":\"opened\""));
  server_.reset();
  const auto taken = PosixFileSystem().ReadFile(folder_ + "/taken", 1'000'000);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(std::count(taken->begin(), taken->end(), '\n'), 1);
  EXPECT_NE(taken->find("\"event\":\"opened\""), std::string::npos);
}

// A limit leaves it to a person; who asked polls, or asks again with the same id.
TEST_F(ServerTest, APersonDecidesWhatALimitLeavesToOne) {
  constexpr char kLimits[] = R"(limits: [{name: small, bound: score, max: 0.1, then: review}]
fallback: {invalid: [{review: {deadline: 1h, default: deny}}]}
)";
  ASSERT_TRUE(registry_->ApplyContract(std::string(kContract) + kLimits, Why()).ok());
  Start();
  const HttpAnswer asked = Decide("r-1");
  ASSERT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(asked.body.find("0.1324"), std::string::npos) << asked.body;
  const Json json = Json::Parse(asked.body).value();
  const Json& decision = (**json.GetArray("decisions"))[0];
  EXPECT_EQ(*decision.GetString("verdict"), "review");
  const std::string path = "/api/v1/reviews/" + std::string(*decision.GetString("id"));
  const HttpAnswer waits = Call("GET", path);
  EXPECT_EQ(waits.status, 202) << waits.body;
  EXPECT_NE(waits.body.find("\"income\":1000.5"), std::string::npos) << waits.body;
  EXPECT_EQ(Decide("r-1").status, 202);
  EXPECT_EQ(Call("POST", path + "/take", R"({"author": "ann"})").status, 200);
  const std::string given = R"({"value": 0.05, "note": "known", "author": "ann"})";
  const HttpAnswer decided = Call("POST", path + "/decide", given);
  EXPECT_EQ(decided.status, 200) << decided.body;
  EXPECT_EQ(Call("POST", path + "/decide", given).status, 409);
  EXPECT_EQ(Call("GET", path).status, 200);
  for (int start = 0; start < 2; ++start) {
    const HttpAnswer again = Decide("r-1");
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_NE(again.body.find(R"("verdict":"fallback","score":0.05)"), std::string::npos)
        << again.body;
    server_.reset();
    Start();  // and after a restart
  }
}

TEST_F(ServerTest, DoesNotStartWithAnAlertsFileThatIsWrong) {
  Write("alerts.yaml", "sinks: [{name: a}]\n");
  ServerOptions options;
  options.data_directory = folder_;
  options.port = 0;
  options.alerts_file = folder_ + "/alerts.yaml";
  const auto server = Server::Start(options);
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code(), Code::kInvalidArgument);
}

TEST_F(ServerTest, ADecisionOutlivesTheServerAndARetryGetsIt) {
  Start();
  const HttpAnswer first = Decide("order-1");
  ASSERT_EQ(first.status, 200) << first.body;
  server_.reset();
  Start();
  const HttpAnswer again = Decide("order-1");
  ASSERT_EQ(again.status, 200) << again.body;
  const std::size_t at = first.body.find("\"d1-");
  ASSERT_NE(at, std::string::npos) << first.body;
  const std::string id = first.body.substr(at, first.body.find('"', at + 1) - at);
  EXPECT_NE(again.body.find(id), std::string::npos) << again.body;
  server_.reset();
  const auto verified = records::VerifyJournal(PosixFileSystem(), DataPaths(folder_).journal);
  ASSERT_TRUE(verified.ok());
  EXPECT_TRUE(verified->findings.empty());
  EXPECT_EQ(verified->decisions, 1U);
}

TEST_F(ServerTest, AnOutcomeIsKnownAgainAfterARestart) {
  Start();
  ASSERT_EQ(Decide("order-1").status, 200);
  const auto tell = [this](const std::string& who, const std::string& rest) {
    return Call("POST", "/api/v1/outcomes",
                R"({"outcomes": [{)" + who + R"(, "name": "late", )" + rest + "}]}");
  };
  const std::string order = R"("request_id": "order-1")", value = R"("value": 1)";
  EXPECT_NE(tell(order, value).body.find(R"("recorded":1)"), std::string::npos);
  EXPECT_NE(tell(order, value).body.find(R"("repeated":1)"), std::string::npos);
  server_.reset();
  Start();
  EXPECT_NE(tell(order, value).body.find(R"("repeated":1)"), std::string::npos);
  EXPECT_NE(tell(order, R"("value": 0)").body.find(R"("corrected":1)"), std::string::npos);
  EXPECT_EQ(tell(R"("decision_id": "d1-1-0")", R"("value": 0)").status, 200);
  EXPECT_EQ(tell(order, R"("value": 1, "at": "2020-01-01T00:00:00Z")").status, 400);
  EXPECT_EQ(tell(R"("request_id": "order-2")", value).status, 404);
  EXPECT_EQ(tell(R"("decision_id": "d1-1-7")", value).status, 404);
  std::string many;
  for (int i = 0; i < 5000; ++i) {
    many += (i == 0 ? "" : ",") + ("{" + order + R"(, "name": "n)" + std::to_string(i % 100) +
                                   R"(", "value": 1})");
  }
  const HttpAnswer large = Call("POST", "/api/v1/outcomes", R"({"outcomes": [)" + many + "]}");
  EXPECT_EQ(large.body, R"({"recorded":100,"corrected":0,"repeated":4900,"refused":0,)"
                        R"("problems":[]})");
  EXPECT_NE(Call("GET", "/metrics").body.find("mooring_connections"), std::string::npos);
}

TEST_F(ServerTest, BrokenContractsAndUnknownModelsAreToldApart) {
  Start();
  const HttpAnswer old = Call("POST", "/api/v1/models/credit/decide",
                              R"({"inputs": {"age": 130, "debt": 1.0, "children": 0}})");
  EXPECT_EQ(old.status, 400) << old.body;
  EXPECT_NE(old.body.find("age"), std::string::npos) << old.body;
  EXPECT_EQ(Call("POST", "/api/v1/models/none/decide", "{\"inputs\": {}}").status, 404);
  EXPECT_EQ(Call("POST", "/api/v1/models/credit/decide", "{").status, 400);
}

// Found when the version is loaded, not by the first caller.
TEST_F(ServerTest, WithoutAKeyAContractThatPseudonymisesIsNotServed) {
  std::string contract = kContract;
  contract.replace(contract.find("{retain: 24h}"), 13, "{pseudonymise: [who]}");
  contract.insert(contract.find("output:"), "  who: {type: string, missing: flag}\n");
  const auto applied = registry_->ApplyContract(contract, Why());
  ASSERT_TRUE(applied.ok()) << applied.error().ToString();
  Start();
  EXPECT_EQ(Call("GET", "/v2/models/credit/ready").status, 503);
  const HttpAnswer answer = Decide("");
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_NE(answer.body.find("there is no key"), std::string::npos) << answer.body;
}

TEST_F(ServerTest, AJournalThatVanishesStopsAnswersAndReadiness) {
  Start();
  ASSERT_EQ(Decide("order-1").status, 200);
  const DataPaths paths(folder_);
  std::filesystem::rename(paths.journal, folder_ + "/elsewhere");
  int tries = 0;
  while (tries < 400'000 && Call("GET", "/ready").status == 200) ++tries;
  EXPECT_EQ(Call("GET", "/ready").status, 503);
  EXPECT_EQ(Decide("order-2").status, 503);
  std::filesystem::rename(folder_ + "/elsewhere", paths.journal);
  for (tries = 0; tries < 400'000 && Call("GET", "/ready").status != 200;) ++tries;
  EXPECT_EQ(Decide("order-3").status, 200) << "it was put back";
}

TEST_F(ServerTest, OneServerHasADataDirectory) {
  Start();
  ServerOptions options;
  options.data_directory = folder_;
  options.port = 0;
  const auto second = Server::Start(options);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::kConflict);
}

// A fresh journal would give ids again that rows of the lake have.
TEST_F(ServerTest, DoesNotStartWithoutTheJournalThatTheLakeWasMadeOf) {
  Start();
  ASSERT_EQ(Decide("order-1").status, 200);
  server_.reset();
  const DataPaths paths(folder_);
  std::filesystem::rename(paths.journal, folder_ + "/elsewhere");
  ServerOptions options;
  options.data_directory = folder_;
  options.port = 0;
  options.library_directory = std::string(MOORING_DEPS_DIR) + "/lib";
  const auto refusal = [&] {
    const auto server = Server::Start(options);
    return server.ok() ? std::string("it started") : server.error().ToString();
  };
  const auto put = [](const std::string& path, const std::string& text) {
    ASSERT_TRUE(PosixFileSystem().WriteFileDurably(path, AsBytes(text)).ok());
  };
  std::filesystem::create_directories(paths.lake + "/segments");
  put(paths.lake + "/segments/r1-00000001", "");
  EXPECT_NE(refusal().find("the journal is missing"), std::string::npos) << refusal();
  EXPECT_NE(refusal().find("the lake names segment 1"), std::string::npos) << refusal();
  std::filesystem::remove_all(paths.lake);
  monitoring::Checkpoint checkpoint;
  checkpoint[{"credit", 1}] = DecisionId{1, 3, 0};
  put(paths.watch_checkpoint, monitoring::CheckpointJson(checkpoint));
  EXPECT_NE(refusal().find("checkpoint names segment 3"), std::string::npos) << refusal();
  EXPECT_FALSE(std::filesystem::exists(paths.journal)) << "room to put it back";
  std::filesystem::remove(paths.watch_checkpoint);
  EXPECT_NE(refusal().find("the snapshot of limits names segment 1"), std::string::npos);
  std::filesystem::remove(paths.limits);
  Start();  // nothing knows of another journal
}

TEST_F(ServerTest, BeyondLoopbackOnlyWhenSaidInWords) {
  ServerOptions options;
  options.data_directory = folder_;
  options.host = "0.0.0.0";
  options.port = 0;
  EXPECT_FALSE(Server::Start(options).ok());
}

TEST_F(ServerTest, RetentionIsTheLongestOfAllModels) {
  const DataPaths paths(folder_);
  Housekeeping keep({.files = &PosixFileSystem(),
                     .clock = &SystemClock(),
                     .registry = registry_.get(),
                     .paths = &paths});
  EXPECT_EQ(keep.Retention().value(), std::chrono::hours(24));
  std::string other = kContract;
  other.replace(other.find("credit"), 6, "other");
  other.erase(other.find("privacy"));
  const auto applied = registry_->ApplyContract(other, Why());
  ASSERT_TRUE(applied.ok()) << applied.error().ToString();
  EXPECT_EQ(keep.Retention().value(), std::nullopt) << "the other model keeps everything";
}

}  // namespace
}  // namespace mooring::app
