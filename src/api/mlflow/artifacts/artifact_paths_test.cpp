#include "api/mlflow/artifacts/artifact_paths.h"

#include <gtest/gtest.h>

namespace mooring::api::mlflow {
namespace {

TEST(ArtifactPaths, ClimbingIsRefusedHoweverItIsEncoded) {
  for (const char* path : {"..", "../x", "a/../x", "%2e%2e/x", "%2E%2E%2Fx", "a/%2e%2e", "/a",
                           "%2Fa", "%252e%252e%252fx", "%25252e%25252e/x", "a%5Cb", "a\\b", "%00",
                           "a%00b", "//a", "a//b", "%2F%2Fa", "/"}) {
    const auto safe = SafePath(path);
    ASSERT_FALSE(safe.ok()) << path;
    EXPECT_EQ(safe.error().message(), "Invalid path");
  }
}

TEST(ArtifactPaths, OtherPathsStayAsTheyAre) {
  EXPECT_EQ(SafePath("").value(), "");
  EXPECT_EQ(SafePath("model/").value(), "model");
  EXPECT_EQ(SafePath("1/a/artifacts/x.txt").value(), "1/a/artifacts/x.txt");
  EXPECT_EQ(SafePath("100%").value(), "100%");
  EXPECT_EQ(SafePath("a%20b").value(), "a%20b");
  EXPECT_EQ(SafePath("...").value(), "...");
}

TEST(ArtifactPaths, UrisNameWhatTheServerKeeps) {
  EXPECT_EQ(PathOfUri("mlflow-artifacts:/1/ab/artifacts").value(), "1/ab/artifacts");
  EXPECT_EQ(PathOfUri("mlflow-artifacts://host:5000/1/ab").value(), "1/ab");
  EXPECT_EQ(PathOfUri("mlflow-artifacts:///1/ab").value(), "1/ab");
  EXPECT_EQ(PathOfUri("mlflow-artifacts:/").value(), "");
  EXPECT_EQ(PathOfUri("mlflow-artifacts://host").value(), "");
  EXPECT_EQ(PathOfUri("mlflow-artifacts:/../x").error().code(), Code::kInvalidArgument);
  EXPECT_EQ(PathOfUri("file:///tmp/x").error().code(), Code::kUnsupported);
  EXPECT_EQ(PathOfUri("s3://bucket/x").error().code(), Code::kUnsupported);
  EXPECT_EQ(Joined("", "a"), "a");
  EXPECT_EQ(Joined("a", ""), "a");
  EXPECT_EQ(Joined("a", "b/c"), "a/b/c");
}

}  // namespace
}  // namespace mooring::api::mlflow
