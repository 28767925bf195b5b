// GroupWriter: the writing connection of a SQLite file, on which what several callers ask for is
// committed in one transaction, so that they share one sync of the disk and never meet a lock. It
// has no thread: a caller that finds nobody committing leads, and commits its own work and all that
// waits; the others are told. So a lone caller pays for no change of threads.
//
//   ASSIGN_OR_RETURN(auto writer, GroupWriter::Open({.file = "tracking.db", .steps = kSchema}));
//   Status done = writer->Write([&](Database& db) { return Insert(db, run); });  // durable now
//
// Each piece of work runs in a savepoint of its own: one that fails is undone alone. Write blocks
// until the commit that holds it is on disk, or failed; then every caller of that commit is told.
// Statements may be kept by the owner for the writer's connection: work runs on any caller's
// thread, but one piece at a time, and each sees what those before it did.
//
// Another process that writes the same file is waited for, a minute at most; readers open the file
// themselves. Failure: of the work, its own; of the commit (a full disk), that of all it held.
// Thread safety: Write from any thread, not from within work. Overflow: callers wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/store/sqlite.h"

namespace mooring::data {

class GroupWriter {
 public:
  struct Options {
    std::string file;
    std::span<const std::string_view> steps;  // of the schema (Database::Migrate)
    std::size_t most_at_once = 256;           // pieces of work in one commit
    std::size_t cache_bytes = 16U << 20;      // of the writer's pages
    // Called where work is, after something that ran was undone: what its owner remembers of the
    // connection's rows may never have been.
    std::function<void()> on_undo = nullptr;
  };
  using Work = std::function<Status(Database&)>;
  static Result<std::unique_ptr<GroupWriter>> Open(Options options);
  virtual ~GroupWriter() = default;  // once all calls have ended
  // CHECKs that it is not called by work.
  virtual Status Write(const Work& work) = 0;
  // Commits so far, and pieces of work in them.
  struct Counts {
    std::uint64_t commits = 0, works = 0;
  };
  virtual Counts counts() const = 0;
};

}  // namespace mooring::data
