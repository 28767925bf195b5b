#include "records/artifacts/artifact_store.h"

#include <mutex>
#include <shared_mutex>

#include "base/check.h"
#include "data/store/blob_writer.h"
#include "data/store/group_writer.h"
#include "records/artifacts/artifact_path.h"
#include "records/artifacts/artifact_rows.h"

namespace mooring::records {
namespace {

using data::BlobId;

constexpr std::size_t kPackedBytes = 64 * limits::kKiB;  // at most these lie in artifacts.db
constexpr std::size_t kIdleViews = 16;
constexpr std::size_t kCopyBytes = 256 * limits::kKiB;

class PackedReader final : public ArtifactReader {
 public:
  PackedReader(std::string content, const Digest& digest)
      : content_(std::move(content)), sha256_(Hex(digest)) {}
  std::uint64_t size() const override { return content_.size(); }
  const std::string& sha256() const override { return sha256_; }
  Result<ByteSpan> Read(std::uint64_t offset, std::size_t most) override {
    const std::size_t from = std::min<std::size_t>(offset, content_.size());
    return AsBytes(content_).subspan(from, std::min(most, content_.size() - from));
  }

 private:
  const std::string content_, sha256_;
};

class FileReader final : public ArtifactReader {
 public:
  FileReader(std::unique_ptr<File> file, std::uint64_t size, const Digest& digest)
      : file_(std::move(file)), size_(size), sha256_(Hex(digest)) {}
  std::uint64_t size() const override { return size_; }
  const std::string& sha256() const override { return sha256_; }
  Result<ByteSpan> Read(std::uint64_t offset, std::size_t most) override {
    if (offset >= size_) return ByteSpan{};
    buffer_.resize(most);
    ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(offset, buffer_));
    if (got < std::min<std::uint64_t>(most, size_ - offset)) {
      return Error(Code::kDataLoss, "the blob " + sha256_ + " is shorter than it was");
    }
    return ByteSpan(buffer_).first(got);
  }

 private:
  const std::unique_ptr<File> file_;
  const std::uint64_t size_;
  const std::string sha256_;
  std::vector<std::byte> buffer_;
};

class SqliteArtifacts final : public ArtifactStore {
 public:
  explicit SqliteArtifacts(Options options) : options_(std::move(options)) {}

  Status Start();
  Result<std::unique_ptr<ArtifactUpload>> Begin() override;
  Result<std::unique_ptr<ArtifactReader>> Get(std::string_view path) const override;
  Result<std::vector<ArtifactEntry>> List(std::string_view directory) const override;
  Result<std::vector<ArtifactEntry>> ListAll(std::string_view directory) const override;
  Status Remove(std::string_view path) override;
  Result<std::size_t> Sweep() override;
  Status Materialise(std::string_view directory, const std::string& target) const override;
  PartUploads* parts() override { return parts_.get(); }
  Status PublishParts(std::string_view upload, std::string_view path,
                      std::span<const SentPart> sent) override;

  Status PublishPacked(std::string_view path, std::string_view content);
  Status PublishBlob(std::string_view path, data::BlobWriter& writer);
  data::BlobStore& blobs() { return *options_.blobs; }

 private:
  Status Change(const std::function<Status(ArtifactRows&)>& change);
  std::int64_t NowMs() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               options_.clock->Now().time_since_epoch())
        .count();
  }
  // Asks on a connection that nobody else has.
  template <typename Ask>
  auto Look(const Ask& ask) const -> decltype(ask(std::declval<ArtifactView&>()));
  Status CopyOut(std::string_view path, const std::string& target) const;

  // Names a blob that is in the blob store; with freeing_ held.
  Status Name(std::string_view path, const BlobId& id, std::uint64_t bytes);

  Options options_;
  std::unique_ptr<PartUploads> parts_;
  std::unique_ptr<data::GroupWriter> writer_;
  std::optional<ArtifactRows> rows_;  // of what the writer runs; gone before the writer
  mutable std::mutex views_mutex_;
  mutable std::vector<std::unique_ptr<ArtifactView>> views_;  // guarded by views_mutex_
  // Shared from before a blob is in the store until its name is; alone while blobs are freed.
  std::shared_mutex freeing_;
};

class Upload final : public ArtifactUpload {
 public:
  explicit Upload(SqliteArtifacts& store) : store_(store) {}

  Status Append(ByteSpan bytes) override {
    if (writer_ == nullptr && start_.size() + bytes.size() <= kPackedBytes) {
      start_.append(AsText(bytes));
      return Ok();
    }
    if (writer_ == nullptr) {
      ASSIGN_OR_RETURN(writer_, store_.blobs().Begin());
      RETURN_IF_ERROR(writer_->Append(AsBytes(start_)));
      start_ = std::string();
    }
    return writer_->Append(bytes);
  }

  Status Publish(std::string_view path) override {
    RETURN_IF_ERROR(CheckArtifactPath(path));
    return writer_ == nullptr ? store_.PublishPacked(path, start_)
                              : store_.PublishBlob(path, *writer_);
  }

 private:
  SqliteArtifacts& store_;
  std::string start_;  // all, until it is too much
  std::unique_ptr<data::BlobWriter> writer_;
};

Status SqliteArtifacts::Start() {
  ASSIGN_OR_RETURN(parts_, PartUploads::Open({.directory = options_.blobs->WorkDirectory(),
                                              .files = options_.files,
                                              .clock = options_.clock}));
  ASSIGN_OR_RETURN(writer_,
                   data::GroupWriter::Open({.file = options_.file, .steps = ArtifactSchema()}));
  return writer_->Write([this](data::Database& db) -> Status {
    ASSIGN_OR_RETURN(rows_, ArtifactRows::Make(db));
    return Ok();
  });
}

Status SqliteArtifacts::Change(const std::function<Status(ArtifactRows&)>& change) {
  return writer_->Write([&](data::Database&) { return change(*rows_); });
}

template <typename Ask>
auto SqliteArtifacts::Look(const Ask& ask) const -> decltype(ask(std::declval<ArtifactView&>())) {
  std::unique_ptr<ArtifactView> view;
  {
    const std::scoped_lock lock(views_mutex_);
    if (!views_.empty()) {
      view = std::move(views_.back());
      views_.pop_back();
    }
  }
  if (view == nullptr) {
    ASSIGN_OR_RETURN(view, ArtifactView::Open(options_.file));
  }
  auto found = ask(*view);
  // A failed look may have left a statement, and its transaction, open.
  if (!found.ok()) return found;
  const std::scoped_lock lock(views_mutex_);
  if (views_.size() < kIdleViews) views_.push_back(std::move(view));
  return found;
}

Result<std::unique_ptr<ArtifactUpload>> SqliteArtifacts::Begin() {
  return std::unique_ptr<ArtifactUpload>(std::make_unique<Upload>(*this));
}

Status SqliteArtifacts::PublishPacked(std::string_view path, std::string_view content) {
  const NamedBytes named{path, Sha256Of(AsBytes(content)), content.size(), AsBytes(content),
                         NowMs()};
  return Change([&](ArtifactRows& rows) { return rows.Put(named); });
}

Status SqliteArtifacts::PublishBlob(std::string_view path, data::BlobWriter& writer) {
  const std::shared_lock naming(freeing_);
  const std::uint64_t bytes = writer.bytes();
  ASSIGN_OR_RETURN(const BlobId id, writer.Publish());
  return Name(path, id, bytes);
}

Status SqliteArtifacts::PublishParts(std::string_view upload, std::string_view path,
                                     std::span<const SentPart> sent) {
  RETURN_IF_ERROR(CheckArtifactPath(path));
  ASSIGN_OR_RETURN(const WholeUpload whole, parts_->Complete(upload, path, sent));
  const BlobId id(whole.digest);
  const std::shared_lock naming(freeing_);
  if (Status moved = options_.blobs->Adopt(whole.file, id); !moved.ok()) {
    parts_->Release(upload);
    return moved;
  }
  Status named = Name(path, id, whole.bytes);
  const Status forgotten = parts_->Forget(upload);
  return named.ok() ? forgotten : named;
}

Status SqliteArtifacts::Name(std::string_view path, const BlobId& id, std::uint64_t bytes) {
  const NamedBytes named{path, id.digest(), bytes, std::nullopt, NowMs()};
  Status put = Change([&](ArtifactRows& rows) { return rows.Put(named); });
  if (!put.ok()) {
    // Nobody names it, unless somebody did before: the sweep asks.
    static_cast<void>(
        Change([&](ArtifactRows& rows) { return rows.NoteUnnamed(id.digest(), named.now_ms); }));
  }
  return put;
}

Result<std::unique_ptr<ArtifactReader>> SqliteArtifacts::Get(std::string_view path) const {
  RETURN_IF_ERROR(CheckArtifactPath(path));
  for (bool again = true;; again = false) {
    ASSIGN_OR_RETURN(std::optional<FoundArtifact> found,
                     Look([&](ArtifactView& view) { return view.Find(path); }));
    if (!found) return Error(Code::kNotFound, "No such artifact: '" + std::string(path) + "'");
    if (found->content) {
      return std::unique_ptr<ArtifactReader>(
          std::make_unique<PackedReader>(std::move(*found->content), found->digest));
    }
    const BlobId id(found->digest);
    auto file = options_.files->Open(options_.blobs->PathOf(id), OpenMode::kRead);
    if (file.ok()) {
      return std::unique_ptr<ArtifactReader>(
          std::make_unique<FileReader>(std::move(*file), found->bytes, found->digest));
    }
    // It may have been replaced, and freed, since the row was read.
    if (file.error().code() != Code::kNotFound) return std::move(file).error();
    if (!again) return Error(Code::kDataLoss, "the blob " + id.ToString() + " is missing");
  }
}

Result<std::vector<ArtifactEntry>> SqliteArtifacts::List(std::string_view directory) const {
  if (!directory.empty()) RETURN_IF_ERROR(CheckArtifactPath(directory));
  return Look([&](ArtifactView& view) { return view.List(directory); });
}

Result<std::vector<ArtifactEntry>> SqliteArtifacts::ListAll(std::string_view directory) const {
  if (!directory.empty()) RETURN_IF_ERROR(CheckArtifactPath(directory));
  return Look([&](ArtifactView& view) { return view.ListAll(directory); });
}

Status SqliteArtifacts::Remove(std::string_view path) {
  RETURN_IF_ERROR(CheckArtifactPath(path));
  const std::int64_t now_ms = NowMs();
  RETURN_IF_ERROR(Change([&](ArtifactRows& rows) { return rows.Remove(path, now_ms); }));
  static_cast<void>(Sweep());  // what it does not free now it frees later
  return Ok();
}

Result<std::size_t> SqliteArtifacts::Sweep() {
  RETURN_IF_ERROR(parts_->Sweep());
  const std::int64_t until_ms = NowMs() - options_.grace.count();
  ASSIGN_OR_RETURN(const std::vector<BlobId> unnamed,
                   Look([&](ArtifactView& view) { return view.Unnamed(until_ms); }));
  if (unnamed.empty()) return std::size_t{0};
  const std::unique_lock alone(freeing_, std::try_to_lock);
  if (!alone.owns_lock()) return std::size_t{0};  // somebody publishes: another time
  std::size_t freed = 0;
  for (const BlobId& id : unnamed) {
    ASSIGN_OR_RETURN(const bool named,
                     Look([&](ArtifactView& view) { return view.IsNamed(id.digest()); }));
    if (!named && !(options_.still_used && options_.still_used(id))) {
      const Status removed = options_.blobs->Remove(id);
      if (!removed.ok() && removed.error().code() != Code::kNotFound) return removed.error();
      ++freed;
    }
    RETURN_IF_ERROR(Change([&](ArtifactRows& rows) { return rows.ForgetUnnamed(id.digest()); }));
  }
  return freed;
}

Status SqliteArtifacts::CopyOut(std::string_view path, const std::string& target) const {
  ASSIGN_OR_RETURN(const auto reader, Get(path));
  ASSIGN_OR_RETURN(const auto file, options_.files->Open(target, OpenMode::kCreateNew));
  for (std::uint64_t at = 0; at < reader->size();) {
    ASSIGN_OR_RETURN(const ByteSpan bytes, reader->Read(at, kCopyBytes));
    RETURN_IF_ERROR(file->WriteAt(at, bytes));
    at += bytes.size();
  }
  return Ok();
}

Status SqliteArtifacts::Materialise(std::string_view directory, const std::string& target) const {
  ASSIGN_OR_RETURN(const std::vector<ArtifactEntry> files, ListAll(directory));
  RETURN_IF_ERROR(options_.files->MakeDirectories(target));
  const std::string prefix = directory.empty() ? "" : std::string(directory) + "/";
  std::string made;
  for (const ArtifactEntry& file : files) {
    RETURN_IF_ERROR(CheckArtifactPath(file.name));
    const std::string path = target + "/" + file.name;
    const std::string folder = path.substr(0, path.rfind('/'));
    if (folder != made) RETURN_IF_ERROR(options_.files->MakeDirectories(folder));
    made = folder;
    RETURN_IF_ERROR(CopyOut(prefix + file.name, path));
  }
  return Ok();
}

}  // namespace

Status ArtifactStore::PublishParts(std::string_view, std::string_view, std::span<const SentPart>) {
  return Error(Code::kUnsupported, "this store takes no files in parts");
}

Result<std::unique_ptr<ArtifactStore>> ArtifactStore::Open(Options options) {
  CHECK(options.blobs != nullptr && options.clock != nullptr && options.files != nullptr);
  auto store = std::make_unique<SqliteArtifacts>(std::move(options));
  RETURN_IF_ERROR(store->Start());
  return std::unique_ptr<ArtifactStore>(std::move(store));
}

}  // namespace mooring::records
