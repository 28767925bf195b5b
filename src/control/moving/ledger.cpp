#include "control/moving/ledger.h"

#include <array>

namespace mooring::control {
namespace {

constexpr std::array<std::string_view, 1> kSchema = {
    "CREATE TABLE moved(source TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, "
    "print TEXT NOT NULL, ours TEXT NOT NULL, theirs TEXT NOT NULL, "
    "PRIMARY KEY(source, kind, id)) WITHOUT ROWID;"
    "CREATE TABLE files(source TEXT NOT NULL, owner TEXT NOT NULL, path TEXT NOT NULL, "
    "bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, "
    "PRIMARY KEY(source, owner, path)) WITHOUT ROWID"};

}  // namespace

Result<Ledger> Ledger::Open(const std::string& file, const std::string& source, bool read_only) {
  const bool nowhere = file.empty();
  ASSIGN_OR_RETURN(data::Database db, data::Database::Open(nowhere ? ":memory:" : file,
                                                           {.read_only = read_only && !nowhere}));
  if (nowhere || !read_only) RETURN_IF_ERROR(db.Migrate(kSchema));
  return Ledger(std::move(db), source);
}

Result<std::optional<Moved>> Ledger::Find(std::string_view kind, std::string_view id) {
  ASSIGN_OR_RETURN(data::Statement find,
                   db_.Prepare("SELECT print, ours, theirs FROM moved WHERE source = ? AND kind = "
                               "? AND id = ?"));
  RETURN_IF_ERROR(find.Start(source_, kind, id));
  ASSIGN_OR_RETURN(const bool there, find.Step());
  if (!there) return std::optional<Moved>();
  return std::optional(Moved{find.String(0), find.String(1), find.String(2)});
}

Status Ledger::Put(std::string_view kind, std::string_view id, const Moved& moved) {
  ASSIGN_OR_RETURN(data::Statement put,
                   db_.Prepare("INSERT OR REPLACE INTO moved(source, kind, id, print, ours, "
                               "theirs) VALUES(?, ?, ?, ?, ?, ?)"));
  return put.Run(source_, kind, id, moved.print, moved.ours, moved.theirs);
}

Result<std::optional<MovedFile>> Ledger::FindFile(std::string_view owner, std::string_view path) {
  ASSIGN_OR_RETURN(
      data::Statement find,
      db_.Prepare("SELECT bytes, sha256 FROM files WHERE source = ? AND owner = ? AND path = ?"));
  RETURN_IF_ERROR(find.Start(source_, owner, path));
  ASSIGN_OR_RETURN(const bool there, find.Step());
  if (!there) return std::optional<MovedFile>();
  return std::optional(
      MovedFile{std::string(path), static_cast<std::uint64_t>(find.Int(0)), find.String(1)});
}

Status Ledger::PutFile(std::string_view owner, const MovedFile& file) {
  ASSIGN_OR_RETURN(data::Statement put,
                   db_.Prepare("INSERT OR REPLACE INTO files(source, owner, path, bytes, sha256) "
                               "VALUES(?, ?, ?, ?, ?)"));
  return put.Run(source_, owner, file.path, static_cast<std::int64_t>(file.bytes), file.sha256);
}

}  // namespace mooring::control
