// Ledger: what of a source was brought here already, so that a second import adds nothing and one
// that was cut goes on where it stopped. A file of its own in the data directory, moving.db:
//
//   moved(source, kind, id, print, ours, theirs)   `print` tells whether the thing changed since
//   files(source, owner, path, bytes, sha256)      artifacts, as they were read from the source
//
// A row is written after what it tells of: a cut between the two repeats one step, and every step
// may be repeated. Thread safety: one thread. Failure: as data/store/sqlite.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/store/sqlite.h"

namespace mooring::control {

struct Moved {
  std::string print;         // of what was moved
  std::string ours, theirs;  // ids or places, here and there
};

struct MovedFile {
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256;
};

class Ledger {
 public:
  // "" is a ledger that is nowhere: nothing was moved, nothing is kept (--dry-run).
  static Result<Ledger> Open(const std::string& file, const std::string& source, bool read_only);

  Result<std::optional<Moved>> Find(std::string_view kind, std::string_view id);
  Status Put(std::string_view kind, std::string_view id, const Moved& moved);
  Result<std::optional<MovedFile>> FindFile(std::string_view owner, std::string_view path);
  Status PutFile(std::string_view owner, const MovedFile& file);

 private:
  Ledger(data::Database db, std::string source) : db_(std::move(db)), source_(std::move(source)) {}
  data::Database db_;
  std::string source_;
};

}  // namespace mooring::control
