#include "records/tracking/sqlite/read_pool.h"

namespace mooring::records {

using data::Database;

ReadLease::~ReadLease() {
  if (pool_ == nullptr) return;
  // Nothing was written: an error would only mean that the snapshot has ended already.
  static_cast<void>(session_->Run("COMMIT"));
  pool_->Give(std::move(session_));
}

Result<std::unique_ptr<ReadPool>> ReadPool::Open(const std::string& file, std::size_t connections) {
  auto pool = std::make_unique<ReadPool>();
  for (std::size_t i = 0; i < connections; ++i) {
    ASSIGN_OR_RETURN(Database db, Database::Open(file, {.read_only = true}));
    RETURN_IF_ERROR(db.Execute("PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY"));
    pool->free_.push_back(std::make_unique<Session>(std::move(db)));
  }
  return pool;
}

std::unique_ptr<Session> ReadPool::Take() {
  std::unique_lock lock(mutex_);
  given_.wait(lock, [this] { return !free_.empty(); });
  auto session = std::move(free_.back());
  free_.pop_back();
  return session;
}

void ReadPool::Give(std::unique_ptr<Session> session) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(session));
  }
  given_.notify_one();
}

Result<ReadLease> ReadPool::Lease() {
  ReadLease lease(this, Take());
  lease.session().Trim();
  RETURN_IF_ERROR(lease.session().Run("BEGIN"));
  return lease;
}

}  // namespace mooring::records
