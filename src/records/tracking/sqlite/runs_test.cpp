#include "records/tracking/sqlite/runs.h"

#include <regex>

#include "records/tracking/sqlite/store_fixture.h"

namespace mooring::records {
namespace {

class RunsTest : public StoreFixture {
 protected:
  Status LogParams(const std::string& run, const std::vector<KeyValue>& params) {
    return store_->LogBatch(run, {.params = params});
  }
  Status LogTags(const std::string& run, const std::vector<KeyValue>& tags) {
    return store_->LogBatch(run, {.tags = tags});
  }
};

TEST_F(RunsTest, ANewRunIsRunningWithItsTagsAndItsPlaceForArtifacts) {
  const auto created = store_->CreateRun({.experiment_id = "0",
                                          .user_id = "ann",
                                          .name = "r",
                                          .start = 7,
                                          .tags = {{"b", "1"}, {"a", "x"}, {"b", "2"}}});
  ASSERT_TRUE(created.ok());
  Reopen();
  const records::Run read = *store_->GetRun(created->info.id);
  for (const records::Run* run : {&*created, &read}) {
    EXPECT_TRUE(std::regex_match(run->info.id, std::regex("[0-9a-f]{32}")));
    EXPECT_EQ(run->info.artifact_uri, "mlflow-artifacts:/0/" + run->info.id + "/artifacts");
    EXPECT_EQ(run->info.name, "r");
    EXPECT_EQ(run->info.user_id, "ann");
    EXPECT_EQ(run->info.experiment_id, "0");
    EXPECT_EQ(run->info.status, RunStatus::kRunning);
    EXPECT_EQ(run->info.stage, Lifecycle::kActive);
    EXPECT_EQ(run->info.start, 7);
    EXPECT_FALSE(run->info.end.has_value());
    EXPECT_EQ(run->tags, (std::vector<KeyValue>{{"a", "x"}, {"b", "2"}, {"mlflow.runName", "r"}}));
  }
}

TEST_F(RunsTest, TheNameComesFromTheFieldOrTheTagOrIsInvented) {
  const auto name = [&](const std::string& field, const std::string& tag) {
    NewRun run{.experiment_id = "0", .name = field};
    if (!tag.empty()) run.tags = {{"mlflow.runName", tag}};
    const auto made = store_->CreateRun(run);
    return made.ok() ? made->info.name : made.error().message();
  };
  EXPECT_EQ(name("f", ""), "f");
  EXPECT_EQ(name("", "t"), "t");
  EXPECT_EQ(name("same", "same"), "same");
  EXPECT_EQ(name("f", "t"),
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different "
            "values (run_name='f', mlflow.runName='t').");
  EXPECT_TRUE(std::regex_match(name("", ""), std::regex("[a-z]+-[a-z]+-[0-9]{1,3}")));
}

TEST_F(RunsTest, AnIdThatIsTakenIsRefused) {
  ASSERT_TRUE(store_->CreateRun({.experiment_id = "0", .id = "mine"}).ok());
  ExpectError(store_->CreateRun({.experiment_id = "0", .id = "mine"}), Code::kAlreadyExists,
              "Run with id=mine already exists.");
}

// Texts as recorded in golden/mlflow_rest.
TEST_F(RunsTest, AnUnknownRunIsNotFound) {
  const std::string none = "Run with id=deadbeef not found";
  ExpectError(store_->GetRun("deadbeef"), Code::kNotFound, none);
  ExpectError(store_->UpdateRun("deadbeef", {}), Code::kNotFound, none);
  ExpectError(store_->DeleteRun("deadbeef"), Code::kNotFound, none);
  ExpectError(store_->RestoreRun("deadbeef"), Code::kNotFound, none);
  ExpectError(store_->LogParam("deadbeef", {"p", "1"}), Code::kNotFound, none);
  ExpectError(LogTags("deadbeef", {{"p", "1"}}), Code::kNotFound, none);
  ExpectError(store_->LogInputs("deadbeef", {}, {}), Code::kNotFound, none);
  ExpectError(store_->LogOutputs("deadbeef", {}), Code::kNotFound, none);
  EXPECT_TRUE(store_->MetricHistory("deadbeef", "m", 0, "")->items.empty());
}

TEST_F(RunsTest, ADeletedRunRefusesWritesUntilItIsRestored) {
  const std::string run = NewRunId();
  ASSERT_TRUE(store_->DeleteRun(run).ok());
  ASSERT_TRUE(store_->DeleteRun(run).ok());
  const std::string text =
      "The run " + run + " must be in the 'active' state. Current state is deleted.";
  ExpectError(Log(run, {Point("m", 1)}), Code::kInvalidArgument, text);
  ExpectError(store_->LogParam(run, {"p", "1"}), Code::kInvalidArgument, text);
  ExpectError(store_->UpdateRun(run, {}), Code::kInvalidArgument, text);
  ExpectError(store_->DeleteTag(run, "t"), Code::kInvalidArgument, text);
  ExpectError(store_->LogInputs(run, {}, {}), Code::kInvalidArgument, text);
  EXPECT_EQ(store_->GetRun(run)->info.stage, Lifecycle::kDeleted);
  ASSERT_TRUE(store_->RestoreRun(run).ok());
  ASSERT_TRUE(store_->RestoreRun(run).ok());
  EXPECT_TRUE(Log(run, {Point("m", 1)}).ok());
}

TEST_F(RunsTest, AnUpdateChangesWhatItNamesAndTheNameIsATagToo) {
  const std::string run = NewRunId();
  EXPECT_EQ(store_->UpdateRun(run, {.status = RunStatus::kFinished, .end = 9})->end, 9);
  const RunHeader named = *store_->UpdateRun(run, {.name = "zz"});
  EXPECT_EQ(named.status, RunStatus::kFinished);
  EXPECT_EQ(named.end, 9);
  EXPECT_EQ(named.name, "zz");
  EXPECT_EQ(store_->GetRun(run)->tags, (std::vector<KeyValue>{{"mlflow.runName", "zz"}}));
  ASSERT_TRUE(LogTags(run, {{"mlflow.runName", "yy"}}).ok());
  EXPECT_EQ(store_->GetRun(run)->info.name, "yy");
}

TEST_F(RunsTest, AParamNeverChanges) {
  const std::string run = NewRunId();
  ASSERT_TRUE(store_->LogParam(run, {"p", "1"}).ok());
  ASSERT_TRUE(store_->LogParam(run, {"p", "1"}).ok());
  ASSERT_TRUE(store_->LogParam(run, {"empty", ""}).ok());
  ExpectError(store_->LogParam(run, {"p", "2"}), Code::kInvalidArgument,
              "Changing param values is not allowed. Param with key='p' was already logged with "
              "value='1' for run ID='" +
                  run + "'. Attempted logging new value '2'.");
  ExpectError(LogParams(run, {{"q", "1"}, {"p", "9"}}), Code::kInvalidArgument,
              "Changing param values is not allowed. Params were already logged='[{'key': 'p', "
              "'old_value': '1', 'new_value': '9'}]' for run ID='" +
                  run + "'.");
  ExpectError(LogParams(run, {{"z", "1"}, {"z", "2"}}), Code::kInvalidArgument,
              "Duplicate parameter keys have been submitted: ['z']. Please ensure the request "
              "contains only one param value per param key.");
  EXPECT_EQ(store_->GetRun(run)->params, (std::vector<KeyValue>{{"empty", ""}, {"p", "1"}}));
}

TEST_F(RunsTest, ABatchIsAllOrNothing) {
  const std::string run = NewRunId();
  ASSERT_TRUE(store_->LogParam(run, {"p", "1"}).ok());
  const std::vector<Metric> metrics = {Point("m", 1)};
  const std::vector<KeyValue> params = {{"new", "1"}, {"p", "2"}}, tags = {{"t", "1"}};
  EXPECT_FALSE(store_->LogBatch(run, {.metrics = metrics, .params = params, .tags = tags}).ok());
  const records::Run read = *store_->GetRun(run);
  EXPECT_TRUE(read.metrics.empty());
  EXPECT_EQ(read.params.size(), 1u);
  EXPECT_EQ(read.tags.size(), 1u);
  // What the refused batch had looked up is not believed afterwards.
  ASSERT_TRUE(LogParams(run, {{"new", "3"}}).ok());
  EXPECT_EQ(store_->GetRun(run)->params, (std::vector<KeyValue>{{"new", "3"}, {"p", "1"}}));
}

TEST_F(RunsTest, TagsAreSetChangedAndDeleted) {
  const std::string run = NewRunId();
  const std::string longest(8000, 'v');
  ASSERT_TRUE(LogTags(run, {{"k", "1"}, {"big", longest}}).ok());
  ASSERT_TRUE(LogTags(run, {{"k", "2"}}).ok());
  const records::Run read = *store_->GetRun(run);
  EXPECT_EQ(read.tags[0], (KeyValue{"big", longest}));
  EXPECT_EQ(read.tags[1], (KeyValue{"k", "2"}));
  ASSERT_TRUE(store_->DeleteTag(run, "k").ok());
  for (const char* key : {"k", "none"}) {
    ExpectError(store_->DeleteTag(run, key), Code::kNotFound,
                std::string("No tag with name: ") + key + " in run with id " + run);
  }
}

}  // namespace
}  // namespace mooring::records
