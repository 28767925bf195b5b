#include "records/reviews/review_store.h"

#include "records/reviews/review_schema.h"

namespace mooring::records {

Result<std::unique_ptr<ReviewStore>> ReviewStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(data::Database db, data::Database::Open(path, {}));
  RETURN_IF_ERROR(db.Migrate(ReviewSchema()));
  return std::unique_ptr<ReviewStore>(new ReviewStore(std::move(db)));
}

Status ReviewStore::Read(const Work& work) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(db_.Execute("BEGIN"));
  ReviewTables tables(db_);
  Status done = work(tables);
  static_cast<void>(db_.Execute("ROLLBACK"));
  return done;
}

Status ReviewStore::Write(const Work& work) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(data::Transaction transaction, data::Transaction::Begin(db_));
  ReviewTables tables(db_);
  RETURN_IF_ERROR(work(tables));
  return transaction.Commit();
}

}  // namespace mooring::records
