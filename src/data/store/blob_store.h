// BlobStore: files under the name of their content: artifacts, datasets, sealed segments. The same
// bytes are kept once. A sidecar is a file derived from a blob and kept beside it, such as a
// model's flat form: it may be missing at any time and is made again.
//
// On disk: <directory>/ab/cd/abcd…64 hex digits, sidecars with ".suffix" after it,
// <directory>/tmp for what is being written, <directory>/work for what others put together there.
// Names come only from digests and from suffixes of [a-z0-9-], never from users.
//
// Thread safety: any thread, any number of processes. Ownership: keeps a reference to the file
// system. Failure: Put gives an id only when the bytes and their name are on disk; a cut before
// that leaves no blob or a whole one. A full disk is kResourceExhausted; absence kNotFound.
// Complexity: Put reads and writes the bytes once; Get maps and reads nothing.
#pragma once

#include <atomic>
#include <compare>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::data {

// The SHA-256 of a blob's bytes.
class BlobId {
 public:
  explicit BlobId(const Digest& digest) : digest_(digest) {}
  static BlobId Of(ByteSpan bytes) { return BlobId(Sha256Of(bytes)); }
  // Accepts exactly 64 lower-case hexadecimal digits.
  static Result<BlobId> Parse(std::string_view text);
  std::string ToString() const { return Hex(digest_); }
  const Digest& digest() const { return digest_; }
  auto operator<=>(const BlobId&) const = default;

 private:
  Digest digest_;
};

class BlobWriter;

class BlobStore {
 public:
  // Makes the directory when absent.
  static Result<BlobStore> Open(FileSystem& files, const std::string& directory);

  // Stores bytes, or a file of the same file system (copied, never moved), of at most
  // kArtifactBytes. Bytes that are there already are read and compared; a damaged copy is replaced.
  Result<BlobId> Put(ByteSpan bytes);
  Result<BlobId> PutFile(const std::string& path);

  // A blob of any size, piece by piece: see blob_writer.h.
  Result<std::unique_ptr<BlobWriter>> Begin();

  // A synced file of the same file system becomes the blob: it is moved, neither read nor copied.
  // The caller has made sure that the id is that of its bytes.
  Status Adopt(const std::string& path, const BlobId& id);
  // A directory beside the blobs for files that shall be adopted. Nothing of it is a blob.
  std::string WorkDirectory() const { return directory_ + "/work"; }

  // The bytes, not checked against the id: see Verify.
  Result<std::unique_ptr<MappedFile>> Get(const BlobId& id) const;
  bool Has(const BlobId& id) const;
  // Reads the blob: kDataLoss when its bytes are not those of the id.
  Status Verify(const BlobId& id) const;
  // All ids, in order. Other files in the directory are passed over.
  Result<std::vector<BlobId>> List() const;
  // Removes a blob and its sidecars. Mappings stay valid.
  Status Remove(const BlobId& id);

  // Where a blob lies, for readers that need a path (DuckDB, libraries). Read only.
  std::string PathOf(const BlobId& id) const;
  // Where a sidecar would lie. The suffix is 1 to 32 of [a-z0-9-]; anything else is
  // kInvalidArgument.
  Result<std::string> Sidecar(const BlobId& id, std::string_view suffix) const;
  // Writes a sidecar whole or not at all, replacing another.
  Status PutSidecar(const BlobId& id, std::string_view suffix, ByteSpan bytes);

  // Removes what interrupted writes left in <directory>/tmp. Only while nobody writes: at the start
  // of the process that holds the data directory's lock. Gives how many files it removed.
  Result<std::size_t> RemoveLeftovers();

 private:
  friend class BlobWriter;
  struct Draft {
    std::string path;
    std::unique_ptr<File> file;
  };
  BlobStore(FileSystem& files, std::string directory);
  std::string FolderOf(const BlobId& id) const;
  Result<Draft> NewDraft();
  Status Publish(Draft draft, const std::string& path);
  bool HasWhole(const BlobId& id, std::uint64_t size) const;

  FileSystem* files_;
  std::string directory_;
  std::unique_ptr<std::atomic<std::uint64_t>> next_draft_;
};

}  // namespace mooring::data
