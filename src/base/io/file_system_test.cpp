#include "base/io/file_system.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace mooring {
namespace {

class PosixFileSystemTest : public testing::Test {
 protected:
  PosixFileSystemTest()
      : root_(testing::TempDir() + "fs_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(root_);
    EXPECT_TRUE(fs_.MakeDirectories(root_ + "/a/b").ok());
  }
  ~PosixFileSystemTest() override { std::filesystem::remove_all(root_); }
  FileSystem& fs_ = PosixFileSystem();
  std::string root_;
};

TEST_F(PosixFileSystemTest, WritesDurablyAndReadsBack) {
  ASSERT_TRUE(fs_.WriteFileDurably(root_ + "/a/x", AsBytes("hello")).ok());
  ASSERT_TRUE(fs_.WriteFileDurably(root_ + "/a/x", AsBytes("bye")).ok());
  EXPECT_EQ(*fs_.ReadFile(root_ + "/a/x", 100), "bye");
  EXPECT_EQ(*fs_.List(root_ + "/a"), (std::vector<std::string>{"b", "x"}));
  EXPECT_EQ(fs_.ReadFile(root_ + "/a/x", 2).error().code(), Code::kTooLarge);
  EXPECT_EQ(AsText((*fs_.Map(root_ + "/a/x"))->bytes()), "bye");
}

TEST_F(PosixFileSystemTest, SaysWhatIsMissingAndWhatIsThere) {
  EXPECT_EQ(fs_.Stat(root_ + "/none").error().code(), Code::kNotFound);
  ASSERT_TRUE(fs_.Open(root_ + "/f", OpenMode::kCreateNew).ok());
  EXPECT_EQ(fs_.Open(root_ + "/f", OpenMode::kCreateNew).error().code(), Code::kAlreadyExists);
  EXPECT_EQ(fs_.Open(root_ + "/none", OpenMode::kRead).error().code(), Code::kNotFound);
}

TEST_F(PosixFileSystemTest, ALinkToNowhereIsNotAbsentAndDoesNotExist) {
  std::filesystem::create_symlink(root_ + "/none", root_ + "/link");
  EXPECT_EQ(fs_.Stat(root_ + "/link").error().code(), Code::kFailedPrecondition);
  EXPECT_FALSE(fs_.Exists(root_ + "/link"));
  EXPECT_EQ(fs_.ReadFile(root_ + "/link", 100).error().code(), Code::kNotFound);
}

TEST_F(PosixFileSystemTest, AFileKnowsWhetherAPathIsStillItsOwn) {
  const std::string path = root_ + "/a/x";
  const auto file = fs_.Open(path, OpenMode::kReadWrite).value();
  EXPECT_TRUE(file->IsAt(path).value());
  EXPECT_FALSE(file->IsAt(root_ + "/a/none").value());
  ASSERT_TRUE(fs_.Rename(root_ + "/a", root_ + "/c").ok());
  EXPECT_FALSE(file->IsAt(path).value());
  EXPECT_TRUE(file->IsAt(root_ + "/c/x").value());
  ASSERT_TRUE(fs_.Remove(root_ + "/c/x").ok());
  ASSERT_TRUE(fs_.WriteFileDurably(root_ + "/c/x", AsBytes("another")).ok());
  EXPECT_FALSE(file->IsAt(root_ + "/c/x").value());
}

TEST_F(PosixFileSystemTest, OneHolderOfALock) {
  auto lock = fs_.Lock(root_ + "/lock");
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(fs_.Lock(root_ + "/lock").error().code(), Code::kConflict);
  lock->reset();
  EXPECT_TRUE(fs_.Lock(root_ + "/lock").ok());
}

}  // namespace
}  // namespace mooring
