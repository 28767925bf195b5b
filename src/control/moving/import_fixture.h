// A data directory, and the golden sources that are imported into it; for tests of moving.
// tests/golden/moving is written from the rules by tools/golden/mlflow_moving.py, not recorded.
// Thread safety: one test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "base/clock.h"
#include "control/moving/import.h"
#include "control/moving/mlflow_files_source.h"
#include "control/moving/mlflow_sqlite_source.h"
#include "data/store/blob_store.h"
#include "records/catalogue/artifact_location.h"
#include "records/registry/registry.h"

namespace mooring::control {

namespace fs = std::filesystem;

inline const std::string kGolden = std::string(MOORING_SOURCE_DIR) + "/tests/golden/moving";
inline const std::string kRun(32, 'a'), kDeletedRun(32, 'b'), kModel = "m-" + std::string(32, 'd');

// A data directory with its stores.
struct Home {
  explicit Home(const std::string& place) : directory(place) {
    fs::create_directories(directory);
    blobs = std::make_unique<data::BlobStore>(
        data::BlobStore::Open(PosixFileSystem(), directory + "/artifacts").value());
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

inline std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

inline std::string ValueOf(const std::vector<records::KeyValue>& pairs, const std::string& key) {
  const auto found = std::ranges::find(pairs, key, &records::KeyValue::key);
  return found == pairs.end() ? "(none)" : found->value;
}

// Everything that a home holds of the golden source, as text that two homes can be compared by.
inline std::string Told(Home& home) {
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

}  // namespace mooring::control
