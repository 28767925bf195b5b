// Reads golden files below MOORING_SOURCE_DIR (import_fixture.h).
#include "control/moving/import.h"

#include <sys/stat.h>

#include <fstream>

#include "control/moving/export.h"
#include "control/moving/import_fixture.h"

namespace mooring::control {
namespace {

TEST_F(MovingTest, BringsAFileStoreWithEverythingItHolds) {
  auto source = Files();
  const ImportReport report = Import(*source, *home_);
  EXPECT_EQ(Joined(report.differences), "");
  EXPECT_EQ(Joined(report.notes), "");
  EXPECT_EQ(report.runs.moved, 3U);
  EXPECT_EQ(report.points.moved, 7U);
  EXPECT_EQ(report.files.moved, 4U);
  EXPECT_EQ(report.bytes.moved, 8U + 0U + 12U + 2048U);
  const auto run = home_->tracking->GetRun(kRun);
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run->info.name, "brisk-owl-1");
  EXPECT_EQ(run->info.end, 1'700'000'005'000);
  EXPECT_EQ(ValueOf(run->params, "opt/name"), "größe: 'x'");
  EXPECT_EQ(ValueOf(run->params, "note"), "");
  ASSERT_EQ(run->dataset_inputs.size(), 1U);
  EXPECT_EQ(ValueOf(run->dataset_inputs[0].tags, "mlflow.data.context"), "training");
  const auto loss = home_->tracking->MetricHistory(kRun, "loss", 0, "");
  ASSERT_EQ(loss->items.size(), 3U);
  EXPECT_TRUE(std::isnan(loss->items[2].value));
  EXPECT_EQ(home_->tracking->GetRun(kDeletedRun)->info.stage, records::Lifecycle::kDeleted);
  EXPECT_EQ(home_->tracking->GetExperimentByName("old")->stage, records::Lifecycle::kDeleted);
  const auto model = home_->tracking->GetLoggedModel(kModel);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->status, records::LoggedModelStatus::kReady);
  ASSERT_EQ(model->metrics.size(), 1U);
  EXPECT_EQ(model->metrics[0].dataset_digest, "0f3a");
}

TEST_F(MovingTest, RewritesWhereVersionsLieAndKeepsTheirNumbers) {
  auto source = Files();
  Import(*source, *home_);
  const auto version = home_->catalogue->VersionOf("fare", "challenger");
  ASSERT_TRUE(version.ok()) << version.error().ToString();
  EXPECT_EQ(version->number, 3U);
  EXPECT_EQ(version->stage, records::Stage::kProduction);
  const auto run = home_->tracking->GetRun(kRun);
  EXPECT_EQ(version->source, run->info.artifact_uri + "/plots");
  EXPECT_FALSE(home_->catalogue->Version("fare", 2).ok());
  EXPECT_EQ(home_->catalogue->Version("fare", 1)->source, "models:/" + kModel);
}

TEST_F(MovingTest, ASecondImportAddsNothing) {
  auto source = Files();
  Import(*source, *home_);
  const std::string before = Told(*home_);
  const ImportReport again = Import(*source, *home_);
  for (const ImportCount& count : {again.experiments, again.runs, again.points, again.logged_models,
                                   again.files, again.models, again.versions, again.aliases}) {
    EXPECT_EQ(count.moved, 0U);
  }
  EXPECT_EQ(again.runs.found, 3U);
  EXPECT_TRUE(again.clean()) << Joined(again.differences);
  EXPECT_EQ(Told(*home_), before);
}

TEST_F(MovingTest, ADryRunSaysWhatItWouldDoAndDoesNothing) {
  auto source = Files();
  const std::string before = Told(*home_);
  const auto report = ImportMlflow(*source, home_->stores(), {.dry_run = true});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->runs.moved, 3U);
  EXPECT_EQ(report->points.moved, 7U);
  EXPECT_EQ(report->files.moved, 4U);
  EXPECT_EQ(report->versions.moved, 2U);
  EXPECT_EQ(Told(*home_), before);
}

TEST_F(MovingTest, BringsTheSameFromADatabase) {
  auto files = Files();
  Import(*files, *home_);
  Home other(root_ + "/other");
  auto database = Database();
  const ImportReport report = Import(*database, other);
  EXPECT_EQ(Joined(report.differences), "");
  EXPECT_EQ(Joined(report.notes), "");
  EXPECT_EQ(Told(other), Told(*home_));
}

TEST_F(MovingTest, JoinsAnExperimentOfTheSameNameAndFollowsVersionsThatAreHere) {
  const auto mine =
      home_->tracking->CreateExperiment({.name = "fares: winter", .tags = {{"team", "mine"}}});
  ASSERT_TRUE(mine.ok());
  ASSERT_TRUE(home_->catalogue->CreateModel({.name = "fare"}).ok());
  ASSERT_TRUE(home_->catalogue->CreateVersion({.model = "fare", .source = "models:/m-0"}).ok());
  auto source = Files();
  const ImportReport report = Import(*source, *home_);
  EXPECT_TRUE(report.clean()) << Joined(report.differences);
  EXPECT_EQ(home_->tracking->GetRun(kRun)->info.experiment_id, *mine);
  EXPECT_EQ(ValueOf(home_->tracking->GetExperiment(*mine)->tags, "team"), "mine");
  EXPECT_EQ(home_->catalogue->VersionOf("fare", "challenger")->number, 3U);
  EXPECT_EQ(home_->catalogue->Versions("fare")->size(), 3U);
  EXPECT_NE(Joined(report.notes).find("was here already"), std::string::npos);
}

TEST_F(MovingTest, WhatIsExportedComesBackTheSame) {
  auto source = Files();
  Import(*source, *home_);
  const std::string place = root_ + "/out";
  const auto out = ExportMlflow(
      home_->stores(), {.directory = place, .uri = "file://" + place, .files = &PosixFileSystem()});
  ASSERT_TRUE(out.ok()) << out.error().ToString();
  EXPECT_EQ(out->runs, 3U);
  EXPECT_EQ(out->versions, 2U);
  EXPECT_EQ(Joined(out->notes), "");
  Home other(root_ + "/other");
  auto again = Files(place);
  const ImportReport report = Import(*again, other);
  EXPECT_EQ(Joined(report.differences), "");
  EXPECT_EQ(Told(other), Told(*home_));
  const auto second = ExportMlflow(
      home_->stores(), {.directory = place, .uri = "file://" + place, .files = &PosixFileSystem()});
  EXPECT_EQ(second.error().code(), Code::kAlreadyExists);
}

TEST_F(MovingTest, TellsWhatDiffersAfterwards) {
  auto source = Files();
  Import(*source, *home_);
  const auto run = home_->tracking->GetRun(kRun);
  const std::string root = records::StoredPath(run->info.artifact_uri).value();
  ASSERT_TRUE(home_->artifacts->Remove(root + "/plots").ok());
  const auto upload = home_->artifacts->Begin();
  ASSERT_TRUE((*upload)->Append(AsBytes("x")).ok());
  ASSERT_TRUE((*upload)->Publish(root + "/empty").ok());
  const records::KeyValue tag{"mlflow.user", "bob"};
  ASSERT_TRUE(home_->tracking->LogBatch(kRun, {.tags = {&tag, 1}}).ok());
  const ImportReport report = Import(*source, *home_);
  const std::string told = Joined(report.differences);
  EXPECT_EQ(report.differences.size(), 3U) << told;
  EXPECT_NE(told.find("'plots/roc.txt' is missing here"), std::string::npos);
  EXPECT_NE(told.find("'empty' has 0 bytes there and 1 here"), std::string::npos);
  EXPECT_NE(told.find("tag 'mlflow.user' has another value here"), std::string::npos);
}

// What a directory from outside may try. Each is left out; the rest comes.
TEST_F(MovingTest, AHostileDirectoryGivesNothingOfWhatLiesOutside) {
  const std::string place = root_ + "/mlruns", run = place + "/1/" + kRun;
  fs::create_directories(root_);
  fs::copy(kGolden + "/mlruns", place, fs::copy_options::recursive);
  std::ofstream(root_ + "/secret") << "secret";
  const auto write = [](const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
  };
  fs::create_symlink(root_ + "/secret", run + "/artifacts/link");
  fs::create_directory_symlink(root_, run + "/artifacts/up");
  fs::create_symlink(root_ + "/secret", run + "/params/stolen");
  fs::create_directory_symlink(root_, place + "/9");
  ASSERT_EQ(::mkfifo((run + "/artifacts/pipe").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo((run + "/tags/pipe").c_str(), 0600), 0);
  write(run + "/artifacts/back\\slash", "x");
  write(run + "/metrics/broken", "not a number\n");
  write(place + "/1/" + std::string(32, 'e') + "/meta.yaml", "a: &x 1\nb: *x\n");
  write(place + "/1/" + std::string(32, 'f') + "/meta.yaml",
        "run_id: somebody\nartifact_uri: file://" + root_ + "\n");
  write(place + "/1/" + std::string(32, '1') + "/meta.yaml",
        "run_id: \"" + std::string(32, '1') + "\"\nartifact_uri: file://" + root_ + "\n");
  auto source = Files(place);
  const ImportReport report = Import(*source, *home_);
  EXPECT_TRUE(report.clean()) << Joined(report.differences);
  EXPECT_EQ(report.runs.moved, 4U);
  const std::string notes = Joined(report.notes);
  for (const char* what : {"artifacts/link", "artifacts/up", "params/stolen", "artifacts/pipe",
                           "tags/pipe", "back\\slash", "metric broken", "9:", "calls itself"}) {
    EXPECT_NE(notes.find(what), std::string::npos) << what << "\n" << notes;
  }
  EXPECT_EQ(ValueOf(home_->tracking->GetRun(kRun)->params, "stolen"), "(none)");
  const auto odd = home_->tracking->GetRun(std::string(32, '1'));
  ASSERT_TRUE(odd.ok());
  EXPECT_TRUE(
      home_->artifacts->ListAll(records::StoredPath(odd->info.artifact_uri).value())->empty());
}

// An id with '/' in it would lie among another run's files.
TEST_F(MovingTest, AnIdThatCouldLieElsewhereIsRefused) {
  const std::string file = root_ + "/mlflow.db";
  fs::copy_file(kGolden + "/mlflow.db", file);
  {
    auto database = data::Database::Open(file, {}).value();
    const std::string set = " = '" + kRun + "/artifacts' WHERE run_uuid = '" + kDeletedRun + "'";
    ASSERT_TRUE(database.Execute("UPDATE runs SET run_uuid" + set).ok());
  }
  auto source = OpenMlflowSqlite(PosixFileSystem(), file, kGolden + "/mlruns").value();
  const ImportReport report = Import(*source, *home_);
  EXPECT_EQ(report.runs.moved, 2U);
  EXPECT_NE(Joined(report.notes).find("an id that none here may have"), std::string::npos);
  EXPECT_FALSE(report.clean()) << "it is missing here";
}

}  // namespace
}  // namespace mooring::control
