// VersionBlobs: a version's files in the blob store, as the model room's artifacts
// (records/registry/version_files.h has the bytes). The compiled form lies beside the artifact and
// is made again from it when it is absent or of an older form.
//
// Thread safety: as data::BlobStore. Failure: kDataLoss for bytes that are not those of their id.
#pragma once

#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "base/result.h"
#include "data/store/blob_store.h"

namespace mooring::model {
class Artifact;
}

namespace mooring::control {

class VersionBlobs {
 public:
  struct Bytes {
    ByteSpan bytes;
    std::shared_ptr<const void> owner;  // keeps them alive
  };

  VersionBlobs(FileSystem& files, data::BlobStore& store) : files_(files), store_(store) {}

  // Gives the artifact's blob id.
  Result<std::string> PutArtifact(const model::Artifact& artifact, std::string_view flat);
  Result<std::string> PutText(std::string_view text);

  Result<model::Artifact> GetArtifact(const std::string& blob) const;
  // The compiled form; made again and stored when it is absent.
  Result<Bytes> GetFlat(const std::string& blob) const;
  Result<std::string> GetText(const std::string& blob) const;

 private:
  Result<Bytes> Get(const std::string& blob) const;
  FileSystem& files_;
  data::BlobStore& store_;
};

}  // namespace mooring::control
