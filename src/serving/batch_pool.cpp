#include "serving/batch_pool.h"

namespace mooring::serving {

data::Batch BatchPool::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      data::Batch batch = std::move(free_.back());
      free_.pop_back();
      return batch;
    }
  }
  return data::Batch(schema_);
}

void BatchPool::Give(data::Batch batch) {
  if (batch.shared_schema() != schema_) return;
  for (std::size_t i = 0; i < batch.width(); ++i) {
    if (batch.column(i).size() > kKeptRows) return;
  }
  batch.Clear();
  const std::lock_guard lock(mutex_);
  if (free_.size() < kKept) free_.push_back(std::move(batch));
}

}  // namespace mooring::serving
