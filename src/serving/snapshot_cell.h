// SnapshotCell: the one place where the current snapshot lies; written rarely, read by every
// request.
//
// Thread safety: from any thread. Readers take no lock while nothing changes: each thread remembers
// the last snapshot weakly, so that it does not keep an old one alive. Complexity: Current is about
// 10 ns; the first read of a thread after a change takes a short mutex.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace mooring::serving {

struct Snapshot;

class SnapshotCell {
 public:
  SnapshotCell();
  // Never null.
  std::shared_ptr<const Snapshot> Current() const;
  void Publish(std::shared_ptr<const Snapshot> snapshot);

 private:
  const std::uint64_t id_;  // of this cell, for the threads' memories
  std::atomic<std::uint64_t> version_{1};
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace mooring::serving
