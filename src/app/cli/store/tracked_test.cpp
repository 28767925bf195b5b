// What moving and purging need of a data directory; control/moving tests the moving itself.
#include "app/cli/store/tracked.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"
#include "records/catalogue/artifact_location.h"

namespace mooring::app::cli {
namespace {

class TrackedCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ =
        ::testing::TempDir() + "cli_tracked_" + std::to_string(::getpid()) + "_" + test->name();
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
};

TEST_F(TrackedCommands, AreRefusedWhileAServerHoldsTheDirectory) {
  std::filesystem::create_directories(directory_);
  const auto lock = PosixFileSystem().Lock(DataPaths(directory_).lock);
  ASSERT_TRUE(lock.ok());
  FakeWorld world;
  world.context.files = &PosixFileSystem();
  EXPECT_EQ(world.Run({"tracking", "purge", "--older-than", "30d", "--data-dir", directory_}), 6)
      << world.err.written;
  EXPECT_NE(world.err.written.find("a server runs on the data directory"), std::string::npos);
}

TEST_F(TrackedCommands, SayWhatIsMissing) {
  FakeWorld world;
  world.context.files = &PosixFileSystem();
  EXPECT_EQ(world.Run({"import", "mlflow", "--data-dir", directory_}), 2);
  EXPECT_EQ(world.Run({"export", "mlflow", "--to", directory_ + "/out", "--data-dir", directory_}),
            5);
  EXPECT_EQ(world.Run({"tracking", "purge", "--older-than", "soon", "--data-dir", directory_}), 2);
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(TrackedCommands, AnImportHasNoPlaceForFilesWhereClientsWriteThemselves) {
  FakeWorld world;
  world.context.files = &PosixFileSystem();
  world.context.environment["MOORING_MLFLOW_ARTIFACT_ROOT"] = "file:/srv/mlruns";
  world.context.environment["MOORING_MLFLOW_ALLOW_FILE_LOCATIONS"] = "true";
  const std::string from = std::string(MOORING_SOURCE_DIR) + "/tests/golden/moving/mlruns";
  EXPECT_EQ(world.Run({"import", "mlflow", "--from", from, "--data-dir", directory_}), 2)
      << world.err.written;
  EXPECT_NE(world.err.written.find("files have no place here"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

// An experiment with a run that has one large file; both are deleted. The run's id.
std::string MakeDeleted(const TrackedStores& stores, const std::string& name,
                        const std::string& place, const std::string& bytes) {
  const std::string experiment =
      stores.tracking->CreateExperiment({.name = name, .artifact_location = place}).value();
  const auto run = stores.tracking->CreateRun({.experiment_id = experiment}).value();
  const auto upload = stores.artifacts->Begin().value();
  EXPECT_TRUE(upload->Append(AsBytes(bytes)).ok());
  EXPECT_TRUE(upload->Publish(records::StoredPath(run.info.artifact_uri).value() + "/f").ok());
  EXPECT_TRUE(stores.tracking->DeleteExperiment(experiment).ok());
  return run.info.id;
}

std::size_t FilesBelow(const std::string& directory) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const bool is_upload = entry.path().parent_path().filename() == "work";
    if (entry.is_regular_file() && !is_upload) ++files;
  }
  return files;
}

TEST_F(TrackedCommands, APurgeRemovesWhatIsOldWithItsFilesAndNothingElse) {
  std::filesystem::create_directories(directory_);
  FakeWorld world;
  world.context.files = &PosixFileSystem();
  const auto open = [&] {
    return TrackedStores::Open(
               {.files = &PosixFileSystem(), .clock = &world.clock, .root = directory_})
        .value();
  };
  const std::string large(100'000, 'l'), other(100'000, 'o');
  std::string old_run, new_run;
  {
    const TrackedStores stores = open();
    old_run = MakeDeleted(stores, "old", "mlflow-artifacts:/shared", large);
    world.clock.Advance(std::chrono::hours(24 * 40));
    new_run = MakeDeleted(stores, "new", "mlflow-artifacts:/shared", other);
    world.clock.Advance(std::chrono::hours(1));
  }
  EXPECT_EQ(FilesBelow(directory_ + "/artifacts"), 2U);
  ASSERT_EQ(world.Run({"tracking", "purge", "--older-than", "30d", "--data-dir", directory_}), 0)
      << world.err.written;
  EXPECT_NE(world.err.written.find("an experiment that is kept"), std::string::npos)
      << "the place is the other's, too";
  EXPECT_EQ(FilesBelow(directory_ + "/artifacts"), 1U);
  const TrackedStores stores = open();
  EXPECT_EQ(stores.tracking->GetRun(old_run).error().code(), Code::kNotFound);
  ASSERT_TRUE(stores.tracking->GetRun(new_run).ok());
  EXPECT_TRUE(stores.artifacts->Get("shared/" + new_run + "/artifacts/f").ok());
}

}  // namespace
}  // namespace mooring::app::cli
