// What an attacker sends to MLflow's routes, over the real stores: each is refused as a fault of
// the caller, in MLflow's JSON, and nothing is changed. Clients try 5xx again for minutes.
#include <gtest/gtest.h>

#include "api/mlflow/stores_for_tests.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::Send;

std::string Repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

class Hostile : public ::testing::Test {
 protected:
  Hostile() {
    run_ = Text(Post("runs/create", R"({"experiment_id":"0"})"), "run_id");
    Post("registered-models/create", R"({"name":"m"})");
    Post("model-versions/create", R"({"name":"m","source":"s3://b/m"})");
  }
  Answered Ask(const std::string& method, const std::string& call, const std::string& body) {
    return Send(handler_, method + " /api/2.0/mlflow/" + call, body);
  }
  Answered Post(const std::string& call, const std::string& body) {
    return Ask("POST", call, body);
  }
  // The first member of that name, however deep.
  static std::string Text(const Answered& answer, const std::string& key) {
    const std::size_t at = answer.body.find("\"" + key + "\":\"");
    if (at == std::string::npos) return "";
    const std::size_t from = at + key.size() + 4;
    return answer.body.substr(from, answer.body.find('"', from) - from);
  }

  testing::Stores stores_{"mlflow_hostile"};
  const Handler handler_ = MakeHandler(stores_.api.use);
  std::string run_;
};

struct Row {
  const char* method;
  std::string call, body;
};

// Calls that are refused: of experiments and runs, and of models.
std::vector<Row> OfRuns(const std::string& run_id) {
  const std::string long_name(100'000, 'n'), deep(50'000, '[');
  const std::string run = R"("run_id":")" + run_id + "\"";
  return {
      {"POST", "runs/create", deep},
      {"POST", "runs/create", R"({"experiment_id":)" + deep},
      {"POST", "runs/create", Repeated(R"({"a":)", 20'000)},
      {"POST", "runs/create", R"({"experiment_id":"../0"})"},
      {"POST", "runs/create", R"({"experiment_id":"99999999999999999999"})"},
      {"POST", "runs/create", R"({"experiment_id":"-1"})"},
      {"POST", "runs/create", R"({"experiment_id":"0","start_time":9223372036854775808})"},
      {"POST", "runs/create", R"({"experiment_id":"0","start_time":"1e400"})"},
      {"POST", "runs/create", R"({"experiment_id":"0","tags":[{"key":"../x","value":"1"}]})"},
      {"POST", "experiments/create", R"({"name":")" + long_name + "\"}"},
      {"POST", "experiments/create", R"({"name":"e","artifact_location":"/etc"})"},
      {"POST", "experiments/create", R"({"name":"e","artifact_location":"file:///etc"})"},
      {"POST", "experiments/create",
       R"({"name":"e","artifact_location":"mlflow-artifacts:/../x"})"},
      {"GET", "experiments/get?experiment_id=999999999999999999999999", ""},
      {"GET", "experiments/get?experiment_id=%00", ""},
      {"GET", "runs/get?run_id=" + std::string(5'000, 'a'), ""},
      {"GET", "runs/get?run_id=..%2F..%2Fetc", ""},
      {"POST", "runs/log-metric",
       "{" + run + R"(,"key":"k","value":1,"timestamp":99999999999999999999,"step":0})"},
      {"POST", "runs/log-metric",
       "{" + run + R"(,"key":"k","value":1,"timestamp":1,"step":-99999999999999999999})"},
      {"POST", "runs/log-metric", "{" + run + R"(,"key":"k","value":"1e5e5","timestamp":1})"},
      {"POST", "runs/log-metric", "{" + run + R"(,"key":"a/../../b","value":1,"timestamp":1})"},
      {"POST", "runs/log-metric",
       "{" + run + R"(,"key":")" + long_name + R"(","value":1,"timestamp":1})"},
      {"POST", "runs/log-batch", "{" + run + R"(,"metrics":[)" + deep},
      {"POST", "runs/log-batch",
       "{" + run + R"(,"params":[)" + Repeated(R"({"key":"a","value":"1"},)", 101) +
           R"({"key":"b","value":"1"}]})"},
      {"POST", "runs/log-inputs",
       "{" + run + R"(,"datasets":[{"dataset":{"name":")" + long_name +
           R"(","digest":"d","source_type":"s","source":"x"}}]})"},
      {"POST", "runs/outputs", "{" + run + R"(,"models":[{"model_id":"../x","step":1e30}]})"},
  };
}

std::vector<Row> OfModels(const std::string& run_id) {
  const std::string long_name(100'000, 'n');
  return {
      {"POST", "logged-models", R"({"experiment_id":"0","name":"../../x"})"},
      {"GET", "logged-models/m-none", ""},
      {"POST", "registered-models/create", R"({"name":""})"},
      {"POST", "registered-models/create", R"({"name":")" + long_name + "\"}"},
      {"POST", "registered-models/create", R"({"name":["m"]})"},
      {"POST", "model-versions/create", R"({"name":"m","source":"file:///etc/passwd"})"},
      {"POST", "model-versions/create",
       R"({"name":"m","source":"models:/m/99999999999999999999"})"},
      {"POST", "model-versions/create", R"({"name":"m","source":"models:/m/-1"})"},
      {"POST", "model-versions/create", R"({"name":"m","source":"mlflow-artifacts:/%2e%2e/x"})"},
      {"GET", "model-versions/get?name=m&version=18446744073709551617", ""},
      {"GET", "model-versions/get?name=m&version=-1", ""},
      {"GET", "model-versions/get?name=m&version=1%00", ""},
      {"POST", "registered-models/alias", R"({"name":"m","alias":"a/b","version":"1"})"},
      {"POST", "registered-models/alias", R"({"name":"m","alias":"..","version":"1"})"},
      {"POST", "registered-models/alias",
       R"({"name":"m","alias":")" + std::string(256, 'a') + R"(","version":"1"})"},
      {"POST", "registered-models/alias", R"({"name":"m","alias":"a","version":"4294967297"})"},
      {"POST", "model-versions/transition-stage",
       R"({"name":"m","version":"1","stage":"Production; DROP TABLE cards"})"},
      {"GET", "artifacts/list?run_id=" + run_id + "&path=..%2F..", ""},
      {"GET", "artifacts/list?run_id=" + run_id + "&path=%252e%252e%252f", ""},
  };
}

TEST_F(Hostile, NumbersNamesAndTreesAreRefused) {
  std::vector<Row> rows = OfRuns(run_);
  for (const Row& row : OfModels(run_)) rows.push_back(row);
  for (const Row& row : rows) {
    const Answered answer = Ask(row.method, row.call, row.body);
    const std::string what =
        row.call.substr(0, 80) + " " + row.body.substr(0, 120) + " → " + answer.body.substr(0, 200);
    EXPECT_GE(answer.status, 400) << what;
    EXPECT_LT(answer.status, 500) << what;
    EXPECT_NE(answer.body.find("\"error_code\""), std::string::npos) << what;
    EXPECT_LT(answer.body.size(), 10'000u) << what;
  }
  EXPECT_EQ(Ask("GET", "registered-models/search", "").body.find("next_page_token"),
            std::string::npos);
  EXPECT_NE(Ask("GET", "runs/get?run_id=" + run_, "").body.find(run_), std::string::npos);
}

TEST_F(Hostile, SearchesTakeNoBombsAndNoForgedPlaces) {
  const std::string clause = "params.a = '1' AND ";
  const std::string filters[] = {
      Repeated(clause, 50'000) + "params.a = '1'",
      Repeated("(", 10'000) + "params.a = '1'" + Repeated(")", 10'000),
      "params.a = '" + std::string(200'000, 'x'),
      "run_id IN (" + Repeated("'a',", 100'000) + "'a')",
      "params.a LIKE '" + Repeated("%a", 50'000) + "'",
      "metrics.a > " + std::string(10'000, '9') + "e",
      "params.a = '1' UNION SELECT 1",
      "params.a = '1'; DROP TABLE runs",
      "tags.a = '1' OR 1=1",
      std::string("params.a = '1\\u0000'") + "' AND",
  };
  const std::string tokens[] = {"zzz",  "eyJvZmZzZXQiOiAtMX0=", "eyJvZmZzZXQiOiAxZTk5OX0=",
                                "W10=", "eyJvZmZzZXQiOiAiMSJ9", std::string(100'000, 'A')};
  const auto refused = [&](const std::string& call, const std::string& body) {
    const Answered answer = Post(call, body);
    EXPECT_EQ(answer.status, 400) << call << body.substr(0, 150) << answer.body.substr(0, 200);
    EXPECT_LT(answer.body.size(), 20'000u) << call << body.substr(0, 150);
  };
  for (const char* call : {"runs/search", "logged-models/search", "experiments/search"}) {
    const std::string ids = R"({"experiment_ids":["0"],)";
    for (const std::string& filter : filters) {
      refused(call, ids + R"("filter":")" + filter + "\"}");
    }
    for (const std::string& token : tokens) {
      refused(call, ids + R"("page_token":")" + token + "\"}");
    }
    for (const char* most : {"0", "-1", "50001", "9223372036854775808", "1e99", "\"x\""}) {
      refused(call, ids + R"("max_results":)" + most + "}");
    }
  }
  for (const std::string& token : tokens) {
    const std::string query = "?page_token=" + token.substr(0, 4'000);
    EXPECT_EQ(Ask("GET", "registered-models/search" + query, "").status, 400)
        << token.substr(0, 40);
    EXPECT_EQ(Ask("GET", "model-versions/search" + query, "").status, 400) << token.substr(0, 40);
  }
}

// A forged place beyond the end is the end; it shows nothing and costs nothing.
TEST_F(Hostile, APlaceBeyondTheEndIsTheEnd) {
  // {"offset": 9223372036854775807}
  const std::string token = "eyJvZmZzZXQiOiA5MjIzMzcyMDM2ODU0Nzc1ODA3fQ==";
  EXPECT_EQ(Post("runs/search", R"({"experiment_ids":["0"],"page_token":")" + token + "\"}").body,
            "{}");
  EXPECT_EQ(Ask("GET", "registered-models/search?page_token=" + token, "").body, "{}");
}

}  // namespace
}  // namespace mooring::api
