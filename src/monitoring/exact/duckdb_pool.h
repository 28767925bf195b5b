// DuckDbPool: DuckDBs of one thread each that stand ready for the next query, so that the workers
// and sources of one comparison open as many as run at a time: opening costs 16 ms, the first 60.
//
//   ASSIGN_OR_RETURN(const DuckDbPool::Lease db, pool->Take());
//   RETURN_IF_ERROR(data::ReadParquet(*db, …));
//
// Thread safety: any thread; a lease is one thread's. Ownership: the pool outlives its leases.
// Failure: as DuckDb::Open. Memory: 256 MiB a DuckDB at most.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/store/duckdb.h"

namespace mooring::monitoring {

class DuckDbPool {
 public:
  explicit DuckDbPool(std::string library_directory) : libraries_(std::move(library_directory)) {}

  // A DuckDB that goes back to the pool when the lease ends.
  class Lease {
   public:
    Lease(DuckDbPool& pool, std::unique_ptr<data::DuckDb> db) : pool_(&pool), db_(std::move(db)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (db_ != nullptr) pool_->GiveBack(std::move(db_));
    }
    data::DuckDb& operator*() const { return *db_; }
    data::DuckDb* operator->() const { return db_.get(); }

   private:
    DuckDbPool* pool_;
    std::unique_ptr<data::DuckDb> db_;
  };
  Result<Lease> Take();
  // How many stand ready.
  std::size_t ready() const;

 private:
  void GiveBack(std::unique_ptr<data::DuckDb> db);

  const std::string libraries_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<data::DuckDb>> ready_;  // guarded by mutex_
};

}  // namespace mooring::monitoring
