// GroupWriter: one thread that owns the writing connection of a SQLite file and commits what
// several callers ask for in one transaction, so that they share one sync of the disk and never
// meet a lock.
//
//   ASSIGN_OR_RETURN(auto writer, GroupWriter::Open({.file = "tracking.db", .steps = kSchema}));
//   Status done = writer->Write([&](Database& db) { return Insert(db, run); });  // durable now
//
// Each piece of work runs in a savepoint of its own: one that fails is undone alone. Write blocks
// until the commit that holds it is on disk, or failed; then every caller of that commit is told.
// Statements may be kept by the owner for the writer's connection: work runs on one thread.
// Thread safety: Write from any thread but the writer's own. Overflow: callers wait.
#pragma once

#include <chrono>
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
    std::string name = "writer";              // of the thread
    std::size_t most_at_once = 256;           // pieces of work in one commit
  };
  using Work = std::function<Status(Database&)>;
  static Result<std::unique_ptr<GroupWriter>> Open(Options options);
  virtual ~GroupWriter() = default;  // writes what waits
  virtual Status Write(const Work& work) = 0;
  // Commits so far, and pieces of work in them.
  struct Counts {
    std::uint64_t commits = 0, works = 0;
  };
  virtual Counts counts() const = 0;
};

}  // namespace mooring::data
