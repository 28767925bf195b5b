#include "app/cli/config/check.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"

namespace mooring::app::cli {
namespace {

TEST(CheckFiles, JudgesAFileAsItIsTold) {
  FakeWorld world;
  const auto file = std::filesystem::path(testing::TempDir()) / "check_empty.yaml";
  ASSERT_TRUE(PosixFileSystem().WriteFileDurably(file.string(), AsBytes("")).ok());
  const auto check = [&](bool (*is_contract)(std::string_view)) {
    return *CheckFiles(world.context, Args(), {file.string()}, is_contract);
  };
  EXPECT_EQ(check([](std::string_view) { return false; }), ExitCode::kDone);
  EXPECT_EQ(check([](std::string_view) { return true; }), ExitCode::kFindings);
  EXPECT_NE(world.out.written.find("the contract is empty"), std::string::npos);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace mooring::app::cli
