// The exchanges recorded from MLflow's own client and server (3.6.1.dev0), in their order.
#include <gtest/gtest.h>

#include "api/mlflow/golden_replay_for_tests.h"
#include "api/mlflow/stores_for_tests.h"
#include "base/io/file_system.h"
#include "records/tracking/memory_tracking_for_tests.h"

namespace mooring::api {
namespace {

using testing::Exchange;
using testing::GoldenReplay;
using testing::Stores;

// Where we differ from the recording by intent: the place, from 0, and what we answer instead.
struct Deviation {
  std::size_t place;
  int status;
  std::string_view text;  // in our answer
};
constexpr Deviation kDeviations[] = {
    // MLflow shows the words of its database behind the first sentence.
    {59, 400, "Experiment(name=errs) already exists."},
    // MLflow's search leaves out the aliases that its get tells.
    {31, 200, "\"aliases\":[\"champion\"]"},
    // Without max_results MLflow answers with a token and no point.
    {93, 200, "\"key\":\"mNaN\",\"value\":\"NaN\""},
    // MLflow says 500 of files that are not there, and its clients ask again for minutes.
    {176, 404, "\"error_code\":\"RESOURCE_DOES_NOT_EXIST\""},
    {178, 400, ""},  // refused as a path, before it is any call's
    {182, 404, "\"error_code\":\"RESOURCE_DOES_NOT_EXIST\""},
    {188, 200, ""},  // the version is ours
};

// Calls that the recording has left out, because like ones stand before them: what is asked right
// before an exchange, and the id of the recording that the answer's logged model stands for.
struct LeftOut {
  std::size_t before;
  const char *line, *body, *model;
};
constexpr LeftOut kLeftOut[] = {
    {29,
     "PUT /api/2.0/mlflow-artifacts/artifacts/1/models/m-00000000000000000000000000000001/"
     "artifacts/input_example.json",
     R"({"columns":["a","b","c","d","e"],"data":[[0.5488135039273248,0.7151893663724195,)"
     R"(0.6027633760716439,0.5448831829968969,0.4236547993389047],[0.6458941130666561,)"
     R"(0.4375872112626925,0.8917730007820798,0.9636627605010293,0.3834415188257777]]})",
     nullptr},
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
    {43, "POST /api/2.0/mlflow/registered-models/create", R"({"name":"modXcopy"})", nullptr},
};

std::string Recording() {
  return PosixFileSystem()
      .ReadFile(std::string(MOORING_SOURCE_DIR) + "/tests/golden/mlflow_rest/mlflow_rest.jsonl",
                limits::kMiB)
      .value();
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

// Replays the exchanges; those with filters and orders only where the store knows them. How many
// there were.
std::size_t ReplayAll(Stores& stores, bool searches) {
  GoldenReplay replay(MakeHandler(stores.api.use));
  replay.Bind("mod1795334268", "modX");  // a name that the recording did not renumber
  const std::vector<Exchange> exchanges = testing::ReadExchanges(Recording());
  EXPECT_EQ(exchanges.size(), 193U);
  std::size_t replayed = 0;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    stores.clock.Advance(std::chrono::milliseconds(1));
    for (const LeftOut& one : kLeftOut) {
      if (one.before == i) AskLeftOut(replay, one);
    }
    const Exchange& exchange = exchanges[i];
    if (Searches(exchange) && !searches) continue;
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

TEST(MlflowGolden, EveryExchangeButSearchesIsAnsweredWithTrackingInMemory) {
  Stores stores("golden_in_memory");
  records::testing::MemoryTracking tracking(stores.clock);
  stores.api.use.tracking = &tracking;
  EXPECT_EQ(ReplayAll(stores, false), 180U);
}

TEST(MlflowGolden, EveryExchangeIsAnsweredFromTheRealStores) {
  Stores stores("golden_stores");
  EXPECT_EQ(ReplayAll(stores, true), 193U);
}

}  // namespace
}  // namespace mooring::api
