#include "data/store/blob_store.h"

#include <algorithm>

#include "base/limits.h"
#include "data/store/blob_writer.h"

namespace mooring::data {
namespace {

constexpr std::size_t kChunkBytes = 1 * limits::kMiB;
constexpr std::size_t kHexDigits = 64, kSuffixBytes = 32;

bool IsHex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsSuffix(std::string_view text) {
  return !text.empty() && text.size() <= kSuffixBytes && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
  });
}

Error TooLarge(std::uint64_t size) {
  return Error(Code::kTooLarge, "blob of " + std::to_string(size) + " bytes")
      .Why("the limit is " + std::to_string(limits::kArtifactBytes));
}

// Copies a file and gives the digest of what was copied.
Result<Digest> CopyFile(File& from, File& to) {
  ASSIGN_OR_RETURN(const std::uint64_t size, from.Size());
  if (size > limits::kArtifactBytes) return TooLarge(size);
  Sha256 sum;
  std::vector<std::byte> chunk(kChunkBytes);
  for (std::uint64_t at = 0;;) {
    ASSIGN_OR_RETURN(const std::size_t got, from.ReadAt(at, chunk));
    if (got == 0) return sum.Finish();
    if (at + got > limits::kArtifactBytes) return TooLarge(at + got);  // it grew meanwhile
    const ByteSpan part = std::span(chunk).first(got);
    sum.Update(part);
    RETURN_IF_ERROR(to.WriteAt(at, part));
    at += got;
  }
}

}  // namespace

Result<BlobId> BlobId::Parse(std::string_view text) {
  if (text.size() != kHexDigits || !IsHex(text)) {
    return Error(Code::kInvalidArgument,
                 "'" + std::string(text.substr(0, 80)) + "' is not a blob id")
        .Why("ids are 64 lower-case hexadecimal digits");
  }
  ASSIGN_OR_RETURN(const std::string bytes, Unhex(text));
  Digest digest{};
  std::ranges::copy(AsBytes(bytes), digest.begin());
  return BlobId(digest);
}

BlobStore::BlobStore(FileSystem& files, std::string directory)
    : files_(&files),
      directory_(std::move(directory)),
      next_draft_(std::make_unique<std::atomic<std::uint64_t>>(0)) {}

Result<BlobStore> BlobStore::Open(FileSystem& files, const std::string& directory) {
  RETURN_IF_ERROR(files.MakeDirectories(directory + "/tmp"));
  return BlobStore(files, directory);
}

std::string BlobStore::FolderOf(const BlobId& id) const {
  const std::string hex = id.ToString();
  return directory_ + "/" + hex.substr(0, 2) + "/" + hex.substr(2, 2);
}

std::string BlobStore::PathOf(const BlobId& id) const { return FolderOf(id) + "/" + id.ToString(); }

Result<std::string> BlobStore::Sidecar(const BlobId& id, std::string_view suffix) const {
  if (!IsSuffix(suffix)) {
    return Error(Code::kInvalidArgument,
                 "'" + std::string(suffix.substr(0, 64)) + "' is not a sidecar suffix")
        .Why("suffixes are 1 to 32 of a-z, 0-9 and -");
  }
  return PathOf(id) + "." + std::string(suffix);
}

Result<BlobStore::Draft> BlobStore::NewDraft() {
  // Another process may count the same way: the number that is free is ours.
  for (;;) {
    const std::string path = directory_ + "/tmp/" + std::to_string(next_draft_->fetch_add(1));
    Result<std::unique_ptr<File>> file = files_->Open(path, OpenMode::kCreateNew);
    if (file.ok()) return Draft{path, std::move(file).value()};
    if (file.error().code() != Code::kAlreadyExists) return std::move(file).error();
  }
}

// Sync, rename, sync of the folder: after this the name and its bytes are on disk.
Status BlobStore::Publish(Draft draft, const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/'));
  const auto publish = [&]() -> Status {
    RETURN_IF_ERROR(draft.file->Sync());
    RETURN_IF_ERROR(files_->MakeDirectories(folder));
    return files_->Rename(draft.path, path);
  };
  if (Status published = publish(); !published.ok()) {
    static_cast<void>(files_->Remove(draft.path));
    return published;
  }
  return files_->SyncDirectory(folder);
}

bool BlobStore::HasWhole(const BlobId& id, std::uint64_t size) const {
  const auto stat = files_->Stat(PathOf(id));
  return stat.ok() && stat->size == size && Verify(id).ok();
}

Result<BlobId> BlobStore::Put(ByteSpan bytes) {
  if (bytes.size() > limits::kArtifactBytes) return TooLarge(bytes.size());
  const BlobId id = BlobId::Of(bytes);
  if (HasWhole(id, bytes.size())) {
    // Its first writer may have been cut off before the folder was synced.
    RETURN_IF_ERROR(files_->SyncDirectory(FolderOf(id)));
    return id;
  }
  ASSIGN_OR_RETURN(Draft draft, NewDraft());
  if (Status written = draft.file->WriteAt(0, bytes); !written.ok()) {
    static_cast<void>(files_->Remove(draft.path));
    return std::move(written).error();
  }
  RETURN_IF_ERROR(Publish(std::move(draft), PathOf(id)));
  return id;
}

Result<BlobId> BlobStore::PutFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<File> source, files_->Open(path, OpenMode::kRead));
  ASSIGN_OR_RETURN(Draft draft, NewDraft());
  Result<Digest> digest = CopyFile(*source, *draft.file);
  if (!digest.ok()) {
    static_cast<void>(files_->Remove(draft.path));
    return std::move(digest).error();
  }
  const BlobId id(*digest);
  // Renaming over an equal blob changes nothing, and heals a damaged one.
  RETURN_IF_ERROR(Publish(std::move(draft), PathOf(id)));
  return id;
}

Result<std::unique_ptr<BlobWriter>> BlobStore::Begin() {
  ASSIGN_OR_RETURN(Draft draft, NewDraft());
  return std::make_unique<BlobWriter>(*this, std::move(draft));
}

Status BlobStore::Adopt(const std::string& path, const BlobId& id) {
  const std::string folder = FolderOf(id);
  RETURN_IF_ERROR(files_->MakeDirectories(folder));
  RETURN_IF_ERROR(files_->Rename(path, PathOf(id)));
  return files_->SyncDirectory(folder);
}

Status BlobStore::PutSidecar(const BlobId& id, std::string_view suffix, ByteSpan bytes) {
  ASSIGN_OR_RETURN(const std::string path, Sidecar(id, suffix));
  if (!Has(id)) return Error(Code::kNotFound, "no blob " + id.ToString());
  ASSIGN_OR_RETURN(Draft draft, NewDraft());
  if (Status written = draft.file->WriteAt(0, bytes); !written.ok()) {
    static_cast<void>(files_->Remove(draft.path));
    return written;
  }
  return Publish(std::move(draft), path);
}

Result<std::unique_ptr<MappedFile>> BlobStore::Get(const BlobId& id) const {
  auto mapped = files_->Map(PathOf(id));
  if (!mapped.ok() && mapped.error().code() == Code::kNotFound) {
    return Error(Code::kNotFound, "no blob " + id.ToString());
  }
  return mapped;
}

bool BlobStore::Has(const BlobId& id) const { return files_->Exists(PathOf(id)); }

Status BlobStore::Verify(const BlobId& id) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<MappedFile> mapped, Get(id));
  if (BlobId::Of(mapped->bytes()) == id) return Ok();
  return Error(Code::kDataLoss, "blob " + id.ToString() + " is damaged")
      .Why("its bytes have another SHA-256")
      .Help("put the same file again to replace it");
}

Result<std::vector<BlobId>> BlobStore::List() const {
  std::vector<BlobId> ids;
  const auto is_pair = [](const std::string& name) { return name.size() == 2 && IsHex(name); };
  ASSIGN_OR_RETURN(const std::vector<std::string> outer, files_->List(directory_));
  for (const std::string& first : outer) {
    if (!is_pair(first)) continue;
    ASSIGN_OR_RETURN(const std::vector<std::string> inner, files_->List(directory_ + "/" + first));
    for (const std::string& second : inner) {
      if (!is_pair(second)) continue;
      const std::string folder = directory_ + "/" + first + "/" + second;
      ASSIGN_OR_RETURN(const std::vector<std::string> names, files_->List(folder));
      for (const std::string& name : names) {
        if (const auto id = BlobId::Parse(name); id.ok() && FolderOf(*id) == folder)
          ids.push_back(*id);
      }
    }
  }
  return ids;
}

Status BlobStore::Remove(const BlobId& id) {
  if (!Has(id)) return Error(Code::kNotFound, "no blob " + id.ToString());
  const std::string folder = FolderOf(id), sidecars = id.ToString() + ".";
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files_->List(folder));
  for (const std::string& name : names) {
    if (name.starts_with(sidecars)) RETURN_IF_ERROR(files_->Remove(folder + "/" + name));
  }
  RETURN_IF_ERROR(files_->Remove(PathOf(id)));
  return files_->SyncDirectory(folder);
}

Result<std::size_t> BlobStore::RemoveLeftovers() {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files_->List(directory_ + "/tmp"));
  for (const std::string& name : names)
    RETURN_IF_ERROR(files_->Remove(directory_ + "/tmp/" + name));
  return names.size();
}

}  // namespace mooring::data
