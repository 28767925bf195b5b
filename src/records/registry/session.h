// How the registry's file is read and written while other processes do the same: snapshots, and
// patience with their locks.
//
// Thread safety: that of the Database.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "data/store/sqlite.h"

namespace mooring::records {

// All reads between two writers: a deferred transaction is a snapshot in WAL.
class ReadSnapshot {
 public:
  static Result<ReadSnapshot> Begin(data::Database& db) {
    RETURN_IF_ERROR(db.Execute("BEGIN"));
    return ReadSnapshot(db);
  }
  ReadSnapshot(ReadSnapshot&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  ReadSnapshot& operator=(ReadSnapshot&&) = delete;
  ~ReadSnapshot() {
    if (db_ != nullptr) static_cast<void>(db_->Execute("ROLLBACK"));
  }

 private:
  explicit ReadSnapshot(data::Database& db) : db_(&db) {}
  data::Database* db_;
};

// Tries `work` until it is not others' locks that stand in the way, or `attempts` times.
template <typename Work>
auto Patiently(int attempts, const Work& work) -> decltype(work()) {
  for (int attempt = 1;; ++attempt) {
    auto result = work();
    const bool locked = !result.ok() && result.error().code() == Code::kUnavailable &&
                        result.error().message().find("locked") != std::string::npos;
    if (!locked) return result;
    if (attempt >= attempts) {
      return std::move(result).error().Help(
          "another process holds the registry's lock and nothing was changed: try again; when this "
          "lasts, see which process it is");
    }
  }
}

}  // namespace mooring::records
