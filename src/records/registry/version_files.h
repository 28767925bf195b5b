// Version files: how a version's artifact, one file or a directory of them, goes into the blob
// store and comes back.
//
// Each file is a blob; a manifest blob lists them by path, size and SHA-256, and its id is the
// artifact's id (NewVersion::artifact_blob). The same files in any order give the same id. Always a
// manifest, also for one file: no model file can pass for a list of files. docs/formats/registry.md
// gives the bytes.
//
//   ASSIGN_OR_RETURN(const Artifact read, ReadArtifact(files, "model.json"));
//   ASSIGN_OR_RETURN(version.artifact_blob, StoreArtifact(store, read));
//   ASSIGN_OR_RETURN(const Artifact artifact, OpenArtifact(store, version.artifact_blob));
//
// Thread safety: that of the BlobStore. Ownership: an Artifact keeps its files mapped.
// Failure: a path that climbs, repeats or is absolute is kInvalidArgument; too many files or bytes
// kTooLarge; bytes that are not those of their id kDataLoss.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "data/store/blob_store.h"

namespace mooring::records {

struct ArtifactFile {
  std::string path;                     // relative, with '/'; "model.json"
  std::unique_ptr<MappedFile> mapping;  // null when the bytes are the caller's
  ByteSpan bytes;
};

struct Artifact {
  std::string name;                 // of the file or directory, without its parents
  std::vector<ArtifactFile> files;  // by path

  const ArtifactFile* Find(std::string_view path) const;  // null when absent
};

// A file, or a directory with everything below it, from disk.
Result<Artifact> ReadArtifact(FileSystem& files, const std::string& path);

// Stores all files and the manifest; gives the manifest's id.
Result<std::string> StoreArtifact(data::BlobStore& store, const Artifact& artifact);

// Maps all files of an artifact and checks each against its SHA-256. Reads every byte once.
Result<Artifact> OpenArtifact(const data::BlobStore& store, std::string_view artifact_blob);

// The compiled form of a model, kept beside its artifact's manifest; may be missing (kNotFound) at
// any time.
Status StoreFlat(data::BlobStore& store, std::string_view artifact_blob, ByteSpan bytes);
Result<std::unique_ptr<MappedFile>> OpenFlat(FileSystem& files, const data::BlobStore& store,
                                             std::string_view artifact_blob);

}  // namespace mooring::records
