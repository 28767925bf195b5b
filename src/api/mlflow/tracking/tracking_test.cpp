// Requests and answers of MLflow's tracking calls that the recorded exchanges lack, as tables, over
// the store in memory. What the recording has is in api/mlflow/golden_test.cpp.
#include "api/api_fixture.h"
#include "api/mlflow/routes.h"
#include "api/mlflow/tracking/entities.h"
#include "api/mlflow/tracking/experiments.h"
#include "api/mlflow/tracking/logged_model_files.h"
#include "api/mlflow/tracking/logged_models.h"
#include "api/mlflow/tracking/logging.h"
#include "api/mlflow/tracking/metrics.h"
#include "api/mlflow/tracking/page.h"
#include "api/mlflow/tracking/runs.h"
#include "api/mlflow/wire/answer.h"
#include "records/artifacts/artifact_store.h"
#include "records/tracking/memory_tracking_for_tests.h"

namespace mooring::api::mlflow {
namespace {

using testing::Answered;

// One experiment "1" with one run of id kRun, times standing still.
constexpr const char kRun[] = "00000000000000000000000000000001";
constexpr const char kModel[] = "m-00000000000000000000000000000001";

struct Step {
  const char* line;  // "POST runs/get": under /api/2.0/mlflow/ unless it starts with '/'
  std::string body;
  int status;
  std::string answer;  // <R> and <M> stand for the ids; refusals are given by their message
};

class MlflowTracking : public ::testing::Test {
 protected:
  MlflowTracking() {
    api_.use.tracking = &tracking_;
    api_.handler = MakeHandler(api_.use);
    Ask("POST experiments/create", R"({"name":"e"})");
    Ask("POST runs/create", R"({"experiment_id":"1","run_name":"r","start_time":5})");
  }

  static std::string Named(std::string text) {
    for (const auto& [word, id] : {std::pair("<R>", kRun), std::pair("<M>", kModel)}) {
      for (std::size_t at = text.find(word); at != text.npos; at = text.find(word)) {
        text.replace(at, std::string_view(word).size(), id);
      }
    }
    return text;
  }
  Answered Ask(const std::string& line, const std::string& body) {
    const std::size_t space = line.find(' ');
    const std::string target = Named(line.substr(space + 1));
    return testing::Send(
        api_.handler,
        line.substr(0, space) + (target[0] == '/' ? " " : " /api/2.0/mlflow/") + target,
        Named(body));
  }
  void Play(std::initializer_list<Step> steps) {
    for (const Step& step : steps) {
      const Answered answer = Ask(step.line, step.body);
      EXPECT_EQ(answer.status, step.status) << step.line << step.body << answer.body;
      const Json json = answer.json();
      const std::string expected = Named(step.answer);
      if (step.status == 200) {
        EXPECT_EQ(answer.body, expected) << step.line;
      } else if (json.Find("message") != nullptr) {
        EXPECT_EQ(*json.GetString("message"), expected) << step.line << step.body;
      } else {
        ADD_FAILURE() << step.line << answer.body;
      }
    }
  }

  SimulatedClock clock_;
  records::testing::MemoryTracking tracking_{clock_};
  testing::TestApi api_;
};

std::string Missing(const std::string& name) {
  return "Missing value for required parameter '" + name +
         "'. See the API docs for more information about request parameters.";
}

TEST_F(MlflowTracking, Experiments) {
  const std::string one = R"({"experiment_id":"1","name":"e","artifact_location":)"
                          R"("mlflow-artifacts:/1","lifecycle_stage":"active",)"
                          R"("last_update_time":1700000000000,"creation_time":1700000000000)";
  Play({
      {"GET experiments/get?experiment_id=1", "", 200, R"({"experiment":)" + one + "}}"},
      {"GET experiments/get-by-name?experiment_name=e", "", 200, R"({"experiment":)" + one + "}}"},
      {"POST experiments/set-experiment-tag", R"({"experiment_id":"1","key":"k","value":"v"})", 200,
       "{}"},
      {"GET experiments/get?experiment_id=1", "", 200,
       R"({"experiment":)" + one + R"(,"tags":[{"key":"k","value":"v"}]}})"},
      {"POST experiments/delete-experiment-tag", R"({"experiment_id":"1","key":"k"})", 200, "{}"},
      {"POST experiments/delete-experiment-tag", R"({"experiment_id":"1","key":"k"})", 404,
       "No tag with name: k in experiment with id 1"},
      {"POST experiments/delete-experiment-tag", R"({"experiment_id":"1"})", 400, Missing("key")},
      {"POST experiments/set-experiment-tag", R"({"experiment_id":"1","value":"v"})", 400,
       Missing("key")},
      {"POST experiments/set-experiment-tag",
       R"({"experiment_id":"1","key":"k","value":")" + std::string(5001, 'x') + "\"}", 400,
       "'value' exceeds the maximum length of 5000 characters"},
      {"POST experiments/create", R"({"name":")" + std::string(501, 'x') + "\"}", 400,
       "'name' exceeds the maximum length of 500 characters"},
      {"POST experiments/create", R"({"name":"x","artifact_location":"runs:/a/b"})", 400,
       "Artifact location cannot be a runs:/ URI. Given: 'runs:/a/b'"},
      {"POST experiments/update", R"({"experiment_id":"1"})", 400, Missing("new_name")},
      {"POST experiments/update", R"({"new_name":"f"})", 400, Missing("experiment_id")},
      {"POST experiments/delete", "{}", 400, Missing("experiment_id")},
      {"POST experiments/delete", R"({"experiment_id":"1"})", 200, "{}"},
      {"POST experiments/delete", R"({"experiment_id":"1"})", 404,
       "No Experiment with id=1 exists"},
      {"POST experiments/update", R"({"experiment_id":"1","new_name":"f"})", 400,
       "Cannot rename a non-active experiment."},
      {"POST runs/create", R"({"experiment_id":"1"})", 400,
       "The experiment 1 must be in the 'active' state. Current state is deleted."},
      {"POST runs/log-metric", R"({"run_id":"<R>","key":"a","value":1,"timestamp":1})", 400,
       "The run <R> must be in the 'active' state. Current state is deleted."},
      {"POST experiments/create", R"({"name":"e"})", 400, "Experiment(name=e) already exists."},
      {"POST experiments/restore", R"({"experiment_id":"1"})", 200, "{}"},
  });
  // GET and POST, each view, and the two ends of the limit.
  for (const char* const line :
       {"GET experiments/search?view_type=ALL&max_results=1", "POST experiments/search"}) {
    const Answered page = Ask(line, R"({"view_type":3,"max_results":1})");
    EXPECT_EQ((*page.json().GetArray("experiments"))->size(), 1U) << page.body;
    EXPECT_FALSE(page.json().GetString("next_page_token")->empty());
  }
  EXPECT_EQ(Ask("POST experiments/search", R"({"view_type":"DELETED_ONLY"})").body, "{}");
}

TEST_F(MlflowTracking, DatasetsOfExperimentsInBothSpellings) {
  const std::string inputs =
      R"({"run_id":"<R>","datasets":[{"tags":[{"key":"mlflow.data.context","value":"training"}],)"
      R"("dataset":{"name":"d","digest":"g","source_type":"code","source":"s"}}],)"
      R"("models":[{"model_id":"m-1"}]})";
  const std::string found = R"({"dataset_summaries":[{"experiment_id":"1","name":"d","digest":"g",)"
                            R"("context":"training"}]})";
  const std::string without =
      R"({"run_id":"<R>","datasets":[{"dataset":{"name":"d","digest":"g"}}]})";
  Play({
      {"POST runs/log-inputs", inputs, 200, "{}"},
      {"POST /api/2.0mlflow/experiments/search-datasets", R"({"experiment_ids":["1"]})", 200,
       found},
      {"POST /ajax-api/2.0/mlflow/experiments/search-datasets", R"({"experiment_ids":["1"]})", 200,
       found},
      {"POST experiments/search-datasets", R"({"experiment_ids":["0"]})", 200, "{}"},
      {"POST experiments/search-datasets", "{}", 400,
       "SearchDatasets request must specify at least one experiment_id."},
      {"POST runs/log-inputs", without, 400, Missing("datasets[0].dataset.source_type")},
      {"POST runs/log-inputs", R"({"run_id":"<R>","datasets":[{}]})", 400,
       Missing("datasets[0].dataset.name")},
      {"POST runs/log-inputs", R"({"datasets":[]})", 400, Missing("run_id")},
      {"POST runs/log-inputs",
       R"({"run_id":"<R>","datasets":[{"dataset":{"name":"d","digest":")" + std::string(37, 'x') +
           R"(","source_type":"c","source":"s"}}]})",
       400, "'digest' exceeds the maximum length of 36 characters"},
      {"POST runs/log-inputs", R"({"run_id":"<R>","models":[{}]})", 400,
       Missing("models[0].model_id")},
  });
}

TEST_F(MlflowTracking, RunsAndWhatIsLoggedIntoThem) {
  Play({
      {"POST runs/create",
       R"({"experiment_id":"1","run_name":"a","tags":[{"key":"mlflow.runName",)"
       R"("value":"b"}]})",
       400,
       "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
       "(run_name='a', mlflow.runName='b')."},
      {"POST runs/create", R"({"experiment_id":"1","start_time":"x"})", 400,
       "Invalid value \"x\" for parameter 'start_time' supplied:  Hint: Value was of type 'str'. "
       "See the API docs for more information about request parameters."},
      {"POST runs/log-parameter", R"({"run_id":"<R>","key":"p"})", 200, "{}"},
      {"POST runs/log-parameter", R"({"run_id":"<R>","value":"p"})", 400, Missing("key")},
      {"POST runs/log-metric", R"({"run_uuid":"<R>","key":"m","value":"1.5","timestamp":"7"})", 200,
       "{}"},
      {"POST runs/log-metric", R"({"run_id":"<R>","key":"m","value":1,"timestamp":null})", 400,
       Missing("timestamp")},
      {"POST runs/log-metric", R"({"run_id":"a b","key":"m","value":1,"timestamp":1})", 400,
       "Invalid value \"a b\" for parameter 'run_id' supplied."},
      {"POST runs/log-metric",
       R"({"run_id":"<R>","key":"n","value":2,"timestamp":8,"step":-4,)"
       R"("model_id":"m-1","dataset_name":"d","dataset_digest":"g"})",
       200, "{}"},
      {"POST runs/set-tag", R"({"run_id":"<R>","key":"mlflow.runName","value":"q"})", 200, "{}"},
      {"POST runs/outputs", R"({"run_id":"<R>"})", 400, Missing("models")},
      {"POST runs/outputs", R"({"run_id":"<R>","models":[{"model_id":"m-1","step":"3"}]})", 200,
       "{}"},
      {"POST runs/delete-tag", R"({"run_id":"<R>"})", 400, Missing("key")},
      {"GET runs/get?run_uuid=<R>", "", 200,
       R"({"run":{"info":{"run_uuid":"<R>","experiment_id":"1","run_name":"q","user_id":"",)"
       R"("status":"RUNNING","start_time":5,"artifact_uri":"mlflow-artifacts:/1/<R>/artifacts",)"
       R"("lifecycle_stage":"active","run_id":"<R>"},"data":{"metrics":[{"key":"m","value":1.5,)"
       R"("timestamp":7,"step":0},{"key":"n","value":2.0,"timestamp":8,"step":-4,)"
       R"("dataset_name":"d","dataset_digest":"g","model_id":"m-1"}],"params":[{"key":"p",)"
       R"("value":""}],"tags":[{"key":"mlflow.runName","value":"q"}]},"inputs":{},"outputs":)"
       R"({"model_outputs":[{"model_id":"m-1","step":3}]}}})"},
      {"POST runs/search", R"({"experiment_ids":["1"],"max_results":0})", 400,
       "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"},
      {"POST runs/search", R"({"experiment_ids":"1"})", 400,
       "Invalid value \"1\" for parameter 'experiment_ids' supplied:  Hint: Value was of type "
       "'str'. See the API docs for more information about request parameters."},
      {"POST runs/search", R"({"experiment_ids":["1"],"run_view_type":"DELETED_ONLY"})", 200, "{}"},
      {"POST runs/delete", R"({"run_id":"<R>"})", 200, "{}"},
      {"POST runs/delete", R"({"run_id":"<R>"})", 200, "{}"},
      {"POST runs/update", R"({"run_id":"<R>","status":"FINISHED"})", 400,
       "The run <R> must be in the 'active' state. Current state is deleted."},
      {"POST runs/restore", "{}", 400, Missing("run_id")},
  });
}

TEST_F(MlflowTracking, ModelsOfOldClientsGoIntoATag) {
  const auto logged = [](const char* path) {
    return R"({"run_id":"<R>","model_json":"{\"artifact_path\":\")" + std::string(path) +
           R"(\",\"flavors\":{},\"utc_time_created\":\"t\",\"run_id\":\"r\"}"})";
  };
  Play({
      {"POST runs/log-model", logged("a"), 200, "{}"},
      {"POST runs/log-model", logged("b"), 200, "{}"},
      {"POST runs/log-model", R"({"run_id":"<R>","model_json":"x"})", 400,
       "Malformed model info. \n x \n is not a valid JSON."},
      {"POST runs/log-model",
       R"({"run_id":"<R>","model_json":"{\"flavors\":{},\"run_id\":\"r\"}"})", 400,
       "Model json is missing mandatory fields: {'artifact_path', 'utc_time_created'}"},
      {"POST runs/log-model", R"({"run_id":"<R>"})", 400, Missing("model_json")},
      {"POST runs/log-model", logged("a").replace(11, 3, "none"), 404,
       "Run with id=none not found"},
  });
  const auto run = tracking_.GetRun(kRun).value();
  ASSERT_EQ(run.tags[0].key, "mlflow.log-model.history");
  const Json history = Json::Parse(run.tags[0].value).value();
  ASSERT_EQ((*history.AsArray())->size(), 2U);
  EXPECT_EQ(*(*history.AsArray())->at(1).GetString("artifact_path"), "b");
}

TEST_F(MlflowTracking, HistoriesOfMetrics) {
  for (const char* const point :
       {R"("value":1,"timestamp":3,"step":1)", R"("value":2,"timestamp":4,"step":2)",
        R"("value":"NaN","timestamp":5,"step":3)"}) {
    Ask("POST runs/log-metric", std::string(R"({"run_id":"<R>","key":"m",)") + point + "}");
  }
  const std::string one = R"({"key":"m","value":1.0,"timestamp":3,"step":1)";
  const std::string two = R"({"key":"m","value":2.0,"timestamp":4,"step":2)";
  const std::string three = R"({"key":"m","value":"NaN","timestamp":5,"step":3)";
  const std::string of = R"(,"run_id":"<R>"})";
  const std::string interval = "GET metrics/get-history-bulk-interval?metric_key=m&run_ids=<R>";
  const std::string bulk = "GET /ajax-api/2.0/mlflow/metrics/get-history-bulk?metric_key=m";
  std::string many;
  for (int i = 0; i < 101; ++i) many += "&run_id=r&run_ids=r";
  const std::string too_many = bulk + many;
  const std::string too_many_ids = interval + many;
  const std::string both = interval + "&start_step=1", crossed = both + "&end_step=0";
  const std::string some = both + "&end_step=2", none = interval + "&max_results=0";
  const std::string of_runs = bulk + "&run_id=zz&run_id=<R>&max_results=2",
                    no_key = "GET /ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=<R>";
  Play({
      {"GET metrics/get-history?run_id=<R>&metric_key=m", "", 200,
       R"({"metrics":[)" + one + "}," + two + "}," + three + "}]}"},
      {"GET metrics/get-history?run_id=<R>&metric_key=m&max_results=2", "", 200,
       R"({"metrics":[)" + one + "}," + two + R"(}],"next_page_token":"@2"})"},
      {"GET metrics/get-history?run_id=<R>&metric_key=m&page_token=@2", "", 200,
       R"({"metrics":[)" + three + "}]}"},
      {"GET metrics/get-history?run_id=<R>&metric_key=m&page_token=zz", "", 400,
       "Invalid page token, could not base64-decode"},
      {"GET metrics/get-history?run_id=<R>", "", 400, Missing("metric_key")},
      {"GET metrics/get-history?metric_key=m", "", 400, Missing("run_id")},
      {interval.c_str(), "", 200,
       R"({"metrics":[)" + one + of + "," + two + of + "," + three + of + "]}"},
      {some.c_str(), "", 200, R"({"metrics":[)" + one + of + "," + two + of + "]}"},
      {both.c_str(), "", 400,
       "If either start step or end step are specified, both must be specified."},
      {crossed.c_str(), "", 400,
       "end_step must be greater than start_step. Found start_step=1 and end_step=0."},
      {none.c_str(), "", 400,
       "max_results must be between 1 and 2500. See the API docs for more information about "
       "request parameters."},
      {too_many_ids.c_str(), "", 400,
       "GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received 102 "
       "run_ids. See the API docs for more information about request parameters."},
      {"GET metrics/get-history-bulk-interval?metric_key=m", "", 400, Missing("run_ids")},
      {of_runs.c_str(), "", 200, R"({"metrics":[)" + one + of + "," + two + of + "]}"},
      {too_many.c_str(), "", 400,
       "GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received 101 run_ids."},
      {bulk.c_str(), "", 400, "GetMetricHistoryBulk request must specify at least one run_id."},
      {no_key.c_str(), "", 400, "GetMetricHistoryBulk request must specify a metric_key."},
  });
}

TEST_F(MlflowTracking, LoggedModels) {
  const auto shown = [](const std::string& status, const std::string& tags,
                        const std::string& data) {
    return R"({"info":{"model_id":"<M>","experiment_id":"1","name":"n","creation_timestamp_ms":)"
           R"(1700000000000,"last_updated_timestamp_ms":1700000000000,"artifact_uri":)"
           R"("mlflow-artifacts:/1/models/<M>/artifacts","status":"LOGGED_MODEL_)" +
           status + R"(","model_type":"t","source_run_id":"<R>")" + tags + R"(},"data":{)" + data +
           "}}";
  };
  const std::string param = R"("params":[{"key":"p","value":"1"}])";
  const std::string params = R"("params":[{"key":"p","value":"1"},{"key":"q","value":"2"}])";
  const std::string docs = " See the API docs for more information about request parameters.";
  Play({
      {"POST logged-models",
       R"({"experiment_id":"1","name":"n","model_type":"t","source_run_id":"<R>",)" + param + "}",
       200, R"({"model":)" + shown("PENDING", "", param) + "}"},
      {"POST logged-models", "{}", 400, Missing("experiment_id")},
      {"POST logged-models", R"({"experiment_id":"1","name":"a/b"})", 400,
       "Invalid model name (a/b) provided. Model name must be a non-empty string and cannot "
       "contain the following characters: ('/', ':', '.', '%', '\"', \"'\")"},
      {"PATCH logged-models/<M>", R"({"status":"LOGGED_MODEL_UPLOAD_FAILED"})", 200,
       R"({"model":)" + shown("UPLOAD_FAILED", "", param) + "}"},
      {"PATCH logged-models/<M>", R"({"status":2})", 200,
       R"({"model":)" + shown("READY", "", param) + "}"},
      {"PATCH logged-models/<M>", "{}", 400, Missing("status")},
      {"PATCH logged-models/<M>", R"({"status":"DONE"})", 400,
       "Invalid value \"DONE\" for parameter 'status' supplied:  Hint: Value was of type 'str'." +
           docs},
      {"PATCH logged-models/<M>/tags", R"({"tags":[{"key":"k","value":"v"}]})", 200, "{}"},
      {"POST logged-models/<M>/params", R"({"params":[{"key":"q","value":"2"}]})", 200, "{}"},
      {"GET logged-models/<M>", "", 200,
       R"({"model":)" + shown("READY", R"(,"tags":[{"key":"k","value":"v"}])", params) + "}"},
      {"DELETE logged-models/<M>/tags/k", "", 200, "{}"},
      {"DELETE logged-models/<M>/tags/k", "", 404,
       "No tag with key 'k' found for model with ID '<M>'."},
      {"POST logged-models/search", R"({"experiment_ids":["1"],"max_results":1})", 200,
       R"({"models":[)" + shown("READY", "", params) + "]}"},
      {"POST logged-models/search", R"({"experiment_ids":["1"],"order_by":[{}]})", 400,
       Missing("order_by[0].field_name")},
      {"POST logged-models/search",
       R"({"experiment_ids":["1"],"order_by":[{"field_name":"metrics.a","dataset_digest":"g"}]})",
       400, "`dataset_digest` can only be specified if `dataset_name` is also specified."},
      {"POST logged-models/search",
       R"({"experiment_ids":["1"],"datasets":[{"dataset_digest":"g"}]})", 400,
       Missing("datasets[0].dataset_name")},
      {"GET logged-models/<M>/artifacts/directories", "", 501, "this server keeps no artifacts"},
      {"DELETE logged-models/<M>", "", 200, "{}"},
      {"GET logged-models/<M>", "", 404, "Logged model with ID '<M>' not found."},
      {"DELETE logged-models/m-none", "", 404, "Logged model with ID 'm-none' not found."},
  });
}

// Two files of the logged model kModel, as the artifact store tells of them.
class FewArtifacts final : public records::ArtifactStore {
 public:
  class Reader final : public records::ArtifactReader {
   public:
    std::uint64_t size() const override { return text_.size(); }
    const std::string& sha256() const override { return text_; }
    Result<ByteSpan> Read(std::uint64_t offset, std::size_t) override {
      return ByteSpan(reinterpret_cast<const std::byte*>(text_.data()) + offset, 2);
    }

   private:
    const std::string text_ = "flavors:";
  };
  Result<std::unique_ptr<records::ArtifactUpload>> Begin() override { return None(); }
  Result<std::unique_ptr<records::ArtifactReader>> Get(std::string_view path) const override {
    if (path != Root() + "/MLmodel") return None();
    return std::unique_ptr<records::ArtifactReader>(new Reader());
  }
  Result<std::vector<records::ArtifactEntry>> List(std::string_view directory) const override {
    if (directory == Root()) {
      return std::vector<records::ArtifactEntry>{{"MLmodel", false, 8, ""}, {"data", true, 0, ""}};
    }
    if (directory == Root() + "/data") {
      return std::vector<records::ArtifactEntry>{{"model.ubj", false, 70, ""}};
    }
    return std::vector<records::ArtifactEntry>{};
  }
  Result<std::vector<records::ArtifactEntry>> ListAll(std::string_view) const override {
    return None();
  }
  Status Remove(std::string_view) override { return None(); }
  Result<std::size_t> Sweep() { return None(); }
  Status Materialise(std::string_view, const std::string&) const override { return None(); }

 private:
  static Error None() { return Error(Code::kNotFound, "no such file"); }
  static std::string Root() { return "1/models/" + std::string(kModel) + "/artifacts"; }
};

TEST_F(MlflowTracking, FilesOfLoggedModels) {
  FewArtifacts artifacts;
  api_.use.artifacts = &artifacts;
  api_.handler = MakeHandler(api_.use);
  Ask("POST logged-models", R"({"experiment_id":"1","name":"n"})");
  const std::string root = R"({"root_uri":"mlflow-artifacts:/1/models/<M>/artifacts")";
  Play({
      {"GET logged-models/<M>/artifacts/directories", "", 200,
       root + R"(,"files":[{"path":"MLmodel","is_dir":false,"file_size":8},)"
              R"({"path":"data","is_dir":true}]})"},
      {"GET logged-models/<M>/artifacts/directories?artifact_directory_path=data/", "", 200,
       root + R"(,"files":[{"path":"data/model.ubj","is_dir":false,"file_size":70}]})"},
      {"GET logged-models/<M>/artifacts/directories?artifact_directory_path=none", "", 200,
       root + "}"},
      {"GET logged-models/m-0/artifacts/directories", "", 404,
       "Logged model with ID 'm-0' not found."},
      {"GET /ajax-api/2.0/mlflow/logged-models/<M>/artifacts/files?artifact_file_path=MLmodel", "",
       200, "flavors:"},
      {"GET /ajax-api/2.0/mlflow/logged-models/<M>/artifacts/files?artifact_file_path=x", "", 404,
       "no such file"},
      {"GET /ajax-api/2.0/mlflow/logged-models/<M>/artifacts/files", "", 400,
       Missing("artifact_file_path")},
  });
  EXPECT_EQ(StorePathOf("mlflow-artifacts://host:5000/1/x/"), "1/x");
  EXPECT_EQ(StorePathOf("s3://b/1"), std::nullopt);
}

TEST_F(MlflowTracking, AnswersCarryTheHeadersAndErrorsTheCodes) {
  const Answered refused = Ask("GET runs/get?run_id=none", "");
  EXPECT_EQ(*refused.json().GetString("error_code"), "RESOURCE_DOES_NOT_EXIST");
  const std::vector<std::pair<std::string, std::string>> wanted = {
      {"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "SAMEORIGIN"}};
  EXPECT_EQ(refused.headers, wanted);
  EXPECT_EQ(Ask("GET /health", "").body, "OK");
  EXPECT_EQ(Ask("GET runs/none", "").status, 404);
  api_.use.tracking = nullptr;
  api_.handler = MakeHandler(api_.use);
  const Answered without = Ask("GET runs/get?run_id=a", "");
  EXPECT_EQ(without.status, 501);
  EXPECT_EQ(*without.json().GetString("error_code"), "NOT_IMPLEMENTED");
}

TEST_F(MlflowTracking, CallsRunAsideAndAreRefusedWhenTooManyWait) {
  std::vector<std::function<void()>> waiting;
  api_.use.mlflow = [&](std::function<void()> work) {
    if (waiting.size() == 1) return false;
    waiting.push_back(std::move(work));
    return true;
  };
  api_.handler = MakeHandler(api_.use);
  const std::string line = "GET /api/2.0/mlflow/runs/get?run_id=" + std::string(kRun);
  testing::Sent first(api_.handler, line, "", "");
  EXPECT_FALSE(first.IsAnswered());
  const Answered second = testing::Send(api_.handler, line);
  EXPECT_EQ(second.status, 503);
  EXPECT_EQ(*second.json().GetString("error_code"), "TEMPORARILY_UNAVAILABLE");
  waiting[0]();
  EXPECT_EQ(first.Wait().status, 200);
}

}  // namespace
}  // namespace mooring::api::mlflow
