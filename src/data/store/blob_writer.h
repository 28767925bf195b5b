// BlobWriter: a blob whose bytes come piece by piece, of any size and in flat memory. Made by
// BlobStore::Begin; the store outlives it.
//
//   ASSIGN_OR_RETURN(auto writer, blobs.Begin());
//   RETURN_IF_ERROR(writer->Append(piece)); …
//   ASSIGN_OR_RETURN(const BlobId id, writer->Publish());   // whole and on disk
//
// Until Publish nothing of it is a blob, and a writer that is let go leaves nothing. The limit of
// artifacts does not apply: the disk is the limit (kResourceExhausted). A failed Append fails all
// later calls. From kEarlySyncBytes on a thread of the writer's own syncs what was written while
// more comes, so that Publish finds little left to do.
//
// Thread safety: one thread at a time.
#pragma once

#include <memory>

#include "base/limits.h"
#include "data/store/blob_store.h"

namespace mooring::data {

class BlobWriter {
 public:
  static constexpr std::uint64_t kEarlySyncBytes = 32 * limits::kMiB;

  BlobWriter(BlobStore& store, BlobStore::Draft draft);
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  Status Append(ByteSpan bytes);
  // Once.
  Result<BlobId> Publish();
  std::uint64_t bytes() const { return bytes_; }

 private:
  class EarlySync;

  BlobStore& store_;
  BlobStore::Draft draft_;
  Sha256 sum_;
  std::uint64_t bytes_ = 0, synced_ = 0;
  Status so_far_;
  bool published_ = false;
  std::unique_ptr<EarlySync> early_;
};

}  // namespace mooring::data
