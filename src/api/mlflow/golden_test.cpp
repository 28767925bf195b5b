// The exchanges recorded from MLflow's own client and server (3.6.1.dev0), in their order.
#include <gtest/gtest.h>

#include <cstdio>

#include "api/mlflow/golden_replay_for_tests.h"
#include "base/io/file_system.h"
#include "records/tracking/memory_tracking_for_tests.h"

namespace mooring::api {
namespace {

using testing::Exchange;
using testing::GoldenReplay;

// What is not served yet. Empty once the registry and the artifacts are there.
constexpr std::string_view kNotServed[] = {
    "/api/2.0/mlflow/registered-models/", "/api/2.0/mlflow/model-versions/",
    "/api/2.0/mlflow-artifacts/", "/api/2.0/mlflow/artifacts/", "/get-artifact"};

// Where we differ from the recording by intent: the place, from 0, and what we answer instead.
struct Deviation {
  std::size_t place;
  int status;
  std::string_view text;  // in our answer
};
constexpr Deviation kDeviations[] = {
    // MLflow shows the words of its database behind the first sentence.
    {59, 400, "Experiment(name=errs) already exists."},
    // Without max_results MLflow answers with a token and no point.
    {93, 200, "\"key\":\"mNaN\",\"value\":\"NaN\""},
    {188, 200, ""},  // the version is ours
};

// Calls that the recording has left out, because like ones stand before them: what is asked right
// before an exchange, and the id of the recording that the answer's logged model stands for.
struct LeftOut {
  std::size_t before;
  const char *line, *body, *model;
};
constexpr LeftOut kLeftOut[] = {
    {30, "POST /api/2.0/mlflow/logged-models",
     R"({"experiment_id":"1","name":"xmodel","source_run_id":"0000000000000000000000000000a001",)"
     R"("params":[{"key":"lr","value":"0.1"},{"key":"a","value":"1"},{"key":"b","value":"2"}],)"
     R"("tags":[{"key":"mlflow.user","value":"<user>"},{"key":"mlflow.source.name","value":)"
     R"("<source.name>"},{"key":"mlflow.source.type","value":"LOCAL"}]})",
     "m-00000000000000000000000000000002"},
    {30, "PATCH /api/2.0/mlflow/logged-models/m-00000000000000000000000000000002",
     R"({"status":"LOGGED_MODEL_READY"})", nullptr},
    {30, "POST /api/2.0/mlflow/runs/outputs",
     R"({"run_id":"0000000000000000000000000000a001","models":[{"model_id":)"
     R"("m-00000000000000000000000000000002","step":0}]})",
     nullptr},
    {33, "POST /api/2.0/mlflow/experiments/create", R"({"name":"golden"})", nullptr},
    {33, "PATCH /api/2.0/mlflow/logged-models/m-00000000000000000000000000000001/tags",
     R"({"tags":[{"key":"mlflow.modelVersions","value":"[{\"name\": \"modX\", \"version\": 1}, )"
     R"({\"name\": \"modX\", \"version\": \"1\"}, {\"name\": \"modX\", \"version\": 2}, )"
     R"({\"name\": \"modX\", \"version\": \"2\"}]"}]})",
     nullptr},
};

std::string Recording() {
  return PosixFileSystem()
      .ReadFile(std::string(MOORING_SOURCE_DIR) + "/tests/golden/mlflow_rest/mlflow_rest.jsonl",
                limits::kMiB)
      .value();
}

bool IsServed(const Exchange& exchange) {
  for (const std::string_view prefix : kNotServed) {
    if (exchange.path.starts_with(prefix)) return false;
  }
  return true;
}

bool Searches(const Exchange& exchange) {
  return exchange.request.find("\"filter\"") != exchange.request.npos ||
         exchange.request.find("\"order_by\"") != exchange.request.npos;
}

void AskLeftOut(GoldenReplay& replay, const LeftOut& one) {
  const std::string line = one.line;
  const std::size_t space = line.find(' ');
  const auto answer = replay.Ask(line.substr(0, space), line.substr(space + 1), one.body);
  EXPECT_EQ(answer.status, 200) << line << answer.body;
  if (one.model == nullptr) return;
  const Json json = answer.json();
  const Json* const model = json.Find("model");
  ASSERT_NE(model, nullptr);
  replay.Bind(one.model, std::string(*model->Find("info")->GetString("model_id")));
}

// Replays what is served; exchanges with filters and orders only where the store knows them. How
// many there were.
std::size_t ReplayAll(records::TrackingStore& tracking, SimulatedClock& clock, bool searches) {
  testing::TestApi api;
  api.use.tracking = &tracking;
  GoldenReplay replay(MakeHandler(api.use));
  const std::vector<Exchange> exchanges = testing::ReadExchanges(Recording());
  EXPECT_EQ(exchanges.size(), 193U);
  std::size_t replayed = 0;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    clock.Advance(std::chrono::milliseconds(1));
    for (const LeftOut& one : kLeftOut) {
      if (one.before == i) AskLeftOut(replay, one);
    }
    const Exchange& exchange = exchanges[i];
    if (!IsServed(exchange) || (Searches(exchange) && !searches)) continue;
    ++replayed;
    const auto* const deviation =
        std::find_if(std::begin(kDeviations), std::end(kDeviations),
                     [&](const Deviation& each) { return each.place == i; });
    if (deviation == std::end(kDeviations)) {
      EXPECT_EQ(replay.Replay(exchange), "")
          << i << " " << exchange.method << " " << exchange.path << " " << exchange.request;
      continue;
    }
    const auto answer =
        replay.Ask(exchange.method, exchange.path, exchange.request, exchange.content_type);
    EXPECT_EQ(answer.status, deviation->status) << i;
    EXPECT_NE(answer.body.find(deviation->text), answer.body.npos) << i << answer.body;
  }
  return replayed;
}

TEST(MlflowGolden, EveryExchangeButSearchesIsAnsweredFromMemory) {
  SimulatedClock clock;
  records::testing::MemoryTracking tracking(clock);
  EXPECT_EQ(ReplayAll(tracking, clock, false), 97U);
}

#if __has_include("records/tracking/sqlite/sqlite_tracking_store.h")
TEST(MlflowGolden, EveryExchangeIsAnsweredFromSqlite) {
  SimulatedClock clock;
  const std::string file = ::testing::TempDir() + "golden_tracking.db";
  for (const char* const end : {"", "-wal", "-shm"}) std::remove((file + end).c_str());
  auto tracking = records::OpenSqliteTracking({.file = file, .clock = &clock, .seed = 7});
  ASSERT_TRUE(tracking.ok());
  EXPECT_EQ(ReplayAll(**tracking, clock, true), 110U);
}
#endif

}  // namespace
}  // namespace mooring::api
