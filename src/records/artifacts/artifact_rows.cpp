#include "records/artifacts/artifact_rows.h"

#include <algorithm>

#include "records/artifacts/artifact_path.h"

namespace mooring::records {
namespace {

constexpr std::string_view kSteps[] = {
    "CREATE TABLE blobs(id INTEGER PRIMARY KEY, sha BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL,"
    " names INTEGER NOT NULL);"
    "CREATE TABLE contents(blob INTEGER PRIMARY KEY, content BLOB NOT NULL);"
    "CREATE TABLE entries(path TEXT PRIMARY KEY, blob INTEGER NOT NULL,"
    " modified_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE unnamed(sha BLOB PRIMARY KEY, since_ms INTEGER NOT NULL) WITHOUT ROWID;"};

Digest DigestOf(ByteSpan bytes) {
  Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

}  // namespace

std::span<const std::string_view> ArtifactSchema() { return kSteps; }

Result<ArtifactRows> ArtifactRows::Make(data::Database& db) {
  ArtifactRows rows(db);
  const auto prepare = [&db](std::optional<data::Statement>& into, const char* sql) -> Status {
    ASSIGN_OR_RETURN(into, db.Prepare(sql));
    return Ok();
  };
  const std::pair<std::optional<data::Statement>*, const char*> all[] = {
      {&rows.entry_, "SELECT blob FROM entries WHERE path=?"},
      {&rows.under_, "SELECT 1 FROM entries WHERE path>=? AND path<? LIMIT 1"},
      {&rows.blob_, "SELECT id FROM blobs WHERE sha=?"},
      {&rows.add_blob_, "INSERT INTO blobs(sha,bytes,names) VALUES(?,?,0)"},
      {&rows.add_content_, "INSERT INTO contents(blob,content) VALUES(?,?)"},
      {&rows.put_,
       "INSERT INTO entries(path,blob,modified_ms) VALUES(?1,?2,?3)"
       " ON CONFLICT(path) DO UPDATE SET blob=?2, modified_ms=?3"},
      {&rows.count_, "SELECT names FROM blobs WHERE id=?"},
      {&rows.name_, "UPDATE blobs SET names=names+?2 WHERE id=?1"},
      {&rows.drop_content_, "DELETE FROM contents WHERE blob=?"},
      {&rows.digest_, "SELECT sha FROM blobs WHERE id=?"},
      {&rows.drop_blob_, "DELETE FROM blobs WHERE id=?"},
      {&rows.note_, "INSERT OR REPLACE INTO unnamed(sha,since_ms) VALUES(?,?)"},
      {&rows.forget_, "DELETE FROM unnamed WHERE sha=?"},
      {&rows.range_, "SELECT blob FROM entries WHERE path>=? AND path<?"},
      {&rows.drop_entry_, "DELETE FROM entries WHERE path=?"},
      {&rows.drop_range_, "DELETE FROM entries WHERE path>=? AND path<?"},
  };
  for (const auto& [into, sql] : all) RETURN_IF_ERROR(prepare(*into, sql));
  return rows;
}

// No file where a directory is, no directory where a file is.
Status ArtifactRows::CheckFree(std::string_view path) {
  const auto taken = [](std::string_view what, std::string_view by) {
    return Error(Code::kFailedPrecondition,
                 "'" + std::string(what) + "' is " + std::string(by) + " already");
  };
  for (std::size_t at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1)) {
    RETURN_IF_ERROR(entry_->Start(path.substr(0, at)));
    ASSIGN_OR_RETURN(const bool file, entry_->Step());
    if (file) return taken(path.substr(0, at), "a file");
  }
  const PathRange below = Below(path);
  RETURN_IF_ERROR(under_->Start(below.first, below.end));
  ASSIGN_OR_RETURN(const bool directory, under_->Step());
  under_->Reset();
  if (directory) return taken(path, "a directory");
  return Ok();
}

Status ArtifactRows::Put(const NamedBytes& named) {
  RETURN_IF_ERROR(entry_->Start(named.path));
  ASSIGN_OR_RETURN(const bool replaces, entry_->Step());
  const std::int64_t before = replaces ? entry_->Int(0) : 0;
  entry_->Reset();
  if (!replaces) RETURN_IF_ERROR(CheckFree(named.path));
  ASSIGN_OR_RETURN(const std::int64_t blob, BlobOf(named));
  RETURN_IF_ERROR(put_->Run(named.path, blob, named.now_ms));
  if (!named.content) RETURN_IF_ERROR(ForgetUnnamed(named.digest));
  if (replaces && before == blob) return Ok();
  RETURN_IF_ERROR(AddName(blob, 1));
  return replaces ? TakeName(before, named.now_ms) : Ok();
}

Result<std::int64_t> ArtifactRows::BlobOf(const NamedBytes& named) {
  RETURN_IF_ERROR(blob_->Start(ByteSpan(named.digest)));
  ASSIGN_OR_RETURN(const bool known, blob_->Step());
  if (known) {
    const std::int64_t id = blob_->Int(0);
    blob_->Reset();
    return id;
  }
  RETURN_IF_ERROR(add_blob_->Run(ByteSpan(named.digest), named.bytes));
  const std::int64_t id = db_->last_insert_id();
  if (named.content) RETURN_IF_ERROR(add_content_->Run(id, *named.content));
  return id;
}

Status ArtifactRows::AddName(std::int64_t blob, int change) { return name_->Run(blob, change); }

Status ArtifactRows::TakeName(std::int64_t blob, std::int64_t now_ms) {
  RETURN_IF_ERROR(count_->Start(blob));
  ASSIGN_OR_RETURN(const bool known, count_->Step());
  const std::int64_t names = known ? count_->Int(0) : 0;
  count_->Reset();
  if (names > 1) return AddName(blob, -1);
  RETURN_IF_ERROR(drop_content_->Run(blob));
  if (db_->changed_rows() == 0) {
    RETURN_IF_ERROR(digest_->Start(blob));
    ASSIGN_OR_RETURN(const bool stands, digest_->Step());
    const Digest digest = stands ? DigestOf(digest_->Bytes(0)) : Digest{};
    digest_->Reset();
    if (stands) RETURN_IF_ERROR(NoteUnnamed(digest, now_ms));
  }
  return drop_blob_->Run(blob);
}

Status ArtifactRows::Remove(std::string_view path, std::int64_t now_ms) {
  std::vector<std::int64_t> blobs;
  RETURN_IF_ERROR(entry_->Start(path));
  ASSIGN_OR_RETURN(const bool file, entry_->Step());
  if (file) blobs.push_back(entry_->Int(0));
  entry_->Reset();
  const PathRange below = Below(path);
  RETURN_IF_ERROR(range_->Start(below.first, below.end));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, range_->Step());
    if (!more) break;
    blobs.push_back(range_->Int(0));
  }
  range_->Reset();
  if (blobs.empty()) return Error(Code::kNotFound, "No such artifact: '" + std::string(path) + "'");
  RETURN_IF_ERROR(drop_entry_->Run(path));
  RETURN_IF_ERROR(drop_range_->Run(below.first, below.end));
  for (const std::int64_t blob : blobs) RETURN_IF_ERROR(TakeName(blob, now_ms));
  return Ok();
}

Status ArtifactRows::NoteUnnamed(const Digest& digest, std::int64_t now_ms) {
  return note_->Run(ByteSpan(digest), now_ms);
}

Status ArtifactRows::ForgetUnnamed(const Digest& digest) { return forget_->Run(ByteSpan(digest)); }

Result<std::unique_ptr<ArtifactView>> ArtifactView::Open(const std::string& file) {
  ASSIGN_OR_RETURN(data::Database db, data::Database::Open(file, {.read_only = true}));
  std::unique_ptr<ArtifactView> view(new ArtifactView(std::move(db)));
  ASSIGN_OR_RETURN(view->find_,
                   view->db_.Prepare(
                       "SELECT b.sha, b.bytes, c.content FROM entries e JOIN blobs b ON b.id=e.blob"
                       " LEFT JOIN contents c ON c.blob=b.id WHERE e.path=?"));
  ASSIGN_OR_RETURN(
      view->range_,
      view->db_.Prepare("SELECT e.path, b.bytes, b.sha FROM entries e JOIN blobs b ON b.id=e.blob"
                        " WHERE e.path>=? AND e.path<? ORDER BY e.path"));
  ASSIGN_OR_RETURN(view->unnamed_,
                   view->db_.Prepare("SELECT sha FROM unnamed WHERE since_ms<=? LIMIT 1000"));
  ASSIGN_OR_RETURN(view->named_, view->db_.Prepare("SELECT 1 FROM blobs WHERE sha=?"));
  return view;
}

Result<std::optional<FoundArtifact>> ArtifactView::Find(std::string_view path) {
  RETURN_IF_ERROR(find_->Start(path));
  ASSIGN_OR_RETURN(const bool there, find_->Step());
  if (!there) return std::optional<FoundArtifact>();
  FoundArtifact found;
  found.digest = DigestOf(find_->Bytes(0));
  found.bytes = static_cast<std::uint64_t>(find_->Int(1));
  if (!find_->IsNull(2)) found.content = std::string(AsText(find_->Bytes(2)));
  find_->Reset();
  return std::optional<FoundArtifact>(std::move(found));
}

Result<std::vector<ArtifactEntry>> ArtifactView::List(std::string_view directory) {
  std::vector<ArtifactEntry> entries;
  PathRange range = Below(directory);
  const std::size_t prefix = range.first.size();
  RETURN_IF_ERROR(range_->Start(range.first, range.end));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, range_->Step());
    if (!more) break;
    const std::string_view path = range_->Text(0);
    const std::size_t slash = path.find('/', prefix);
    ArtifactEntry entry;
    entry.name = path.substr(prefix, slash - prefix);
    entry.is_directory = slash != std::string_view::npos;
    if (!entry.is_directory) {
      entry.bytes = static_cast<std::uint64_t>(range_->Int(1));
      entry.sha256 = Hex(range_->Bytes(2));
      entries.push_back(std::move(entry));
      continue;
    }
    // Over everything in it.
    range.first = std::string(path.substr(0, slash)) + "0";
    entries.push_back(std::move(entry));
    RETURN_IF_ERROR(range_->Start(range.first, range.end));
  }
  range_->Reset();
  std::ranges::sort(entries, {}, &ArtifactEntry::name);
  return entries;
}

Result<std::vector<ArtifactEntry>> ArtifactView::ListAll(std::string_view directory) {
  std::vector<ArtifactEntry> entries;
  const PathRange range = Below(directory);
  RETURN_IF_ERROR(range_->Start(range.first, range.end));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, range_->Step());
    if (!more) break;
    ArtifactEntry& entry = entries.emplace_back();
    entry.name = range_->Text(0).substr(range.first.size());
    entry.bytes = static_cast<std::uint64_t>(range_->Int(1));
    entry.sha256 = Hex(range_->Bytes(2));
  }
  range_->Reset();
  return entries;
}

Result<std::vector<data::BlobId>> ArtifactView::Unnamed(std::int64_t until_ms) {
  std::vector<data::BlobId> blobs;
  RETURN_IF_ERROR(unnamed_->Start(until_ms));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, unnamed_->Step());
    if (!more) break;
    blobs.emplace_back(DigestOf(unnamed_->Bytes(0)));
  }
  unnamed_->Reset();
  return blobs;
}

Result<bool> ArtifactView::IsNamed(const Digest& digest) {
  RETURN_IF_ERROR(named_->Start(ByteSpan(digest)));
  ASSIGN_OR_RETURN(const bool named, named_->Step());
  named_->Reset();
  return named;
}

}  // namespace mooring::records
