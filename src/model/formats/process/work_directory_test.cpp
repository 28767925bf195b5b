#include "model/formats/process/work_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace mooring::model {
namespace {

namespace fs = std::filesystem;

class WorkDirectories : public ::testing::Test {
 protected:
  void SetUp() override {
    parent_ = ::testing::TempDir() + "work-directory-" + std::to_string(::getpid()) + "/workers";
  }
  void TearDown() override { fs::remove_all(fs::path(parent_).parent_path()); }
  Result<std::unique_ptr<WorkDirectory>> Make(const std::string& path) const {
    return WorkDirectory::Make(parent_, {{path, AsBytes("text")}}, "script");
  }
  std::string parent_;
};

TEST_F(WorkDirectories, HoldTheModelReadOnlyAndGoWithTheirObject) {
  auto made = Make("code/deep/model.py");
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const std::string file = (*made)->model() + "/code/deep/model.py";
  EXPECT_EQ(fs::file_size(file), 4U);
  struct stat about = {};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0400U);
  EXPECT_TRUE(fs::exists((*made)->script()));
  made->reset();
  EXPECT_TRUE(fs::is_empty(parent_));
}

TEST_F(WorkDirectories, PathsThatLeaveAreRefused) {
  for (const char* path : {"../x", "/x", "a/../../x", "a//x", ".", "", "a/."}) {
    EXPECT_FALSE(StaysBelow(path)) << path;
    auto made = Make(path);
    ASSERT_FALSE(made.ok()) << path;
    EXPECT_EQ(made.error().code(), Code::kInvalidArgument);
  }
  EXPECT_TRUE(StaysBelow("a/b..c/.d"));
}

TEST_F(WorkDirectories, WhatAKilledServerLeftIsRemovedAndOthersAreKept) {
  fs::create_directories(parent_ + "/worker-1-0/model");
  std::ofstream(parent_ + "/worker-1-0.lock") << "";
  auto first = Make("a"), second = Make("a");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(fs::exists(parent_ + "/worker-1-0"));
  EXPECT_TRUE(fs::exists((*first)->model() + "/a")) << "in use";
  EXPECT_NE((*first)->path(), (*second)->path());
}

TEST_F(WorkDirectories, ScratchIsFreshAndCounted) {
  auto made = Make("a");
  ASSERT_TRUE(made.ok());
  auto scratch = (*made)->FreshScratch(0);
  ASSERT_TRUE(scratch.ok());
  fs::create_directories(*scratch + "/d");
  std::ofstream(*scratch + "/d/x") << std::string(1000, 'x');
  fs::create_symlink("/", *scratch + "/root");
  EXPECT_EQ((*made)->ScratchBytes(0), 1000U);
  ASSERT_TRUE((*made)->FreshScratch(0).ok());
  EXPECT_EQ((*made)->ScratchBytes(0), 0U);
  EXPECT_EQ((*made)->ScratchBytes(7), 0U);
}

}  // namespace
}  // namespace mooring::model
