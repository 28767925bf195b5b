// A whole API over the stores of MLflow's calls, as a server has them: tracking, artifacts and the
// catalogue in SQLite. For tests only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "api/api_fixture.h"
#include "data/store/blob_store.h"
#include "records/artifacts/artifact_store.h"
#include "records/catalogue/catalogue.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api::testing {

// The stores, in a directory of their own.
class Stores {
 public:
  explicit Stores(const std::string& name)
      : directory_((std::filesystem::temp_directory_path() / name).string()) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    blobs_ = data::BlobStore::Open(PosixFileSystem(), directory_ + "/blobs").value();
    artifacts_ = records::ArtifactStore::Open({.file = directory_ + "/artifacts.db",
                                               .blobs = &*blobs_,
                                               .clock = &clock,
                                               .files = &PosixFileSystem()})
                     .value();
    catalogue_ = records::Catalogue::Open({.directory = directory_, .clock = &clock}).value();
    tracking_ = records::OpenSqliteTracking(
                    {.file = directory_ + "/tracking.db", .clock = &clock, .seed = 7})
                    .value();
    api.use.tracking = tracking_.get();
    api.use.artifacts = artifacts_.get();
    api.use.catalogue = catalogue_.get();
  }
  ~Stores() {
    catalogue_ = nullptr;
    artifacts_ = nullptr;
    tracking_ = nullptr;
    std::filesystem::remove_all(directory_);
  }

  SimulatedClock clock;
  TestApi api;

 private:
  const std::string directory_;
  std::optional<data::BlobStore> blobs_;
  std::unique_ptr<records::ArtifactStore> artifacts_;
  std::unique_ptr<records::Catalogue> catalogue_;
  std::unique_ptr<records::TrackingStore> tracking_;
};

}  // namespace mooring::api::testing
