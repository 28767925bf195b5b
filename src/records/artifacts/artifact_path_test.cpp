#include "records/artifacts/artifact_path.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

TEST(ArtifactPath, TakesWhatClientsCallTheirFiles) {
  for (const std::string& path :
       {std::string("a"), std::string("1/0a/artifacts/model/MLmodel"), std::string("a b/c (1).txt"),
        std::string("..."), std::string(".hidden/..x"), std::string("\xD1\x84.txt"),
        std::string("100%"), std::string("a:b"), std::string("~"), std::string("a;..b"),
        std::string(4096, 'x')}) {
    EXPECT_TRUE(CheckArtifactPath(path).ok()) << path;
  }
}

TEST(ArtifactPath, RefusesWhatClimbsOrIsNoName) {
  const std::string paths[] = {"",
                               "/",
                               "/etc/passwd",
                               "a/",
                               "a//b",
                               ".",
                               "..",
                               "../a",
                               "a/../b",
                               "a/..",
                               "a/./b",
                               "./a",
                               "a\\b",
                               "..\\a",
                               "C:\\a",
                               "a\nb",
                               "a\x7f",
                               "\x01",
                               "\xC0\xAF",
                               "\xED\xA0\x80",
                               "\xFF",
                               "//a",
                               "a/b/",
                               std::string("a\0b", 3),
                               std::string(4097, 'x')};
  for (const std::string& path : paths) {
    const Status status = CheckArtifactPath(path);
    ASSERT_FALSE(status.ok()) << path;
    EXPECT_EQ(status.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(status.error().message(), "Invalid path");
  }
}

TEST(ArtifactPath, RangesHoldADirectoryAndNothingElse) {
  const PathRange below = Below("a/b");
  for (const char* inside : {"a/b/", "a/b/c", "a/b/\xF0\x9F\x98\x80", "a/b/c/d"})
    EXPECT_TRUE(below.first <= inside && inside < below.end) << inside;
  for (const char* outside : {"a/b", "a/b.txt", "a/b-/c", "a/b0", "a/bb", "a/c", "a"})
    EXPECT_FALSE(below.first <= std::string(outside) && outside < below.end) << outside;
  EXPECT_EQ(Below("").first, "");
  EXPECT_LT(std::string("\xF4\x8F\xBF\xBF"), Below("").end);
}

}  // namespace
}  // namespace mooring::records
