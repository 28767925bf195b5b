#include "serving/snapshot_cell.h"

#include "base/check.h"
#include "serving/loaded_models.h"

namespace mooring::serving {
namespace {

struct Remembered {
  std::uint64_t cell = 0, version = 0;
  std::weak_ptr<const Snapshot> snapshot;
};

std::uint64_t NextCellId() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1);
}

}  // namespace

SnapshotCell::SnapshotCell() : id_(NextCellId()), current_(std::make_shared<const Snapshot>()) {}

std::shared_ptr<const Snapshot> SnapshotCell::Current() const {
  thread_local Remembered remembered;
  if (remembered.cell == id_ &&
      remembered.version == version_.load(std::memory_order_acquire)) [[likely]] {
    // Fails only when a change came in between and nobody else holds it.
    if (auto snapshot = remembered.snapshot.lock()) return snapshot;
  }
  const std::lock_guard lock(mutex_);
  remembered = {id_, version_.load(std::memory_order_relaxed), current_};
  return current_;
}

void SnapshotCell::Publish(std::shared_ptr<const Snapshot> snapshot) {
  CHECK(snapshot != nullptr);
  {
    const std::lock_guard lock(mutex_);
    current_.swap(snapshot);
    version_.fetch_add(1, std::memory_order_release);
  }
  // The old one is freed here, outside the lock, unless a request holds it.
}

}  // namespace mooring::serving
