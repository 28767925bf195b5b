#include "records/tracking/sqlite/experiments.h"

#include "records/tracking/sqlite/store_fixture.h"

namespace mooring::records {
namespace {

using ExperimentsTest = StoreFixture;

TEST_F(ExperimentsTest, TheDefaultExperimentIsThereFromTheStart) {
  const Experiment found = *store_->GetExperiment("0");
  EXPECT_EQ(found.name, "Default");
  EXPECT_EQ(found.artifact_location, "mlflow-artifacts:/0");
  EXPECT_EQ(found.stage, Lifecycle::kActive);
  EXPECT_EQ(found.created, kStart);
  EXPECT_EQ(store_->GetExperimentByName("Default")->id, "0");
}

TEST_F(ExperimentsTest, IdsCountUpAndAreNeverGivenTwice) {
  EXPECT_EQ(*store_->CreateExperiment({.name = "a"}), "1");
  ASSERT_TRUE(store_->DeleteExperiment("1").ok());
  Advance(1000);
  EXPECT_EQ(store_->Purge(kStart + 500)->size(), 1u);
  Reopen();
  EXPECT_EQ(*store_->CreateExperiment({.name = "a"}), "2");
}

TEST_F(ExperimentsTest, ReadsBackWhatWasGiven) {
  const auto id = store_->CreateExperiment({.name = "fläche 'x'",
                                            .artifact_location = "s3://bucket/x",
                                            .tags = {{"z", "1"}, {"a", ""}}});
  Reopen();
  const Experiment found = *store_->GetExperiment(*id);
  EXPECT_EQ(found.name, "fläche 'x'");
  EXPECT_EQ(found.artifact_location, "s3://bucket/x");
  EXPECT_EQ(found.tags, (std::vector<KeyValue>{{"a", ""}, {"z", "1"}}));
}

// Texts of MLflow's server; those for 999 and errs as recorded in golden/mlflow_rest.
TEST_F(ExperimentsTest, RefusesInTheWordsOfTheProtocol) {
  ASSERT_TRUE(store_->CreateExperiment({.name = "errs"}).ok());
  ExpectError(store_->CreateExperiment({.name = "errs"}), Code::kAlreadyExists,
              "Experiment(name=errs) already exists.");
  const std::string none = "No Experiment with id=999 exists";
  ExpectError(store_->GetExperiment("999"), Code::kNotFound, none);
  ExpectError(store_->DeleteExperiment("999"), Code::kNotFound, none);
  ExpectError(store_->RestoreExperiment("999"), Code::kNotFound, none);
  ExpectError(store_->RenameExperiment("999", "q"), Code::kNotFound, none);
  ExpectError(store_->SetExperimentTag("999", {"a", "b"}), Code::kNotFound, none);
  ExpectError(store_->CreateRun({.experiment_id = "999"}), Code::kNotFound, none);
  ExpectError(store_->GetExperimentByName("none"), Code::kNotFound,
              "Could not find experiment with name 'none'");
  ExpectError(store_->RestoreExperiment("1"), Code::kNotFound, "No Experiment with id=1 exists");
  ExpectError(store_->DeleteExperimentTag("1", "t"), Code::kNotFound,
              "No tag with name: t in experiment with id 1");
  ExpectError(store_->RenameExperiment("1", "Default"), Code::kAlreadyExists,
              "Experiment(name=Default) already exists.");
}

TEST_F(ExperimentsTest, AnIdIsADecimalNumberAndNothingElse) {
  for (const char* id : {"", "abc", "01", "-1", "1.0", " 1", "1 ", "99999999999999999999"}) {
    EXPECT_FALSE(ExperimentNumber(id).has_value()) << id;
    EXPECT_FALSE(store_->GetExperiment(id).ok()) << id;
  }
  EXPECT_EQ(ExperimentNumber("0"), 0);
  EXPECT_EQ(ExperimentNumber("1207"), 1207);
}

TEST_F(ExperimentsTest, ADeletedOneKeepsItsNameAndRefusesWrites) {
  ASSERT_TRUE(store_->CreateExperiment({.name = "a"}).ok());
  Advance(5);
  ASSERT_TRUE(store_->DeleteExperiment("1").ok());
  const Experiment deleted = *store_->GetExperiment("1");
  EXPECT_EQ(deleted.stage, Lifecycle::kDeleted);
  EXPECT_EQ(deleted.updated, kStart + 5);
  EXPECT_EQ(store_->GetExperimentByName("a")->stage, Lifecycle::kDeleted);
  ExpectError(store_->CreateExperiment({.name = "a"}), Code::kAlreadyExists,
              "Experiment(name=a) already exists.");
  const std::string text =
      "The experiment 1 must be in the 'active' state. Current state is deleted.";
  ExpectError(store_->SetExperimentTag("1", {"a", "b"}), Code::kInvalidArgument, text);
  ExpectError(store_->CreateRun({.experiment_id = "1"}), Code::kInvalidArgument, text);
  ExpectError(store_->CreateLoggedModel({.experiment_id = "1"}), Code::kInvalidArgument, text);
  ExpectError(store_->RenameExperiment("1", "b"), Code::kInvalidArgument,
              "Cannot rename a non-active experiment.");
  ExpectError(store_->DeleteExperiment("1"), Code::kNotFound, "No Experiment with id=1 exists");
  ASSERT_TRUE(store_->RestoreExperiment("1").ok());
  EXPECT_TRUE(store_->RenameExperiment("1", "b").ok());
  EXPECT_EQ(store_->GetExperimentByName("b")->id, "1");
}

TEST_F(ExperimentsTest, RunsGoAndComeBackWithTheirExperimentUnlessTheyWentBefore) {
  const std::string kept = NewRunId(), gone = NewRunId();
  ASSERT_TRUE(store_->DeleteRun(gone).ok());
  ASSERT_TRUE(store_->DeleteExperiment("0").ok());
  EXPECT_EQ(store_->GetRun(kept)->info.stage, Lifecycle::kDeleted);
  ASSERT_TRUE(store_->RestoreExperiment("0").ok());
  EXPECT_EQ(store_->GetRun(kept)->info.stage, Lifecycle::kActive);
  EXPECT_EQ(store_->GetRun(gone)->info.stage, Lifecycle::kDeleted);
}

TEST_F(ExperimentsTest, TagsAreSetChangedAndDeleted) {
  ASSERT_TRUE(store_->SetExperimentTag("0", {"a", "1"}).ok());
  ASSERT_TRUE(store_->SetExperimentTag("0", {"a", "2"}).ok());
  EXPECT_EQ(store_->GetExperiment("0")->tags, (std::vector<KeyValue>{{"a", "2"}}));
  ASSERT_TRUE(store_->DeleteExperimentTag("0", "a").ok());
  EXPECT_TRUE(store_->GetExperiment("0")->tags.empty());
}

TEST(JoinLocation, PutsOneSlashBetween) {
  EXPECT_EQ(JoinLocation("mlflow-artifacts:/", "3"), "mlflow-artifacts:/3");
  EXPECT_EQ(JoinLocation("s3://b/x", "3"), "s3://b/x/3");
  EXPECT_EQ(JoinLocation("", "3"), "3");
}

}  // namespace
}  // namespace mooring::records
