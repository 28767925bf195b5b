// Logged models, inputs and outputs of runs, histories asked by interval, and purges.
#include "records/tracking/sqlite/logged_models.h"

#include <regex>

#include "records/tracking/sqlite/metric_history.h"
#include "records/tracking/sqlite/purge.h"
#include "records/tracking/sqlite/store_fixture.h"

namespace mooring::records {
namespace {

using LoggedModelsTest = StoreFixture;

TEST_F(LoggedModelsTest, AModelIsMadePendingAndFinished) {
  const auto made = store_->CreateLoggedModel({.experiment_id = "0",
                                               .name = "model",
                                               .model_type = "agent",
                                               .source_run_id = "r1",
                                               .params = {{"b", "2"}, {"a", "1"}},
                                               .tags = {{"t", "x"}}});
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(std::regex_match(made->id, std::regex("m-[0-9a-f]{32}")));
  EXPECT_EQ(made->artifact_uri, "mlflow-artifacts:/0/models/" + made->id + "/artifacts");
  EXPECT_EQ(made->status, LoggedModelStatus::kPending);
  Advance(7);
  ASSERT_TRUE(store_->FinalizeLoggedModel(made->id, LoggedModelStatus::kReady).ok());
  Reopen();
  const LoggedModel read = *store_->GetLoggedModel(made->id);
  EXPECT_EQ(read.status, LoggedModelStatus::kReady);
  EXPECT_EQ(read.created, kStart);
  EXPECT_EQ(read.updated, kStart + 7);
  EXPECT_EQ(read.name, "model");
  EXPECT_EQ(read.model_type, "agent");
  EXPECT_EQ(read.source_run_id, "r1");
  EXPECT_EQ(read.params, (std::vector<KeyValue>{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(read.tags, (std::vector<KeyValue>{{"t", "x"}}));
}

TEST_F(LoggedModelsTest, TagsChangeAndParamsDoNot) {
  const std::string id = store_->CreateLoggedModel({.experiment_id = "0"})->id;
  const std::vector<KeyValue> one = {{"k", "1"}}, two = {{"k", "2"}};
  ASSERT_TRUE(store_->SetLoggedModelTags(id, one).ok());
  ASSERT_TRUE(store_->SetLoggedModelTags(id, two).ok());
  EXPECT_EQ(store_->GetLoggedModel(id)->tags, two);
  ASSERT_TRUE(store_->DeleteLoggedModelTag(id, "k").ok());
  EXPECT_EQ(store_->DeleteLoggedModelTag(id, "k").error().code(), Code::kNotFound);
  ASSERT_TRUE(store_->LogLoggedModelParams(id, one).ok());
  ASSERT_TRUE(store_->LogLoggedModelParams(id, one).ok());
  EXPECT_EQ(store_->LogLoggedModelParams(id, two).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(store_->GetLoggedModel(id)->params, one);
}

TEST_F(LoggedModelsTest, ADeletedModelIsAsOneThatNeverWas) {
  const std::string id = store_->CreateLoggedModel({.experiment_id = "0"})->id;
  ASSERT_TRUE(store_->DeleteLoggedModel(id).ok());
  for (const std::string& gone : {id, std::string("m-none")}) {
    const std::string text = "Logged model with ID '" + gone + "' not found.";
    ExpectError(store_->GetLoggedModel(gone), Code::kNotFound, text);
    ExpectError(store_->DeleteLoggedModel(gone), Code::kNotFound, text);
    ExpectError(store_->SetLoggedModelTags(gone, {}), Code::kNotFound, text);
    ExpectError(store_->LogLoggedModelParams(gone, {}), Code::kNotFound, text);
    ExpectError(store_->FinalizeLoggedModel(gone, LoggedModelStatus::kReady), Code::kNotFound,
                text);
  }
}

TEST_F(LoggedModelsTest, InputsAndOutputsAreLinkedOnce) {
  const std::string run = NewRunId();
  const std::vector<DatasetInput> first = {
      {{"train", "d1", "code", "src", "schema", "profile"}, {{"mlflow.data.context", "training"}}}};
  const std::vector<DatasetInput> again = {
      {{"train", "d1", "other", "", "", ""}, {{"mlflow.data.context", "eval"}, {"k", "v"}}}};
  const std::vector<std::string> models = {"m-1"};
  const std::vector<ModelOutput> outputs = {{"m-2", 0}}, later = {{"m-2", 9}};
  ASSERT_TRUE(store_->LogInputs(run, first, models).ok());
  ASSERT_TRUE(store_->LogInputs(run, again, models).ok());
  ASSERT_TRUE(store_->LogOutputs(run, outputs).ok());
  ASSERT_TRUE(store_->LogOutputs(run, later).ok());
  const records::Run read = *store_->GetRun(run);
  ASSERT_EQ(read.dataset_inputs.size(), 1u);
  EXPECT_EQ(read.dataset_inputs[0].dataset.source_type, "code");  // what was said first
  EXPECT_EQ(read.dataset_inputs[0].tags,
            (std::vector<KeyValue>{{"k", "v"}, {"mlflow.data.context", "eval"}}));
  EXPECT_EQ(read.model_inputs, models);
  ASSERT_EQ(read.model_outputs.size(), 1u);
  EXPECT_EQ(read.model_outputs[0].step, 9);
}

TEST_F(LoggedModelsTest, AnIntervalOfHistoryIsThinnedButKeepsEnds) {
  const std::string a = NewRunId(), b = NewRunId();
  for (int step = 0; step < 100; ++step) {
    ASSERT_TRUE(Log(a, {Point("m", step, kStart + step, step)}).ok());
    if (step >= 33 && step <= 35) {
      ASSERT_TRUE(Log(b, {Point("m", -step, kStart, step)}).ok());
    }
  }
  const std::vector<std::string> runs = {a, b, "none"};
  const auto steps = [&](std::optional<std::int64_t> from, std::optional<std::int64_t> to,
                         std::size_t most, const std::string& run) {
    std::vector<std::int64_t> found;
    const auto points = store_->MetricHistoryInterval(runs, "m", from, to, most);
    for (const Metric& point : *points) {
      if (point.run_id == run) found.push_back(point.step);
    }
    return found;
  };
  EXPECT_EQ(steps({}, {}, 4, a), (std::vector<std::int64_t>{0, 25, 50, 75, 99}));
  EXPECT_EQ(steps({}, {}, 4, b), (std::vector<std::int64_t>{33, 35}));
  EXPECT_EQ(steps(10, 12, 5, a), (std::vector<std::int64_t>{10, 11, 12}));
  EXPECT_EQ(steps({}, {}, 0, a).size(), 100u);
  ExpectError(store_->MetricHistory(a, "m", 1, "zzz"), Code::kInvalidArgument,
              "Invalid page token, could not base64-decode");
}

TEST_F(LoggedModelsTest, APurgeTakesWhatWasDeletedLongAgoAndNothingElse) {
  const std::string experiment = *store_->CreateExperiment({.name = "old"});
  const std::string gone = NewRunId(experiment), kept = NewRunId(), late = NewRunId();
  std::vector<Metric> points;
  for (int i = 0; i < 1000; ++i) points.push_back(Point("m" + std::to_string(i % 9), i, i, i));
  ASSERT_TRUE(Log(gone, points).ok());
  ASSERT_TRUE(Log(kept, points).ok());
  const auto model = store_->CreateLoggedModel({.experiment_id = experiment});
  ASSERT_TRUE(store_->DeleteExperiment(experiment).ok());
  Advance(10'000);
  ASSERT_TRUE(store_->DeleteRun(late).ok());
  EXPECT_EQ(*store_->Purge(kStart + 5'000),
            (std::vector<std::string>{"mlflow-artifacts:/1/" + gone + "/artifacts",
                                      model->artifact_uri, "mlflow-artifacts:/1"}));
  EXPECT_EQ(store_->GetRun(gone).error().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetExperiment(experiment).error().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetLoggedModel(model->id).error().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetRun(late)->info.stage, Lifecycle::kDeleted);
  EXPECT_EQ(store_->MetricHistory(kept, "m3", 0, "")->items.size(), 111u);
  EXPECT_TRUE(store_->Purge(kStart + 5'000)->empty());
}

}  // namespace
}  // namespace mooring::records
