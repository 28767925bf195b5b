#include "records/artifacts/part_uploads.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/check.h"

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

constexpr std::string_view kSteps[] = {
    "CREATE TABLE uploads(id TEXT PRIMARY KEY, path TEXT NOT NULL, parts INTEGER NOT NULL,"
    " stride INTEGER NOT NULL, touched_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE parts(upload TEXT NOT NULL REFERENCES uploads(id) ON DELETE CASCADE,"
    " number INTEGER NOT NULL, bytes INTEGER NOT NULL, tag TEXT NOT NULL,"
    " PRIMARY KEY(upload, number)) STRICT, WITHOUT ROWID;"};
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kReadBytes = 1 * limits::kMiB;

Error NoUpload(std::string_view id) {
  return Error(Code::kNotFound, fmt::format("No such upload: '{}'", id.substr(0, 64)));
}

Error Wrong(std::string text) { return Error(Code::kInvalidArgument, std::move(text)); }

bool IsId(std::string_view id) {
  return id.size() == 2 * kIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

template <typename... Values>
Status RunSql(Database& db, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement statement, db.Prepare(sql));
  return statement.Run(values...);
}

// Gone is gone, whoever removed it.
Status RemoveIfThere(FileSystem& files, const std::string& path) {
  const Status removed = files.Remove(path);
  return removed.ok() || removed.error().code() == Code::kNotFound ? Ok() : removed;
}

}  // namespace

PartWriter::~PartWriter() { uploads_.Leave(place_); }

Status PartWriter::Append(ByteSpan bytes) {
  if (bytes.size() > place_.bytes - written_) {
    return Wrong(fmt::format("part {} has more bytes than were announced", place_.number));
  }
  RETURN_IF_ERROR(file_->WriteAt(offset_ + written_, bytes));
  written_ += bytes.size();
  sum_.Update(bytes);
  return Ok();
}

Result<std::string> PartWriter::Finish() {
  if (written_ != place_.bytes) {
    return Wrong(
        fmt::format("part {} has {} bytes instead of {}", place_.number, written_, place_.bytes));
  }
  RETURN_IF_ERROR(file_->Sync());
  std::string tag = Hex(sum_.Finish());
  RETURN_IF_ERROR(uploads_.Keep(place_, tag));
  return tag;
}

Result<std::unique_ptr<PartUploads>> PartUploads::Open(Options options) {
  CHECK(options.files != nullptr && options.clock != nullptr);
  RETURN_IF_ERROR(options.files->MakeDirectories(options.directory));
  ASSIGN_OR_RETURN(Database db, Database::Open(options.directory + "/index.db", {}));
  RETURN_IF_ERROR(db.Migrate(kSteps));
  std::unique_ptr<PartUploads> uploads(new PartUploads(std::move(options), std::move(db)));
  RETURN_IF_ERROR(uploads->RemoveStrays());
  return uploads;
}

Status PartUploads::RemoveStrays() {
  const std::scoped_lock lock(mutex_);
  ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.files->List(options_.directory));
  for (const std::string& name : names) {
    const std::string id = name.substr(0, name.rfind('.'));
    if (!IsId(id)) continue;
    const auto known = Find(id);
    if (known.ok()) continue;
    if (known.error().code() != Code::kNotFound) return known.error();
    RETURN_IF_ERROR(RemoveIfThere(*options_.files, options_.directory + "/" + name));
  }
  return Ok();
}

std::string PartUploads::BodyOf(std::string_view id) const {
  return options_.directory + "/" + std::string(id) + ".body";
}
std::string PartUploads::LastOf(std::string_view id) const {
  return options_.directory + "/" + std::string(id) + ".last";
}
std::int64_t PartUploads::NowMs() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             options_.clock->Now().time_since_epoch())
      .count();
}

Result<std::string> PartUploads::Create(std::string_view path, std::uint32_t parts) {
  if (parts == 0 || parts > kMostParts) {
    return Wrong(fmt::format("an upload has 1 to {} parts, not {}", kMostParts, parts));
  }
  const std::scoped_lock lock(mutex_);
  ASSIGN_OR_RETURN(Statement count, db_.Prepare("SELECT count(*) FROM uploads"));
  RETURN_IF_ERROR(count.Start());
  RETURN_IF_ERROR(count.Step());
  if (count.Int(0) >= static_cast<std::int64_t>(options_.most)) {
    count.Reset();
    ASSIGN_OR_RETURN(const std::size_t dropped, DropStale());
    if (dropped == 0) {
      return Error(Code::kResourceExhausted, "too many uploads in parts are under way")
          .Help("complete or abort some of them");
    }
  }
  std::string id = Hex(AsBytes(RandomSecret(kIdBytes)));
  RETURN_IF_ERROR(RunSql(db_, "INSERT INTO uploads VALUES(?,?,?,0,?)", id, path, parts, NowMs()));
  return id;
}

Result<PartUploads::Upload> PartUploads::Find(std::string_view id) {
  if (!IsId(id)) return NoUpload(id);
  ASSIGN_OR_RETURN(Statement read,
                   db_.Prepare("SELECT path, parts, stride FROM uploads WHERE id = ?"));
  RETURN_IF_ERROR(read.Start(id));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found || completing_.contains(id)) return NoUpload(id);
  return Upload{read.String(0), static_cast<std::uint32_t>(read.Int(1)),
                static_cast<std::uint64_t>(read.Int(2))};
}

// The first part that is not the last says how long all such parts are.
Status PartUploads::CheckPlace(const PartPlace& place, Upload& upload) {
  if (place.number == 0 || place.number > upload.parts) {
    return Wrong(fmt::format("the upload has parts 1 to {}, not {}", upload.parts, place.number));
  }
  if (place.bytes > kMostPartBytes) {
    return Error(Code::kTooLarge, fmt::format("part {} has {} bytes", place.number, place.bytes))
        .Why(fmt::format("a part has at most {}", kMostPartBytes));
  }
  if (place.number == upload.parts) return Ok();
  if (place.bytes == 0) return Wrong(fmt::format("part {} is empty", place.number));
  if (upload.stride == 0) {
    if (place.bytes > kMostUploadBytes / upload.parts) {
      return Error(Code::kTooLarge, fmt::format("{} parts of {} bytes are too much for one file",
                                                upload.parts, place.bytes));
    }
    upload.stride = place.bytes;
    return RunSql(db_, "UPDATE uploads SET stride = ?2 WHERE id = ?1", place.upload, upload.stride);
  }
  if (place.bytes == upload.stride) return Ok();
  return Wrong(fmt::format("part {} has {} bytes, others have {}: all but the last are of one size",
                           place.number, place.bytes, upload.stride));
}

Result<std::unique_ptr<PartWriter>> PartUploads::Begin(const PartPlace& place) {
  const std::scoped_lock lock(mutex_);
  ASSIGN_OR_RETURN(Upload upload, Find(place.upload));
  RETURN_IF_ERROR(CheckPlace(place, upload));
  const auto writing = writing_.find(place.upload);
  if (writing != writing_.end() && writing->second.contains(place.number)) {
    return Error(Code::kConflict, fmt::format("part {} is being sent already", place.number));
  }
  // What is there of it is overwritten: it is not the part any more.
  RETURN_IF_ERROR(
      RunSql(db_, "DELETE FROM parts WHERE upload = ? AND number = ?", place.upload, place.number));
  const bool last = place.number == upload.parts;
  ASSIGN_OR_RETURN(auto file,
                   options_.files->Open(last ? LastOf(place.upload) : BodyOf(place.upload),
                                        OpenMode::kReadWrite));
  if (last) RETURN_IF_ERROR(file->Truncate(0));
  writing_[place.upload].insert(place.number);
  std::unique_ptr<PartWriter> writer(new PartWriter(*this, place));
  writer->file_ = std::move(file);
  writer->offset_ = last ? 0 : (place.number - 1) * upload.stride;
  return writer;
}

Status PartUploads::Keep(const PartPlace& place, const std::string& tag) {
  const std::scoped_lock lock(mutex_);
  RETURN_IF_ERROR(Find(place.upload));
  ASSIGN_OR_RETURN(data::Transaction change, data::Transaction::Begin(db_));
  RETURN_IF_ERROR(RunSql(db_, "INSERT OR REPLACE INTO parts VALUES(?,?,?,?)", place.upload,
                         place.number, place.bytes, tag));
  RETURN_IF_ERROR(
      RunSql(db_, "UPDATE uploads SET touched_ms = ?2 WHERE id = ?1", place.upload, NowMs()));
  return change.Commit();
}

void PartUploads::Leave(const PartPlace& place) {
  const std::scoped_lock lock(mutex_);
  const auto writing = writing_.find(place.upload);
  if (writing == writing_.end()) return;
  writing->second.erase(place.number);
  if (writing->second.empty()) writing_.erase(writing);
}

Status PartUploads::CheckSent(std::string_view id, const Upload& upload,
                              std::span<const SentPart> sent, std::uint64_t& last_bytes) {
  if (sent.size() != upload.parts) {
    return Wrong(fmt::format("{} parts are named, of {}", sent.size(), upload.parts));
  }
  std::vector<const SentPart*> in_order;
  for (const SentPart& each : sent) in_order.push_back(&each);
  std::sort(in_order.begin(), in_order.end(),
            [](const SentPart* a, const SentPart* b) { return a->number < b->number; });
  ASSIGN_OR_RETURN(
      Statement read,
      db_.Prepare("SELECT number, bytes, tag FROM parts WHERE upload = ? ORDER BY number"));
  RETURN_IF_ERROR(read.Start(id));
  for (std::uint32_t number = 1; number <= upload.parts; ++number) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more || read.Int(0) != number) return Wrong(fmt::format("part {} is missing", number));
    const SentPart& named = *in_order[number - 1];
    if (named.number != number) return Wrong(fmt::format("part {} is not named once", number));
    if (named.tag != read.Text(2)) {
      return Wrong(fmt::format("part {} has another ETag: send it again", number));
    }
    last_bytes = static_cast<std::uint64_t>(read.Int(1));
  }
  return Ok();
}

Result<WholeUpload> PartUploads::Complete(std::string_view id, std::string_view path,
                                          std::span<const SentPart> sent) {
  Upload upload;
  std::uint64_t last_bytes = 0;
  {
    const std::scoped_lock lock(mutex_);
    ASSIGN_OR_RETURN(upload, Find(id));
    if (upload.path != path) return NoUpload(id);
    if (writing_.contains(id)) {
      return Error(Code::kConflict, "a part of this upload is still on its way");
    }
    RETURN_IF_ERROR(CheckSent(id, upload, sent, last_bytes));
    completing_.emplace(id);
  }
  Result<WholeUpload> whole = JoinParts(id, upload, last_bytes);
  if (!whole.ok()) Release(id);
  return whole;
}

// Reads the whole for its digest; the last part is put behind the others while it is read. Doing it
// again, after a crash in its middle, gives the same.
Result<WholeUpload> PartUploads::JoinParts(std::string_view id, const Upload& upload,
                                           std::uint64_t last_bytes) {
  FileSystem& files = *options_.files;
  const bool single = upload.parts == 1;
  const std::uint64_t body_bytes = single ? 0 : (upload.parts - 1) * upload.stride;
  WholeUpload whole{single ? LastOf(id) : BodyOf(id), {}, body_bytes + last_bytes};
  ASSIGN_OR_RETURN(const auto body, files.Open(whole.file, OpenMode::kReadWrite));
  ASSIGN_OR_RETURN(const auto last, files.Open(LastOf(id), OpenMode::kReadWrite));
  Sha256 sum;
  std::vector<std::byte> buffer(kReadBytes);
  for (std::uint64_t at = 0; at < whole.bytes;) {
    const bool in_body = at < body_bytes;
    const std::uint64_t end = in_body ? body_bytes : whole.bytes;
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, end - at));
    const std::span<std::byte> piece(buffer.data(), want);
    ASSIGN_OR_RETURN(const std::size_t got,
                     in_body ? body->ReadAt(at, piece) : last->ReadAt(at - body_bytes, piece));
    if (got != want) return Error(Code::kDataLoss, "a part of the upload is shorter than it was");
    if (!in_body && !single) RETURN_IF_ERROR(body->WriteAt(at, piece));
    sum.Update(piece);
    at += want;
  }
  RETURN_IF_ERROR(body->Truncate(whole.bytes));
  RETURN_IF_ERROR(body->Sync());
  whole.digest = sum.Finish();
  return whole;
}

Status PartUploads::Drop(std::string_view id) {
  RETURN_IF_ERROR(RunSql(db_, "DELETE FROM uploads WHERE id = ?", id));
  RETURN_IF_ERROR(RemoveIfThere(*options_.files, BodyOf(id)));
  return RemoveIfThere(*options_.files, LastOf(id));
}

Status PartUploads::Abort(std::string_view id, std::string_view path) {
  const std::scoped_lock lock(mutex_);
  ASSIGN_OR_RETURN(const Upload upload, Find(id));
  if (upload.path != path) return NoUpload(id);
  return Drop(id);
}

Status PartUploads::Forget(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  completing_.erase(std::string(id));
  return Drop(id);
}

void PartUploads::Release(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  completing_.erase(std::string(id));
}

Result<std::size_t> PartUploads::Sweep() {
  const std::scoped_lock lock(mutex_);
  return DropStale();
}

Result<std::size_t> PartUploads::DropStale() {
  std::vector<std::string> stale;
  {
    ASSIGN_OR_RETURN(Statement read, db_.Prepare("SELECT id FROM uploads WHERE touched_ms < ?"));
    RETURN_IF_ERROR(read.Start(NowMs() - options_.stale.count()));
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, read.Step());
      if (!more) break;
      stale.push_back(read.String(0));
    }
  }
  std::erase_if(stale, [this](const std::string& id) {
    return completing_.contains(id) || writing_.contains(id);
  });
  for (const std::string& id : stale) RETURN_IF_ERROR(Drop(id));
  return stale.size();
}

}  // namespace mooring::records
