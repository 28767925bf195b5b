// A whole server with a limit: what people change is in force when they are told so, latches until
// two agree, and survives a restart.
#include <gtest/gtest.h>

#include <filesystem>

#include "app/server.h"
#include "base/net/transport.h"
#include "base/text/json.h"
#include "control/registration/convert_rows.h"
#include "control/registration/register_version.h"
#include "data/store/blob_store.h"
#include "records/limit_book/limit_book.h"

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
decision: {amount: "100 * prediction", currency: RUB}
limits:
  - {name: daily, sum: amount, over: lifetime, max: 500, then: deny, latch: true}
fallback: [deny]
)";
// A decision of this row costs 13.25.
constexpr char kRow[] = R"("age": 30, "income": 1000.5, "debt": 0.25, "score": 0.5, "children": 2)";

class ServerLimits : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "limits_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    auto registry =
        records::Registry::Open({.directory = folder_, .clock = &SystemClock()}).value();
    const auto applied = registry->ApplyContract(kContract, {.author = "t", .reason = "t"});
    ASSERT_TRUE(applied.ok()) << applied.error().ToString();
    auto blobs = data::BlobStore::Open(PosixFileSystem(), DataPaths(folder_).blobs).value();
    control::Registrar registrar;
    registrar.files = &PosixFileSystem();
    registrar.registry = registry.get();
    registrar.blobs = &blobs;
    registrar.shape = [](const auto&, const model::Signature& signature, const auto&,
                         const data::Batch& rows) {
      return control::ConvertRows(rows, signature.inputs);
    };
    control::RegisterRequest request;
    request.model = "credit";
    request.artifact_path =
        std::string(MOORING_SOURCE_DIR) + "/tests/golden/mlflow_models/booster_json";
    request.change = {.author = "t", .reason = "t"};
    ASSERT_TRUE(control::RegisterVersion(registrar, request).ok());
    ASSERT_TRUE(registry->SetAlias("credit", "champion", 1, request.change).ok());
    Start();
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Start() {
    const Status started = TryStart();
    ASSERT_TRUE(started.ok()) << started.error().ToString();
  }
  Status TryStart() {
    ServerOptions options;
    options.data_directory = folder_;
    options.port = 0;
    options.drain = std::chrono::seconds(5);
    auto server = Server::Start(options);
    if (!server.ok()) return server.error();
    server_ = std::move(*server);
    return Ok();
  }
  HttpAnswer Post(const std::string& path, const std::string& body) {
    return Call("POST", path, body);
  }
  HttpAnswer Call(const std::string& method, const std::string& path, const std::string& body) {
    HttpCall call;
    call.method = method;
    call.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    if (!body.empty()) call.headers = {{"Content-Type", "application/json"}};
    call.body = body;
    auto answer = transport_->Send(call);
    EXPECT_TRUE(answer.ok()) << answer.error().ToString();
    return answer.ok() ? *answer : HttpAnswer();
  }
  int Decide() {
    return Post("/api/v1/models/credit/decide", std::string(R"({"inputs": {)") + kRow + "}}")
        .status;
  }
  int Lower(const std::string& max) {
    return Post("/api/v1/limits/credit/daily/lower",
                R"({"reason":"r","author":"ann","max":")" + max + R"("})")
        .status;
  }
  // Asked by ann, approved by eve.
  int ByTwo(const std::string& what) {
    const HttpAnswer asked =
        Post("/api/v1/changes", R"({"reason":"r","author":"ann",)" + what + "}");
    EXPECT_EQ(asked.status, 200) << asked.body;
    const Json json = Json::Parse(asked.body).value();
    const Json& change = *json.Find("change");
    const std::string id = std::to_string(*change.GetUint("id"));
    return Post("/api/v1/changes/" + id + "/approve",
                R"({"author":"eve","hash":")" + std::string(*change.GetString("hash")) + R"("})")
        .status;
  }
  std::string folder_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Transport> transport_ = CurlTransport();
};

constexpr char kRelease[] = R"("kind":"release","model":"credit","limit":"daily")";

TEST_F(ServerLimits, HoldWhenTheyAreAnsweredAndAfterARestart) {
  EXPECT_EQ(Decide(), 200);
  ASSERT_EQ(Lower("20"), 200);
  EXPECT_EQ(Decide(), 409);  // at once, and it latches
  ASSERT_EQ(ByTwo(R"("kind":"raise","model":"credit","limit":"daily","max":"600")"), 200);
  EXPECT_EQ(Decide(), 409);  // still shut
  server_.reset();
  Start();
  EXPECT_EQ(Decide(), 409);
  ASSERT_EQ(ByTwo(kRelease), 200);
  EXPECT_EQ(Decide(), 200);
  server_.reset();
  Start();
  EXPECT_EQ(Decide(), 200);  // released, and raised
  ASSERT_EQ(Lower("40"), 200);
  EXPECT_EQ(Decide(), 409);
}

TEST_F(ServerLimits, ThatWereTakenAwayStopTheStartUntilPeopleAcceptIt) {
  ASSERT_EQ(Lower("20"), 200);
  server_.reset();
  const std::string book = DataPaths(folder_).limit_book();
  std::filesystem::remove(book);
  for (int again = 0; again < 2; ++again) {  // the first try left an empty book behind
    const Status started = TryStart();
    ASSERT_FALSE(started.ok());
    EXPECT_EQ(started.error().code(), Code::kDataLoss);
    EXPECT_NE(started.error().ToString().find("limits.db.lost"), std::string::npos);
  }
  ASSERT_TRUE(PosixFileSystem().WriteFileDurably(book + ".lost", AsBytes("ann: no copy")).ok());
  for (int again = 0; again < 2; ++again) {
    Start();
    EXPECT_EQ(Decide(), 200) << "by the contract";
    EXPECT_FALSE(PosixFileSystem().Exists(book + ".lost"));
    server_.reset();
  }
}

TEST_F(ServerLimits, FollowWhatAnotherProcessChanges) {
  EXPECT_EQ(Decide(), 200);
  auto book = std::move(records::LimitBook::Open(DataPaths(folder_).limit_book())).value();
  records::LimitChange lower;
  lower.kind = records::LimitChangeKind::kLower;
  lower.model = "credit";
  lower.limit = "daily";
  lower.max = "1";
  lower.over = "500";
  lower.reason = "r";
  lower.maker = "ann";
  lower.expires = SystemClock().Now() + std::chrono::hours(1);
  ASSERT_TRUE(book->Ask(lower, SystemClock().Now()).ok());
  const Nanos until = SystemClock().Monotonic() + std::chrono::minutes(1);
  bool seen = false;
  while (!seen && SystemClock().Monotonic() < until) {
    seen = Call("GET", "/api/v1/limits", "").body.find(R"("max":"1.00")") != std::string::npos;
  }
  EXPECT_TRUE(seen);
  EXPECT_EQ(Decide(), 409);
}

TEST_F(ServerLimits, KillsEndByTwo) {
  EXPECT_EQ(Decide(), 200);
  ASSERT_EQ(Post("/api/v1/kills", R"({"scope":"model","model":"credit","author":"ann"})").status,
            200);
  EXPECT_NE(Decide(), 200);
  EXPECT_EQ(ByTwo(R"("kind":"kill_release","kill":1)"), 200);
  EXPECT_EQ(Decide(), 200);
}

}  // namespace
}  // namespace mooring::app
