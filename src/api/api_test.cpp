#include "api/api.h"

#include <sstream>

#include "api/api_fixture.h"
#include "api/call.h"
#include "api/http/socket_client.h"
#include "api/metrics/metrics.h"
#include "api/metrics/process.h"

namespace mooring::api {
namespace {

using testing::TestApi;

TEST(Api, SaysWhatAPathTakes) {
  TestApi api;
  const auto refused = api.Get("/v2/models/m/infer");
  EXPECT_EQ(refused.status, 405);
  ASSERT_FALSE(refused.headers.empty());
  EXPECT_EQ(refused.headers[0], (std::pair<std::string, std::string>("Allow", "POST")));
  EXPECT_TRUE(refused.json().GetString("error").ok());
  EXPECT_TRUE(api.Get("/api/v1/nothing").json().GetString("message").ok());
  EXPECT_TRUE(api.Post("/serving-endpoints/m/x", "").json().GetString("error_code").ok());
}

TEST(Api, TakesBodiesOfTheTypesItReads) {
  TestApi api;
  const std::string row = R"({"inputs":{"a":1}})";
  const auto send = [&](const std::string& path, const std::string& type) {
    const std::string header = type.empty() ? "" : "Content-Type: " + type + "\r\n";
    return testing::Send(api.handler, "POST " + path, row, header);
  };
  const std::tuple<const char*, const char*, int> cases[] = {
      {"/api/v1/models/m/decide", "", 200},
      {"/api/v1/models/m/decide", "Application/JSON; charset=\"UTF-8\"", 200},
      {"/api/v1/models/m/decide", "text/plain", 415},
      {"/api/v1/models/m/decide", "application/x-ndjson", 415},
      {"/api/v1/models/m/decide", "application/json; charset=cp1251", 415},
      {"/v2/models/m/infer", "application/octet-stream", 400},  // read, and found wanting
      {"/v2/models/m/infer", "application/x-www-form-urlencoded", 415},
      {"/api/v1/outcomes", "application/jsonl", 400},
      {"/api/v1/outcomes", "text/csv", 415},
      {"/api/v1/models/m/rollback", "text/plain", 415},
  };
  for (const auto& [path, type, status] : cases) {
    const auto answer = send(path, type);
    EXPECT_EQ(answer.status, status) << path << " " << type << " " << answer.body;
    EXPECT_EQ(answer.body.find("UTF-8") != std::string::npos, std::string(type).ends_with("1251"));
  }
}

TEST(Api, AnswersAdministrativeCallsWithoutTheirStoresBy503) {
  TestApi api;
  for (const char* path :
       {"/api/v1/models", "/api/v1/desired", "/api/v1/models/m", "/api/v1/journal",
        "/api/v1/models/m/versions", "/api/v1/models/m/aliases", "/api/v1/models/m/verdicts"}) {
    EXPECT_EQ(api.Get(path).status, 503) << path;
  }
}

TEST(Api, CountsWhatHappenedInItsMetrics) {
  TestApi api;
  api.Decide(R"({"inputs":{"a":1}})");
  api.Decide(R"({"inputs":{"a":5000}})");
  api.Infer("{}");
  const auto metrics = api.Get("/metrics");
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"mooring_requests_total{protocol=\"native\",code=\"200\"} 1\n",
        "mooring_requests_total{protocol=\"native\",code=\"400\"} 1\n",
        "mooring_requests_total{protocol=\"open_inference\",code=\"400\"} 1\n",
        "mooring_decisions_total{model=\"m\",version=\"1\",verdict=\"admit\"} 1\n",
        "feature=\"a\",rule=\"max\",action=\"reject\"} 1\n",
        "mooring_decision_latency_seconds_count{model=\"m\",version=\"1\"} 1\n",
        "mooring_loaded_version{model=\"m\",version=\"1\",role=\"champion\"} 1\n",
        "mooring_build_info{version=\"" MOORING_VERSION "\"} 1\n"}) {
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
  }
}

TEST(Api, KnowsItsProcess) {
  const ProcessFigures process = ReadProcess();
  EXPECT_GT(process.resident_bytes, 1'000'000U);
  EXPECT_GE(process.open_files, 3U);
  EXPECT_GT(process.cpu_seconds, 0.0);
}

TEST(Api, CountsStatusesThatHaveNoSlotTogether) {
  RequestCounters counters;
  counters.Count(Protocol::kNative, 200);
  counters.Count(Protocol::kNative, 299);
  counters.Count(Protocol::kNative, 599);
  EXPECT_EQ(counters.Of(Protocol::kNative, 0), 1U);
  EXPECT_EQ(counters.Of(Protocol::kNative, RequestCounters::kSlots - 1), 2U);
  EXPECT_EQ(counters.Of(Protocol::kMlflow, 0), 0U);
}

// The rules that promtool checks: each family once, HELP and TYPE in front, counters end in _total.
TEST(Api, ExposesFamiliesThatPromtoolAccepts) {
  TestApi api;
  api.Decide(R"({"inputs":{"a":1}})");
  std::istringstream lines(api.Get("/metrics").body);
  std::set<std::string> families, samples;
  std::string family, type;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << family;
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(line.substr(7, family.size()), family);
      type = line.substr(8 + family.size());
      EXPECT_EQ(type == "counter", family.ends_with("_total")) << family;
    } else {
      EXPECT_TRUE(line.starts_with(family)) << line;
      EXPECT_TRUE(samples.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
  }
  EXPECT_GT(families.size(), 20U);
}

TEST(Api, AnswersThroughSocketsAfterTheCommitAndInOrder) {
  TestApi api;
  api.journal.hold = true;
  auto server = HttpServer::Start({}, api.handler);
  ASSERT_TRUE(server.ok());
  SocketClient client((*server)->port());
  const std::string row = R"({"inputs":{"a":2}})";
  const std::string post =
      "POST /api/v1/models/m/decide HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
      std::to_string(row.size()) + "\r\n\r\n" + row;
  client.Send(post + post + "GET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (api.journal.blocks().size() < 2) std::this_thread::yield();
  std::thread([&] { api.journal.CommitNow(); }).join();
  const std::string answers = client.ReadUntil("extensions");
  const std::size_t first = answers.find("d1-1-1"), second = answers.find("d1-1-2");
  EXPECT_NE(first, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_LT(second, answers.find("extensions"));
}

TEST(Api, ADecisionThatCannotBeRecordedIsNotAnswered) {
  TestApi api;
  api.journal.fail_commit = true;
  const auto answer = api.Decide(R"({"inputs":{"a":2}})");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body.find("score"), std::string::npos);
}

}  // namespace
}  // namespace mooring::api
