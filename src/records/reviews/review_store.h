// ReviewStore: the queue of decisions that people decide: one SQLite file, reviews.db. Items and
// how far the journal is read are one transaction, so a kill at any moment loses no item and adds
// none twice.
//
// Thread safety: from any thread; calls wait for each other. Who must not wait for a writer's sync
// opens a store of their own: readers see the last commit. Failure: what SQLite says; kUnavailable
// for a lock that another process holds. A Write whose work fails changes nothing.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/reviews/review_tables.h"

namespace mooring::records {

class ReviewStore {
 public:
  // `path` of the file, made when absent; ":memory:" for what nobody keeps.
  static Result<std::unique_ptr<ReviewStore>> Open(const std::string& path);

  using Work = std::function<Status(ReviewTables&)>;
  Status Read(const Work& work);   // on one snapshot
  Status Write(const Work& work);  // all or nothing

 private:
  explicit ReviewStore(data::Database db) : db_(std::move(db)) {}
  std::mutex mutex_;  // guards db_
  data::Database db_;
};

}  // namespace mooring::records
