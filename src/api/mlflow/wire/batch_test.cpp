#include "api/mlflow/wire/batch.h"

#include <cmath>
#include <limits>

#include "base/rng.h"

namespace mooring::api::mlflow {
namespace {

std::string Message(const Status& status) { return status.ok() ? "" : status.error().message(); }

Result<Batch> Read(const std::string& body) {
  Request request;
  request.method = Method::kPost;
  request.content_type = "application/json";
  request.body = body;
  return ReadBatch(request);
}

std::string Refusal(const std::string& body) {
  const Result<Batch> batch = Read(body);
  return batch.ok() ? "" : batch.error().message();
}

bool Same(const records::Metric& a, const records::Metric& b) {
  return a.key == b.key && (a.value == b.value || (std::isnan(a.value) && std::isnan(b.value))) &&
         a.timestamp == b.timestamp && a.step == b.step && a.model_id == b.model_id &&
         a.dataset_name == b.dataset_name && a.dataset_digest == b.dataset_digest;
}

std::string Repeated(const char* list, const std::string& element, int count) {
  std::string body = std::string(R"({"run_id":"r",")") + list + "\":[";
  for (int i = 0; i < count; ++i) body += (i == 0 ? "" : ",") + element;
  return body + "]}";
}

TEST(MlflowBatch, TheUsualBodyIsReadInOnePass) {
  const auto batch = ReadBatchQuickly(
      R"({"run_id":"r1","metrics":[{"key":"a","value":0.5,"timestamp":12,"step":-3,"run_id":"r1"},)"
      R"({"key":"b","value":"NaN","timestamp":0,"model_id":"m-1","dataset_name":"d",)"
      R"("dataset_digest":"e"}],"params":[{"key":"p","value":""}],"tags":[{"key":"t"}],"x":{}})");
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->run_id, "r1");
  ASSERT_EQ(batch->metrics.size(), 2U);
  EXPECT_EQ(batch->metrics[0].step, -3);
  EXPECT_EQ(batch->metrics[0].run_id, "");
  EXPECT_TRUE(std::isnan(batch->metrics[1].value));
  EXPECT_EQ(batch->metrics[1].model_id, "m-1");
  EXPECT_EQ(batch->params, (std::vector<records::KeyValue>{{"p", ""}}));
  EXPECT_EQ(batch->tags, (std::vector<records::KeyValue>{{"t", ""}}));
}

TEST(MlflowBatch, RefusesInMlflowsWords) {
  const std::string docs = " See the API docs for more information about request parameters.";
  const auto missing = [&](const std::string& name) {
    return "Missing value for required parameter '" + name + "'." + docs;
  };
  const std::pair<std::string, std::string> cases[] = {
      {"", missing("run_id")},
      {"{}", missing("run_id")},
      {R"({"run_id":"r","metrics":[{"value":1,"timestamp":1}]})", missing("metrics[0].key")},
      {R"({"run_id":"r","metrics":[{"key":"a","timestamp":1}]})", missing("metrics[0].value")},
      {R"({"run_id":"r","metrics":[{"key":"a","value":null,"timestamp":1}]})",
       missing("metrics[0].value")},
      {R"({"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":1},{"key":"a","value":1}]})",
       missing("metrics[1].timestamp")},
      {R"({"run_id":"r","params":[{"value":"1"}]})", missing("params[0].key")},
      {R"({"run_id":"r","tags":[{"key":"","value":"1"}]})", missing("tags[0].key")},
      {R"({"run_id":"r","metrics":"x"})",
       "Invalid value \"x\" for parameter 'metrics' supplied:  Hint: Value was of type 'str'." +
           docs},
      {R"({"run_id":"r","metrics":[{"key":"a","value":"abc","timestamp":1}]})",
       "Invalid value \"abc\" for parameter 'metrics[0].value' supplied:  Hint: Value was of type "
       "'str'." +
           docs},
      {R"({"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":-1}]})",
       "Invalid value -1 for parameter 'metrics[0].timestamp' supplied: metric 'a' (value=1.0). "
       "Timestamp must be a nonnegative long (64-bit integer) "},
      {R"({"run_id":"r","params":[{"key":"z","value":"1"},{"key":"z","value":"2"}]})",
       "Duplicate parameter keys have been submitted: ['z']. Please ensure the request contains "
       "only one param value per param key."},
      {Repeated("metrics", R"({"key":"b","value":1,"timestamp":1,"step":0})", 1001),
       "A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split "
       "up metrics across multiple requests and try again."},
      {Repeated("tags", R"({"key":"b","value":"1"})", 101),
       "A batch logging request can contain at most 100 tags. Got 101 tags. Please split up tags "
       "across multiple requests and try again."},
      {R"({"run_id":"r","x":")" + std::string(1'000'000, 'x') + "\"}",
       "Batched logging API requests must be at most 1000000 bytes, got a request of size "
       "1000021."},
  };
  for (const auto& [body, message] : cases) EXPECT_EQ(Refusal(body), message) << body.substr(0, 90);
  EXPECT_EQ(Refusal(Repeated("metrics", R"({"key":"b","value":1,"timestamp":1})", 1000)), "");
  EXPECT_TRUE(Refusal(R"({"run_id":"r","metrics":[{"key":"../x","value":1,"timestamp":1}]})")
                  .starts_with("Invalid value \"../x\" for parameter 'metrics[0].name' supplied: "
                               "Names may be treated as files"));
}

TEST(MlflowBatch, LongValuesAreCutAndInfinitiesKeptAsGreatest) {
  const auto batch =
      Read(R"({"run_id":"r","metrics":[{"key":"a","value":"Infinity","timestamp":1},)"
           R"({"key":"a","value":"-Infinity","timestamp":1}],"params":[{"key":"p",)"
           R"("value":")" +
           std::string(6001, 'x') + R"("}],"tags":[{"key":"t","value":")" + std::string(8001, 'x') +
           "\"}]}");
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->metrics[0].value, std::numeric_limits<double>::max());
  EXPECT_EQ(batch->metrics[1].value, -std::numeric_limits<double>::max());
  EXPECT_EQ(batch->params[0].value.size(), 6000U);
  EXPECT_EQ(batch->tags[0].value.size(), 8000U);
}

TEST(MlflowBatch, ASingleMetricIsCheckedUnderItsOwnName) {
  records::Metric metric;
  metric.key = "a//b";
  EXPECT_TRUE(Message(CheckMetric(metric, ""))
                  .starts_with("Invalid value \"a//b\" for parameter "
                               "'name' supplied"));
  metric.key = "a";
  metric.timestamp = -5;
  EXPECT_TRUE(Message(CheckMetric(metric, ""))
                  .starts_with("Invalid value -5 for parameter "
                               "'timestamp' supplied"));
}

// Pieces of bodies, usual and not, put together at random.
std::string RandomBody(Rng& rng) {
  const auto pick = [&](std::initializer_list<const char*> all) {
    return std::string(*(all.begin() + static_cast<std::ptrdiff_t>(rng.Below(all.size()))));
  };
  std::string body = pick({R"({"run_id":"r")", R"({"run_id":"\u0072")", R"({"run_uuid":"r")",
                           "{\"a\":1", R"({"run_id":null)", R"({"run_id":"r","run_id":"s")"});
  for (const char* const list : {"metrics", "params", "tags", "other"}) {
    if (rng.Below(3) == 0) continue;
    body += std::string(",\"") + list + "\":" + pick({"[", "[", "[", "[", "null", "\"x\"", "{}"});
    if (body.back() != '[') continue;
    for (std::size_t i = 0, count = rng.Below(3); i < count; ++i) {
      body += std::string(i == 0 ? "" : ",") + "{" +
              pick({R"("key":"k")", R"("key":"a/b")", R"("key":7)", R"("key":null)"});
      body += pick({R"(,"value":1.5)", R"(,"value":"2")", R"(,"value":"x")", "",
                    R"(,"value":"NaN")", R"(,"value":1e400)", R"(,"value":true)"});
      body += pick({R"(,"timestamp":5)", R"(,"timestamp":"6")", R"(,"timestamp":7.0)",
                    R"(,"timestamp":7.5)", ""});
      body += pick({R"(,"step":-1)", R"(,"step":"3")", "", R"(,"step":null)", R"(,"key":"z")"});
      body += pick({"}", "}", "}", "}", "]"});
    }
    body += "]";
  }
  return body + pick({"}", "}", "}", "}}", ""});
}

// Property: where the quick reader does not give up, the one with a tree reads the same.
TEST(MlflowBatch, BothReadersAgree) {
  Rng rng(20261122);
  int quick_ones = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string body = RandomBody(rng);
    const auto quick = ReadBatchQuickly(body);
    if (!quick) continue;
    ++quick_ones;
    const auto slow = ReadBatchOf(Fields::OfBody(body));
    ASSERT_TRUE(slow.ok()) << body << slow.error().message();
    EXPECT_EQ(quick->run_id, slow->run_id) << body;
    EXPECT_EQ(quick->params, slow->params) << body;
    EXPECT_EQ(quick->tags, slow->tags) << body;
    ASSERT_EQ(quick->metrics.size(), slow->metrics.size()) << body;
    for (std::size_t m = 0; m < quick->metrics.size(); ++m) {
      EXPECT_TRUE(Same(quick->metrics[m], slow->metrics[m])) << body;
    }
  }
  EXPECT_GT(quick_ones, 200);
}

}  // namespace
}  // namespace mooring::api::mlflow
