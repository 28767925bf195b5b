#include "monitoring/exact/duckdb_pool.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kMemory = 256 * limits::kMiB;

}  // namespace

Result<DuckDbPool::Lease> DuckDbPool::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!ready_.empty()) {
      std::unique_ptr<data::DuckDb> db = std::move(ready_.back());
      ready_.pop_back();
      return Lease(*this, std::move(db));
    }
  }
  ASSIGN_OR_RETURN(
      auto opened,
      data::DuckDb::Open({.library_directory = libraries_, .threads = 1, .memory_bytes = kMemory}));
  return Lease(*this, std::move(opened));
}

std::size_t DuckDbPool::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

void DuckDbPool::GiveBack(std::unique_ptr<data::DuckDb> db) {
  const std::lock_guard lock(mutex_);
  ready_.push_back(std::move(db));
}

}  // namespace mooring::monitoring
