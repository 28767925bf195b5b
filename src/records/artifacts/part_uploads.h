// PartUploads: files that come in parts, each on a connection of its own and in any order, as
// MLflow's multipart upload sends them. What was begun outlives the process: a client goes on after
// a restart with the parts that are missing.
//
//   ASSIGN_OR_RETURN(const std::string id, uploads.Create("1/ab/artifacts/big.bin", 3));
//   ASSIGN_OR_RETURN(auto part, uploads.Begin({id, 2, bytes}));    // for each part, any order
//   RETURN_IF_ERROR(part->Append(piece)); …
//   ASSIGN_OR_RETURN(const std::string tag, part->Finish());        // durable; its SHA-256
//   ASSIGN_OR_RETURN(const WholeUpload whole, uploads.Complete(id, path, sent));
//   …take whole.file away…; uploads.Forget(id);   // or Release, to complete it again
//
// All parts but the last have the same size, so that each is written to its place in one file and
// nothing is copied together: only the last part, whose place nobody knows before, is copied once.
// The whole is read once for its SHA-256. On disk, in a directory of its own: index.db (ids, paths,
// parts), <id>.body and <id>.last. Ids are 128 random bits; no text of a caller names a file.
//
// A part that is sent again replaces the one before; twice at once is kConflict, and so is to
// complete while one is on its way. Uploads that nobody touched for `stale` are dropped by Sweep,
// and by Create when there are too many.
//
// Failure: kNotFound for an upload that is not there (any more), kInvalidArgument for numbers,
// sizes and tags that do not fit, kTooLarge, kResourceExhausted for too many at once.
// Thread safety: any thread; calls block on the disk. A PartWriter is used by one thread at a time.
// Ownership: writers must not outlive their PartUploads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/limits.h"
#include "base/result.h"
#include "data/store/sqlite.h"

namespace mooring::records {

inline constexpr std::uint32_t kMostParts = 10'000;
inline constexpr std::uint64_t kMostPartBytes = 5 * limits::kGiB;
inline constexpr std::uint64_t kMostUploadBytes = 1024 * limits::kGiB;

// A part as it is announced: its number, from 1, and how long it will be.
struct PartPlace {
  std::string upload;
  std::uint32_t number = 0;
  std::uint64_t bytes = 0;
};

// A part as the client says that it sent it.
struct SentPart {
  std::uint32_t number = 0;
  std::string tag;  // what Finish gave
};

struct WholeUpload {
  std::string file;  // the caller's to move away
  Digest digest{};
  std::uint64_t bytes = 0;
};

class PartUploads;

class PartWriter {
 public:
  ~PartWriter();  // unfinished: the part is not there
  PartWriter(const PartWriter&) = delete;
  PartWriter& operator=(const PartWriter&) = delete;

  Status Append(ByteSpan bytes);
  // Once, when all announced bytes are there.
  Result<std::string> Finish();

 private:
  friend class PartUploads;
  PartWriter(PartUploads& uploads, PartPlace place) : uploads_(uploads), place_(std::move(place)) {}

  PartUploads& uploads_;
  const PartPlace place_;
  std::unique_ptr<File> file_;
  std::uint64_t offset_ = 0, written_ = 0;
  Sha256 sum_;
};

class PartUploads {
 public:
  struct Options {
    std::string directory;         // made when absent
    FileSystem* files = nullptr;   // required
    const Clock* clock = nullptr;  // required
    std::chrono::milliseconds stale = std::chrono::hours(24);
    std::size_t most = 1'000;  // begun and not ended
  };
  static Result<std::unique_ptr<PartUploads>> Open(Options options);

  // An upload that will be the file at `path`; gives its id.
  Result<std::string> Create(std::string_view path, std::uint32_t parts);
  Result<std::unique_ptr<PartWriter>> Begin(const PartPlace& place);
  // `sent` names every part once, in any order.
  Result<WholeUpload> Complete(std::string_view id, std::string_view path,
                               std::span<const SentPart> sent);
  // Drops it with all its parts; kNotFound when it is not there, or is to be another file.
  Status Abort(std::string_view id, std::string_view path);
  // After Complete: the file was taken away and the upload is over, or it stays as it was before.
  Status Forget(std::string_view id);
  void Release(std::string_view id);
  // Drops what nobody touched for a long time; how many.
  Result<std::size_t> Sweep();

 private:
  friend class PartWriter;
  struct Upload {
    std::string path;
    std::uint32_t parts = 0;
    std::uint64_t stride = 0;  // bytes of every part but the last; 0: not known yet
  };

  PartUploads(Options options, data::Database db)
      : options_(std::move(options)), db_(std::move(db)) {}
  std::string BodyOf(std::string_view id) const;
  std::string LastOf(std::string_view id) const;
  std::int64_t NowMs() const;

  // Files that a crash left without their upload.
  Status RemoveStrays();

  // All of these with mutex_ held.
  Result<Upload> Find(std::string_view id);
  Status CheckPlace(const PartPlace& place, Upload& upload);
  Status CheckSent(std::string_view id, const Upload& upload, std::span<const SentPart> sent,
                   std::uint64_t& last_bytes);
  Status Drop(std::string_view id);
  Result<std::size_t> DropStale();

  Status Keep(const PartPlace& place, const std::string& tag);
  void Leave(const PartPlace& place);
  Result<WholeUpload> JoinParts(std::string_view id, const Upload& upload,
                                std::uint64_t last_bytes);

  const Options options_;
  std::mutex mutex_;  // guards all below
  data::Database db_;
  std::map<std::string, std::set<std::uint32_t>, std::less<>> writing_;
  std::set<std::string, std::less<>> completing_;
};

}  // namespace mooring::records
