#include "records/catalogue/artifact_location.h"

#include "records/catalogue/catalogue_fixture.h"

namespace mooring::records {
namespace {

class ArtifactLocationTest : public CatalogueFixture {
 protected:
  std::string Of(const std::string& source) {
    const auto uri = ArtifactUriOf(*catalogue_, nullptr, source);
    return uri.ok() ? *uri : uri.error().message();
  }
};

TEST_F(ArtifactLocationTest, FollowsCopiesAndAliases) {
  Make("a");
  Make("b");
  Add("a", "mlflow-artifacts:/1/x");
  Add("b", "models:/a/1");
  ASSERT_TRUE(Point("b", "best", 1).ok());
  EXPECT_EQ(Of("models:/a/1"), "mlflow-artifacts:/1/x");
  EXPECT_EQ(Of("models:/b/1"), "mlflow-artifacts:/1/x");
  EXPECT_EQ(Of("models:/b@best"), "mlflow-artifacts:/1/x");
  EXPECT_EQ(Of("models:/b/latest"), "mlflow-artifacts:/1/x");
  EXPECT_EQ(Of("s3://bucket/m"), "s3://bucket/m");
}

TEST_F(ArtifactLocationTest, SaysWhatIsNotThere) {
  Make("a");
  Add("a", "models:/a/1");  // of itself
  EXPECT_EQ(Of("models:/a/1"), "'models:/a/1' is a copy of copies that do not end");
  EXPECT_EQ(Of("models:/a/9"), "Model Version (name=a, version=9) not found");
  EXPECT_EQ(Of("models:/a"), "'a' names no model version");
  EXPECT_EQ(Of("models:/m-1"), "this server tracks no runs and no logged models");
  EXPECT_EQ(Of("runs:/r/model"), "this server tracks no runs and no logged models");
}

// Sources as clients write them; the paths are those of §5 of the protocol.
TEST(StoredPaths, AreThoseOfTheProxyAlone) {
  EXPECT_EQ(*StoredPath("mlflow-artifacts:/1/ab/artifacts/model"), "1/ab/artifacts/model");
  EXPECT_EQ(*StoredPath("mlflow-artifacts:///1/ab/"), "1/ab");
  EXPECT_EQ(*StoredPath("mlflow-artifacts://host:5000/1/ab"), "1/ab");
  for (const char* other :
       {"s3://b/m", "file:///a", "/a", "", "mlflow-artifacts:", "mlflow-artifacts://host"}) {
    EXPECT_FALSE(StoredPath(other).ok()) << other;
  }
}

}  // namespace
}  // namespace mooring::records
