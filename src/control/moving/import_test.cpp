#include "control/moving/import.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/clock.h"
#include "control/moving/export.h"
#include "control/moving/mlflow_files_source.h"
#include "control/moving/mlflow_sqlite_source.h"
#include "data/store/blob_store.h"
#include "records/catalogue/artifact_location.h"
#include "records/registry/registry.h"

// tests/golden/moving is written from the rules by tools/golden/mlflow_moving.py, not recorded.

namespace mooring::control {
namespace {

namespace fs = std::filesystem;

const std::string kGolden = std::string(MOORING_SOURCE_DIR) + "/tests/golden/moving";
const std::string kRun(32, 'a'), kDeletedRun(32, 'b'), kModel = "m-" + std::string(32, 'd');

// A data directory with its stores.
struct Home {
  explicit Home(const std::string& place) : directory(place) {
    fs::create_directories(directory);
    blobs = std::make_unique<data::BlobStore>(
        data::BlobStore::Open(PosixFileSystem(), directory + "/blobs").value());
    tracking = records::OpenSqliteTracking(
                   {.file = directory + "/tracking.db", .clock = &clock, .seed = 1})
                   .value();
    artifacts = records::ArtifactStore::Open({.file = directory + "/artifacts.db",
                                              .blobs = blobs.get(),
                                              .clock = &clock,
                                              .files = &PosixFileSystem()})
                    .value();
    catalogue = records::Catalogue::Open({.directory = directory, .clock = &clock}).value();
  }
  MovingStores stores() { return {tracking.get(), artifacts.get(), catalogue.get()}; }
  std::string ledger() const { return directory + "/moving.db"; }

  std::string directory;
  SimulatedClock clock;
  std::unique_ptr<data::BlobStore> blobs;
  std::unique_ptr<records::TrackingStore> tracking;
  std::unique_ptr<records::ArtifactStore> artifacts;
  std::unique_ptr<records::Catalogue> catalogue;
};

class MovingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    root_ = ::testing::TempDir() + "moving_" + std::to_string(::getpid()) + "_" + test->name();
    fs::remove_all(root_);
    home_ = std::make_unique<Home>(root_ + "/home");
  }
  void TearDown() override {
    home_.reset();
    fs::remove_all(root_);
  }
  std::unique_ptr<MlflowSource> Files(const std::string& place = kGolden + "/mlruns") {
    auto source = OpenMlflowFiles(PosixFileSystem(), place);
    EXPECT_TRUE(source.ok()) << source.error().ToString();
    return source.ok() ? *std::move(source) : nullptr;
  }
  std::unique_ptr<MlflowSource> Database() {
    auto source = OpenMlflowSqlite(PosixFileSystem(), kGolden + "/mlflow.db", kGolden + "/mlruns");
    EXPECT_TRUE(source.ok()) << source.error().ToString();
    return source.ok() ? *std::move(source) : nullptr;
  }
  ImportReport Import(MlflowSource& source, Home& home, ImportOptions options = {}) {
    options.ledger_file = home.ledger();
    auto report = ImportMlflow(source, home.stores(), options);
    EXPECT_TRUE(report.ok()) << report.error().ToString();
    return report.ok() ? *std::move(report) : ImportReport{};
  }

  std::string root_;
  std::unique_ptr<Home> home_;
};

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string ValueOf(const std::vector<records::KeyValue>& pairs, const std::string& key) {
  const auto found = std::ranges::find(pairs, key, &records::KeyValue::key);
  return found == pairs.end() ? "(none)" : found->value;
}

// Everything that a home holds of the golden source, as text that two homes can be compared by.
std::string Told(Home& home) {
  std::string text;
  const auto pairs = [&](const std::vector<records::KeyValue>& all) {
    for (const records::KeyValue& pair : all) text += " " + pair.key + "=" + pair.value;
  };
  for (const char* name : {"Default", "fares: winter", "old"}) {
    const auto experiment = home.tracking->GetExperimentByName(name);
    text += std::string(name) +
            (experiment.ok() ? std::to_string(static_cast<int>(experiment->stage)) : "missing");
    if (experiment.ok()) pairs(experiment->tags);
  }
  for (const char letter : {'a', 'b', 'c'}) {
    const auto run = home.tracking->GetRun(std::string(32, letter));
    if (!run.ok()) continue;
    text += "\n" + run->info.id + " " + run->info.name + " " + run->info.user_id + " " +
            std::to_string(static_cast<int>(run->info.status)) +
            std::to_string(static_cast<int>(run->info.stage)) + " " +
            std::to_string(run->info.start.value_or(-1)) + " " +
            std::to_string(run->info.end.value_or(-1));
    pairs(run->params);
    pairs(run->tags);
    for (const records::Metric& metric : run->metrics) {
      const auto points = home.tracking->MetricHistory(run->info.id, metric.key, 0, "");
      text += " " + metric.key + "[";
      for (const records::Metric& point : points->items) {
        const double value = std::isinf(point.value) ? 1.7976931348623157e308 : point.value;
        text += std::to_string(point.timestamp) + "/" + std::to_string(value) + "/" +
                std::to_string(point.step) + " ";
      }
      text += "]";
    }
    for (const auto& input : run->dataset_inputs) {
      text += " " + input.dataset.name + input.dataset.digest + input.dataset.source +
              input.dataset.schema + input.dataset.profile;
      pairs(input.tags);
    }
    for (const auto& output : run->model_outputs) text += " out:" + output.model_id;
    const auto files = home.artifacts->ListAll(records::StoredPath(run->info.artifact_uri).value());
    for (const auto& file : *files) text += " " + file.name + ":" + file.sha256;
  }
  const auto model = home.tracking->GetLoggedModel(kModel);
  if (model.ok()) {
    text += "\n" + model->name + model->model_type + model->source_run_id;
    pairs(model->params);
    pairs(model->tags);
    for (const auto& metric : model->metrics) text += metric.key + std::to_string(metric.value);
    const auto files = home.artifacts->ListAll(records::StoredPath(model->artifact_uri).value());
    for (const auto& file : *files) text += " " + file.name + ":" + file.sha256;
  }
  const auto registered = home.catalogue->Model("fare");
  if (!registered.ok()) return text + "\nno fare";
  text += "\n" + registered->description;
  pairs(registered->tags);
  for (const auto& [alias, number] : registered->aliases) text += alias + std::to_string(number);
  for (const auto& version : *home.catalogue->Versions("fare")) {
    text += "\n" + std::to_string(version.number) + version.description + version.run_id +
            std::to_string(static_cast<int>(version.stage)) +
            version.source.substr(version.source.rfind('/'));
    pairs(version.tags);
  }
  return text;
}

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

// Cut after each thing that the import tells of, then gone on with, it comes to the same.
TEST_F(MovingTest, GoesOnWhereItWasCut) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  for (const int cut : {1, 3, 5}) {
    Home other(root_ + "/cut" + std::to_string(cut));
    int told = 0;
    const auto stopped =
        ImportMlflow(*source, other.stores(),
                     {.ledger_file = other.ledger(),
                      .progress = [&](const ImportReport&) { return ++told < cut; }});
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code(), Code::kUnavailable);
    const ImportReport rest = Import(*source, other);
    EXPECT_EQ(Joined(rest.differences), "") << cut;
    EXPECT_EQ(Told(other), whole) << cut;
  }
}

// A source that becomes unreachable after so many calls.
class LeavingSource final : public MlflowSource {
 public:
  LeavingSource(std::unique_ptr<MlflowSource> source, int calls)
      : source_(std::move(source)), left_(calls) {}
  const std::string& name() const override { return source_->name(); }
  Result<records::PageOf<records::Experiment>> Experiments(const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->Experiments(token);
  }
  Result<records::PageOf<records::Run>> Runs(const std::string& experiment,
                                             const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->Runs(experiment, token);
  }
  Result<records::PageOf<records::Metric>> History(const records::Run& run, const std::string& key,
                                                   const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->History(run, key, token);
  }
  Result<records::PageOf<records::LoggedModel>> LoggedModels(const std::string& experiment,
                                                             const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->LoggedModels(experiment, token);
  }
  Result<std::vector<SourceArtifact>> Artifacts(const ArtifactOwner& owner) override {
    RETURN_IF_ERROR(Call());
    return source_->Artifacts(owner);
  }
  Result<std::unique_ptr<ByteStream>> Open(const ArtifactOwner& owner,
                                           const std::string& path) override {
    RETURN_IF_ERROR(Call());
    return source_->Open(owner, path);
  }
  Result<records::PageOf<records::RegisteredModel>> Models(const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->Models(token);
  }
  Result<std::vector<SourceVersion>> Versions(const std::string& model) override {
    RETURN_IF_ERROR(Call());
    return source_->Versions(model);
  }

 private:
  Status Call() {
    if (left_-- > 0) return Ok();
    return Error(Code::kUnavailable, "the source went away");
  }
  std::unique_ptr<MlflowSource> source_;
  int left_;
};

// Wherever the source goes away, the next import goes on and comes to the same.
TEST_F(MovingTest, GoesOnWhereverTheSourceWentAway) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  int cut = 0;
  for (bool cut_short = true; cut_short; cut += 5) {
    Home other(root_ + "/left" + std::to_string(cut));
    LeavingSource leaving(Files(), cut);
    const auto report =
        ImportMlflow(leaving, other.stores(), {.ledger_file = other.ledger(), .verify = false});
    cut_short = !report.ok();
    if (cut_short) EXPECT_EQ(report.error().code(), Code::kUnavailable);
    const ImportReport rest = Import(*source, other);
    EXPECT_EQ(Joined(rest.differences), "") << cut;
    EXPECT_EQ(Told(other), whole) << cut;
  }
  EXPECT_GT(cut, 20);
}

// A cut between what was done and the row that tells of it: the step is repeated, and comes to the
// same.
TEST_F(MovingTest, GoesOnFromWhatWasDoneAndNotWrittenDown) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  const std::string undo = "UPDATE moved SET print = '' WHERE kind = 'registered';";
  for (const std::string& lost :
       {std::string("DELETE FROM moved WHERE kind = 'version' AND id = '3@fare'"),
        std::string("DELETE FROM moved WHERE kind IN ('run', 'model')"),
        std::string("UPDATE moved SET ours = '', print = '' WHERE kind = 'experiment'"),
        std::string("DELETE FROM files")}) {
    {
      auto ledger = data::Database::Open(home_->ledger(), {}).value();
      ASSERT_TRUE(ledger.Execute(undo + lost).ok());
    }
    const ImportReport rest = Import(*source, *home_);
    EXPECT_EQ(Joined(rest.differences), "") << lost;
    EXPECT_EQ(Told(*home_), whole) << lost;
  }
}

// A number that was made to be burnt, and was not yet.
TEST_F(MovingTest, BurnsWhatACutLeftAndKeepsTheNumbers) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  Home other(root_ + "/other");
  int told = 0;  // up to the registry
  const auto stopped = ImportMlflow(*source, other.stores(),
                                    {.ledger_file = other.ledger(),
                                     .verify = false,
                                     .progress = [&](const ImportReport&) { return ++told < 4; }});
  ASSERT_FALSE(stopped.ok());
  {
    auto ledger = Ledger::Open(other.ledger(), source->name(), false).value();
    ASSERT_TRUE(ledger.Put("registered", "fare", {.ours = "made"}).ok());
    ASSERT_TRUE(ledger.Put("version", "1@fare", {.ours = "1"}).ok());
  }
  const auto fare = source->Models("")->items.at(0);
  ASSERT_TRUE(other.catalogue
                  ->CreateModel({.name = "fare",
                                 .description = fare.description,
                                 .user = fare.user,
                                 .tags = fare.tags})
                  .ok());
  const auto versions = source->Versions("fare").value();
  ASSERT_EQ(other.catalogue->CreateVersion(versions.at(0))->number, 1U);
  ASSERT_TRUE(other.catalogue->SetStage("fare", 1, versions.at(0).stage, false).ok());
  ASSERT_TRUE(
      other.catalogue->CreateVersion({.model = "fare", .source = "deleted before the import"})
          .ok());
  const ImportReport rest = Import(*source, other);
  EXPECT_EQ(Joined(rest.differences), "");
  EXPECT_EQ(Told(other), whole);
}

TEST_F(MovingTest, ADryRunSaysWhatItWouldDoAndDoesNothing) {
  auto source = Files();
  const std::string before = Told(*home_);
  const auto report = ImportMlflow(*source, home_->stores(), {.dry_run = true});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->runs.moved, 3U);
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
