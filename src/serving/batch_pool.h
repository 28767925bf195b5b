// BatchPool: empty batches of one schema, used again and again so that requests do not allocate
// columns.
//
// Thread safety: from any thread; a short mutex. Bounded: keeps at most kKept batches, and none
// that grew beyond kKeptRows rows, so that one huge request is not remembered in memory.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "data/table/batch.h"

namespace mooring::serving {

class BatchPool {
 public:
  static constexpr std::size_t kKept = 64;
  static constexpr std::size_t kKeptRows = 1024;

  explicit BatchPool(std::shared_ptr<const data::Schema> schema) : schema_(std::move(schema)) {}

  data::Batch Take();
  // Batches of another schema (or moved from) are dropped.
  void Give(data::Batch batch);

 private:
  std::shared_ptr<const data::Schema> schema_;
  std::mutex mutex_;
  std::vector<data::Batch> free_;
};

}  // namespace mooring::serving
