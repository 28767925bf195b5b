#include "api/mlflow/registry/version_downloads.h"

#include "api/mlflow/registry/registry_calls_fixture.h"
#include "base/crypto/digest.h"
#include "records/artifacts/artifact_store.h"
#include "records/tracking/memory_tracking_for_tests.h"

namespace mooring::api::mlflow {
namespace {

class VersionDownloads : public RegistryCalls {
 protected:
  void SetUp() override {
    RegistryCalls::SetUp();
    blobs_ = data::BlobStore::Open(PosixFileSystem(), directory_ + "/blobs").value();
    artifacts_ = records::ArtifactStore::Open({.file = directory_ + "/artifacts.db",
                                               .blobs = &*blobs_,
                                               .clock = &clock_,
                                               .files = &PosixFileSystem()})
                     .value();
    api_->use.artifacts = artifacts_.get();
    api_->use.tracking = &tracking_;
    api_->use.read_blob = [this](std::string_view id) -> Result<std::string> {
      ++reads_;
      const auto found = native_.find(std::string(id));
      if (found != native_.end()) return found->second;
      return Error(Code::kNotFound, "no blob");
    };
    native_[std::string(64, 'a')] = R"({"format":"mooring-artifact-1","name":"model","files":[)" +
                                    Listed("MLmodel", "flavors") + "," +
                                    Listed("data/model.json", "{}") + "]}";
    Serve("credit");  // version 1 is native, of the artifact aaaa…
  }
  void TearDown() override {
    artifacts_ = nullptr;
    RegistryCalls::TearDown();
  }
  // The line of a manifest; the file is a blob of the registry's store.
  std::string Listed(const std::string& path, const std::string& bytes) {
    const std::string sha256 = Hex(Sha256Of(AsBytes(bytes)));
    native_[sha256] = bytes;
    return R"({"path":")" + path + R"(","size":)" + std::to_string(bytes.size()) +
           R"(,"sha256":")" + sha256 + R"("})";
  }
  void Put(const std::string& path, std::string_view text) {
    const auto upload = artifacts_->Begin().value();
    ASSERT_TRUE(upload->Append(AsBytes(text)).ok());
    ASSERT_TRUE(upload->Publish(path).ok());
  }
  Answered Download(const std::string& query) {
    return AskAt(Method::kGet, "/model-versions/get-artifact?" + query);
  }

  records::testing::MemoryTracking tracking_{clock_};
  std::optional<data::BlobStore> blobs_;
  std::unique_ptr<records::ArtifactStore> artifacts_;
  std::map<std::string, std::string> native_;
  int reads_ = 0;
};

TEST_F(VersionDownloads, ANativeVersionIsLaidOutOnceForClients) {
  const std::string root = "registered/" + std::string(64, 'a');
  const Answered answer = Get("model-versions/get-download-uri?name=credit&version=1");
  EXPECT_EQ(answer.body, R"({"artifact_uri":"mlflow-artifacts:/)" + root + R"("})");
  const auto list = AskAt(Method::kGet, "/api/2.0/mlflow-artifacts/artifacts?path=" + root);
  EXPECT_EQ(list.body, R"({"files":[{"path":"MLmodel","is_dir":false,"file_size":7},)"
                       R"({"path":"data","is_dir":true}]})");
  EXPECT_EQ(
      AskAt(Method::kGet, "/api/2.0/mlflow-artifacts/artifacts/" + root + "/data/model.json").body,
      "{}");
  EXPECT_EQ(reads_, 3);
  EXPECT_EQ(Get("model-versions/get-download-uri?name=credit&version=1").body, answer.body);
  EXPECT_EQ(reads_, 4) << "the manifest alone";
  EXPECT_EQ(Download("name=credit&version=1&path=MLmodel").body, "flavors");
}

TEST_F(VersionDownloads, SaysWhenItCannot) {
  native_.erase(Hex(Sha256Of(AsBytes("{}"))));
  EXPECT_EQ(Get("model-versions/get-download-uri?name=credit&version=1").status, 404);
  api_->use.read_blob = nullptr;
  const Answered answer = Get("model-versions/get-download-uri?name=credit&version=1");
  EXPECT_GE(answer.status, 400);
  EXPECT_LT(answer.status, 500) << answer.body;
  EXPECT_NE(answer.message().find("version 1 of 'credit' cannot be downloaded"), std::string::npos)
      << answer.body;
}

TEST_F(VersionDownloads, FilesOfClientsVersionsComeFromTheirSource) {
  Post("registered-models/create", R"({"name":"m"})");
  Post("model-versions/create",
       R"({"name":"m","source":"mlflow-artifacts:/1/ab/artifacts/model"})");
  Post("model-versions/create", R"({"name":"m","source":"s3://bucket/model"})");
  Put("1/ab/artifacts/model/MLmodel", "mine");
  EXPECT_EQ(Download("name=m&version=1&path=MLmodel").body, "mine");
  EXPECT_EQ(Download("name=m&version=1&path=none").status, 404);
  EXPECT_EQ(Download("name=m&version=1").status, 400);
  EXPECT_EQ(Download("name=m&path=MLmodel").status, 400);
  EXPECT_EQ(Download("name=m&version=9&path=MLmodel").status, 404);
  EXPECT_EQ(Download("name=m&version=x&path=MLmodel").status, 400);
  EXPECT_EQ(Download("name=m&version=1&path=../../../artifacts.db").status, 400);
  EXPECT_EQ(Download("name=m&version=1&path=..%252fMLmodel").status, 400);
  EXPECT_EQ(Download("name=m&version=1&path=/etc/passwd").status, 400);
  EXPECT_EQ(Download("name=m&version=2&path=MLmodel").status, 501) << "not kept here";
  EXPECT_EQ(Get("model-versions/get-download-uri?name=m&version=2").Member("artifact_uri"),
            "s3://bucket/model");
}

TEST_F(VersionDownloads, ModelsOfOthersAreNotThere) {
  As("bob", {{records::Role::kViewer, "other"}});
  const Answered unseen = Download("name=credit&version=1&path=MLmodel");
  EXPECT_EQ(unseen.status, 404);
  EXPECT_EQ(unseen.message(), "Model Version (name=credit, version=1) not found");
  EXPECT_EQ(Get("model-versions/get-download-uri?name=credit&version=1").status, 404);
  EXPECT_EQ(reads_, 0);
}

TEST_F(VersionDownloads, ALoggedModelNamesTheVersionsThatWereRegisteredFromIt) {
  const auto logged = tracking_.CreateLoggedModel({.experiment_id = "0", .name = "tree"}).value();
  Post("registered-models/create", R"({"name":"m"})");
  Post("registered-models/create", R"({"name":"secret"})");
  const std::string source = R"(","source":"models:/)" + logged.id + "\"";
  Post("model-versions/create", R"({"name":"m)" + source + "}");  // the id is in the source
  Post("model-versions/create",
       R"({"name":"secret)" + source + R"(,"model_id":")" + logged.id + "\"}");
  Post("model-versions/create", R"({"name":"m","source":"s3://b"})");
  Post("model-versions/create", R"({"name":"m)" + source + "}");
  const auto registrations = [&] {
    const Answered answer = Get("logged-models/" + logged.id);
    const std::size_t at = answer.body.find("\"registrations\"");
    return at == std::string::npos ? ""
                                   : answer.body.substr(at, answer.body.find(']', at) - at + 1);
  };
  EXPECT_EQ(registrations(),
            R"("registrations":[{"name":"m","version":"1"},{"name":"m","version":"3"},)"
            R"({"name":"secret","version":"1"}])");
  Delete("model-versions/delete", R"({"name":"m","version":"3"})");
  As("bob", {{records::Role::kViewer, "m"}});
  EXPECT_EQ(registrations(), R"("registrations":[{"name":"m","version":"1"}])");
  As("bob", {{records::Role::kViewer, "other"}});
  EXPECT_EQ(registrations(), "");
}

}  // namespace
}  // namespace mooring::api::mlflow
