// Artifacts named by their run: listing and download, over the real stores.
#include <gtest/gtest.h>

#include <filesystem>

#include "api/api_fixture.h"
#include "api/mlflow/artifacts/artifact_calls.h"
#include "records/artifacts/artifact_store.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api {
namespace {

using testing::Answered;

class RunArtifacts : public ::testing::Test {
 protected:
  RunArtifacts() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    blobs_ = data::BlobStore::Open(PosixFileSystem(), directory_ + "/blobs").value();
    store_ = records::ArtifactStore::Open({.file = directory_ + "/artifacts.db",
                                           .blobs = &*blobs_,
                                           .clock = &SystemClock(),
                                           .files = &PosixFileSystem()})
                 .value();
    tracking_ = records::OpenSqliteTracking(
                    {.file = directory_ + "/tracking.db", .clock = &SystemClock(), .seed = 1})
                    .value();
    records::NewRun run;
    run.experiment_id = "0";
    uri_ = tracking_->CreateRun(run).value().info.artifact_uri;
    run_id_ = uri_.substr(uri_.find("/0/") + 3, 32);
    api_->use.clock = &SystemClock();
    api_->use.artifacts = store_.get();
    api_->use.tracking = tracking_.get();
    Put("model/MLmodel", "flavors");
    Put("notes.txt", "hi");
  }
  ~RunArtifacts() override {
    store_ = nullptr;
    tracking_ = nullptr;
    std::filesystem::remove_all(directory_);
  }
  void Put(const std::string& path, std::string_view text) {
    const auto upload = store_->Begin().value();
    ASSERT_TRUE(upload->Append(AsBytes(text)).ok());
    ASSERT_TRUE(upload->Publish("0/" + run_id_ + "/artifacts/" + path).ok());
  }
  Answered Get(void (*answer)(const Call&), const std::string& query) {
    const Handler handler = [this, answer](const Request& request, auto responder) {
      answer(Call{api_, &request, std::move(responder), {}, Protocol::kTracking, nobody_});
    };
    return testing::Send(handler, "GET /x?" + query, "", "");
  }

  const std::string directory_ = ::testing::TempDir() + "/run_artifacts_test";
  const std::shared_ptr<Api> api_ = std::make_shared<Api>();
  const std::shared_ptr<const records::Principal> nobody_ =
      std::make_shared<const records::Principal>("", std::span<const records::Grant>());
  std::optional<data::BlobStore> blobs_;
  std::unique_ptr<records::ArtifactStore> store_;
  std::unique_ptr<records::TrackingStore> tracking_;
  std::string uri_, run_id_;
};

TEST_F(RunArtifacts, ListsRelativeToTheRun) {
  EXPECT_EQ(Get(mlflow::ListRunArtifacts, "run_id=" + run_id_).body,
            R"({"root_uri":")" + uri_ + R"(","files":[{"path":"model","is_dir":true},)" +
                R"({"path":"notes.txt","is_dir":false,"file_size":2}]})");
  EXPECT_EQ(Get(mlflow::ListRunArtifacts, "run_uuid=" + run_id_ + "&path=model").body,
            R"({"root_uri":")" + uri_ +
                R"(","files":[{"path":"model/MLmodel","is_dir":false,"file_size":7}]})");
  EXPECT_EQ(Get(mlflow::ListRunArtifacts, "run_id=" + run_id_ + "&path=none").body,
            R"({"root_uri":")" + uri_ + R"("})");
}

TEST_F(RunArtifacts, RefusesAsRecordedFromMlflow) {
  const Answered absent = Get(mlflow::ListRunArtifacts, "run_id=deadbeef");
  EXPECT_EQ(absent.status, 404);
  EXPECT_EQ(
      absent.body,
      R"({"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Run with id=deadbeef not found"})");
  const Answered climbs = Get(mlflow::ListRunArtifacts, "run_id=" + run_id_ + "&path=../x");
  EXPECT_EQ(climbs.status, 400);
  EXPECT_EQ(climbs.body, R"({"error_code":"INVALID_PARAMETER_VALUE","message":"Invalid path"})");
  EXPECT_EQ(Get(mlflow::GetRunArtifact, "run_id=" + run_id_ + "&path=none").status, 404);
  EXPECT_EQ(Get(mlflow::GetRunArtifact, "run_id=" + run_id_ + "&path=..%2Fx").status, 400);
  EXPECT_EQ(Get(mlflow::GetRunArtifact, "run_id=" + run_id_).status, 400);
}

TEST_F(RunArtifacts, GivesTheFile) {
  const Answered got = Get(mlflow::GetRunArtifact, "run_uuid=" + run_id_ + "&path=model/MLmodel");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "flavors");
}

}  // namespace
}  // namespace mooring::api
