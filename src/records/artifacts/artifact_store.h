// ArtifactStore: files of runs and logged models under the paths that users gave them. Inside, a
// path is a row and its bytes are a blob of their SHA-256: no text of a user ever becomes a path
// on disk, the same bytes are kept once, a directory is what lies under a prefix.
//
//   ASSIGN_OR_RETURN(auto upload, store->Begin());          // any size, flat memory
//   RETURN_IF_ERROR(upload->Append(bytes)); …
//   RETURN_IF_ERROR(upload->Publish("1/ab…/artifacts/model/MLmodel"));   // durable, replaces
//
// Large files may come in parts (part_uploads.h), which are put together without a second copy.
//
// Small files (limits of the implementation) share commits: thousands a second; large ones stream
// into the blob store. Paths are relative, '/'-separated, 1..4096 bytes, without empty, "." and
// ".." segments, control characters or backslashes: kInvalidArgument "Invalid path" otherwise.
//
// What lost its last name is freed: a small file with the commit that unnamed it, a blob of the
// blob store `grace` later, by Remove or Sweep, unless it has a name again or still_used says that
// somebody else (the registry) names it. Between a blob's arrival in the shared store and the row
// of its owner nobody names it: grace is longer than any registration. A crash between the two
// leaves a blob that nothing frees.
//
// Failure: kNotFound; kFailedPrecondition where a file stands in the way of a directory.
// Thread safety: any thread; calls block on the disk: not for an event loop. One upload is used by
// one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "data/store/blob_store.h"
#include "records/artifacts/part_uploads.h"

namespace mooring::records {

struct ArtifactEntry {
  std::string name;  // last segment
  bool is_directory = false;
  std::uint64_t bytes = 0;  // of a file
  std::string sha256;       // of a file, hexadecimal
};

class ArtifactUpload {
 public:
  virtual ~ArtifactUpload() = default;  // unpublished: nothing stays
  virtual Status Append(ByteSpan bytes) = 0;
  virtual Status Publish(std::string_view path) = 0;
};

// An open file: it can be read whatever happens to its path.
class ArtifactReader {
 public:
  virtual ~ArtifactReader() = default;
  virtual std::uint64_t size() const = 0;
  virtual const std::string& sha256() const = 0;
  virtual Result<ByteSpan> Read(std::uint64_t offset, std::size_t most) = 0;
};

class ArtifactStore {
 public:
  struct Options {
    std::string file;                  // artifacts.db
    data::BlobStore* blobs = nullptr;  // required
    const Clock* clock = nullptr;      // required
    FileSystem* files = nullptr;       // required
    // Whether anybody else names a blob; empty: nobody does. Must not call the store.
    std::function<bool(const data::BlobId&)> still_used = nullptr;
    std::chrono::milliseconds grace = std::chrono::minutes(10);
  };
  static Result<std::unique_ptr<ArtifactStore>> Open(Options options);
  virtual ~ArtifactStore() = default;

  virtual Result<std::unique_ptr<ArtifactUpload>> Begin() = 0;
  virtual Result<std::unique_ptr<ArtifactReader>> Get(std::string_view path) const = 0;
  // What lies directly under a directory, by name; "" is the root. A directory that does not exist
  // has nothing in it.
  virtual Result<std::vector<ArtifactEntry>> List(std::string_view directory) const = 0;
  // Every file under a directory, with its path relative to it, by path.
  virtual Result<std::vector<ArtifactEntry>> ListAll(std::string_view directory) const = 0;
  // A file, or a directory with all under it.
  virtual Status Remove(std::string_view path) = 0;
  // Frees blobs that lost their last name `grace` ago; how many. To be called now and then.
  virtual Result<std::size_t> Sweep() = 0;
  // Files that come in parts; null: this store takes none. Sweep drops those that nobody goes on
  // with. PublishParts names what all parts make and ends the upload.
  virtual PartUploads* parts() { return nullptr; }
  virtual Status PublishParts(std::string_view upload, std::string_view path,
                              std::span<const SentPart> sent);
  // Writes a directory out as real files below `target`, for code that needs paths. Names are
  // checked again; links are never made, and nothing that is there is written over.
  virtual Status Materialise(std::string_view directory, const std::string& target) const = 0;
};

}  // namespace mooring::records
