// ArtifactRows: the rows of artifacts.db and the statements that change them, for the thread that
// writes; ArtifactView: the statements that only look, for any connection of its own.
//
// A path names a blob by number; a blob counts its names. Its bytes are in the table of contents
// when they are few, else in the blob store. A blob without names is deleted with the change that
// took the last one; one of the blob store is noted in `unnamed`, for the sweep.
//
// Thread safety: as their Database, which outlives them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/store/blob_store.h"
#include "data/store/sqlite.h"
#include "records/artifacts/artifact_store.h"

namespace mooring::records {

std::span<const std::string_view> ArtifactSchema();

struct NamedBytes {
  std::string_view path;
  Digest digest{};
  std::uint64_t bytes = 0;
  std::optional<ByteSpan> content;  // nothing: in the blob store
  std::int64_t now_ms = 0;
};

class ArtifactRows {
 public:
  static Result<ArtifactRows> Make(data::Database& db);

  // Names the bytes, whatever the path named before.
  Status Put(const NamedBytes& named);
  // Takes the names of a file, or of all files under a directory; kNotFound.
  Status Remove(std::string_view path, std::int64_t now_ms);
  // For the sweep: a blob of the blob store that nothing here names.
  Status NoteUnnamed(const Digest& digest, std::int64_t now_ms);
  Status ForgetUnnamed(const Digest& digest);

 private:
  explicit ArtifactRows(data::Database& db) : db_(&db) {}
  Status CheckFree(std::string_view path);
  Result<std::int64_t> BlobOf(const NamedBytes& named);
  Status AddName(std::int64_t blob, int change);
  Status TakeName(std::int64_t blob, std::int64_t now_ms);

  data::Database* db_;
  std::optional<data::Statement> entry_, under_, blob_, add_blob_, add_content_, put_, count_,
      name_, drop_content_, digest_, drop_blob_, note_, forget_, range_, drop_entry_, drop_range_;
};

// One file as rows have it.
struct FoundArtifact {
  Digest digest{};
  std::uint64_t bytes = 0;
  std::optional<std::string> content;
};

class ArtifactView {
 public:
  static Result<std::unique_ptr<ArtifactView>> Open(const std::string& file);

  Result<std::optional<FoundArtifact>> Find(std::string_view path);
  Result<std::vector<ArtifactEntry>> List(std::string_view directory);
  Result<std::vector<ArtifactEntry>> ListAll(std::string_view directory);
  // Blobs that were noted before that time.
  Result<std::vector<data::BlobId>> Unnamed(std::int64_t until_ms);
  Result<bool> IsNamed(const Digest& digest);

 private:
  explicit ArtifactView(data::Database db) : db_(std::move(db)) {}

  data::Database db_;
  std::optional<data::Statement> find_, range_, unnamed_, named_;
};

}  // namespace mooring::records
