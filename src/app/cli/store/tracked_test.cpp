// What moving and purging need of a data directory; control/moving tests the moving itself.
#include "app/cli/store/tracked.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"

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
  EXPECT_NE(world.err.written.find("a server holds the data directory"), std::string::npos);
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

}  // namespace
}  // namespace mooring::app::cli
