#include "base/io/file_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/limits.h"

namespace mooring {
namespace {

class FileTreeTest : public ::testing::Test {
 protected:
  FileTreeTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_ + "/model/data");
    std::ofstream(directory_ + "/model/b.json") << "{}";
    std::ofstream(directory_ + "/model/data/a.bin") << "abc";
    std::ofstream(directory_ + "/model/empty");
    std::ofstream(directory_ + "/secret") << "another's";
  }
  ~FileTreeTest() override { std::filesystem::remove_all(directory_); }

  Result<std::vector<TreeFile>> Map(const std::string& path) {
    return MapTree(PosixFileSystem(), directory_ + path);
  }
  void ExpectRefused(const std::string& path, Code code, const std::string& where) {
    const auto tree = Map(path);
    ASSERT_FALSE(tree.ok());
    EXPECT_EQ(tree.error().code(), code) << tree.error().ToString();
    EXPECT_EQ(tree.error().where(), directory_ + where);
  }

  const std::string directory_ =
      ::testing::TempDir() + "file_tree_test_" + std::to_string(::getpid());
};

TEST_F(FileTreeTest, NamesEveryFileByItsPathInOrder) {
  const auto tree = Map("/model/");
  ASSERT_TRUE(tree.ok()) << tree.error().ToString();
  ASSERT_EQ(tree->size(), 3U);
  EXPECT_EQ((*tree)[0].path, "b.json");
  EXPECT_EQ((*tree)[1].path, "data/a.bin");
  EXPECT_EQ((*tree)[2].path, "empty");
  EXPECT_EQ(AsText((*tree)[1].mapping->bytes()), "abc");
  EXPECT_TRUE((*tree)[2].mapping->bytes().empty());
}

TEST_F(FileTreeTest, ALoneFileKeepsItsName) {
  const auto tree = Map("/model/data/a.bin");
  ASSERT_TRUE(tree.ok());
  ASSERT_EQ(tree->size(), 1U);
  EXPECT_EQ(tree->front().path, "a.bin");
}

TEST_F(FileTreeTest, LinksInsideAreRefused) {
  std::filesystem::create_symlink(directory_ + "/secret", directory_ + "/model/data/out");
  ExpectRefused("/model", Code::kUnsupported, "/model/data/out");
  std::filesystem::remove(directory_ + "/model/data/out");
  std::filesystem::create_directory_symlink("..", directory_ + "/model/loop");
  ExpectRefused("/model", Code::kUnsupported, "/model/loop");
}

TEST_F(FileTreeTest, ALinkToTheWholeIsFollowed) {
  std::filesystem::create_directory_symlink(directory_ + "/model", directory_ + "/latest");
  EXPECT_TRUE(Map("/latest").ok());
  std::filesystem::create_symlink(directory_ + "/secret", directory_ + "/one");
  EXPECT_TRUE(Map("/one").ok());
}

TEST_F(FileTreeTest, APipeIsRefusedWithoutReadingIt) {
  const std::string pipe = directory_ + "/model/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ExpectRefused("/model", Code::kUnsupported, "/model/pipe");
  ExpectRefused("/model/pipe", Code::kUnsupported, "/model/pipe");
}

TEST_F(FileTreeTest, TooManyTooDeepTooLargeOrAbsent) {
  EXPECT_EQ(Map("/none").error().code(), Code::kNotFound);

  std::ofstream(directory_ + "/model/sparse");
  std::filesystem::resize_file(directory_ + "/model/sparse", limits::kArtifactBytes + 1);
  ExpectRefused("/model", Code::kTooLarge, "/model/sparse");
  std::filesystem::remove(directory_ + "/model/sparse");

  std::string deep = "/model";
  for (std::size_t i = 0; i <= limits::kArtifactDepth; ++i) deep += "/d";
  std::filesystem::create_directories(directory_ + deep);
  ExpectRefused("/model", Code::kTooLarge, deep);
  std::filesystem::remove_all(directory_ + "/model/d");

  for (std::size_t i = 0; i < limits::kArtifactFiles; ++i) {
    std::ofstream(directory_ + "/model/many" + std::to_string(i));
  }
  const auto tree = Map("/model");
  ASSERT_FALSE(tree.ok());
  EXPECT_EQ(tree.error().code(), Code::kTooLarge);
}

}  // namespace
}  // namespace mooring
