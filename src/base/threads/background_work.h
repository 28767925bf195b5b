// BackgroundWork: a thread, or several, for pieces of work that are too long for an event loop.
// First in, first out, a bounded number waiting. One thread keeps them in order; several are for
// work that mostly waits, such as for a sync of the disk that they share.
//
//   BackgroundWork work("bulk", 16);        // one thread, 16 waiting
//   BackgroundWork calls("calls", 256, 8);  // eight
//   if (!work.Take([=] { ReadAll(body); })) Refuse();   // too much waits, or it is over
//   work.Stop();                                        // does what waits, then ends
//
// Overflow policy: Take refuses. Thread safety: Take from any thread; Stop from one, once all that
// may call Take have ended (what is taken after it is refused). Failure: work must not throw.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/threads/bounded_queue.h"
#include "base/threads/named_thread.h"

namespace mooring {

class BackgroundWork {
 public:
  BackgroundWork(const std::string& name, std::size_t waiting, std::size_t threads = 1)
      : queue_(waiting) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back(name, [this](const std::stop_token& stop) {
        while (std::optional<Work> work = queue_.Pop(stop)) (*work)();
      });
    }
  }
  ~BackgroundWork() { Stop(); }
  BackgroundWork(const BackgroundWork&) = delete;
  BackgroundWork& operator=(const BackgroundWork&) = delete;

  [[nodiscard]] bool Take(std::function<void()> work) {
    return !over_.load() && queue_.TryPush(std::move(work));
  }
  void Stop() {
    over_.store(true);
    for (NamedThread& thread : threads_) thread.RequestStop();
    for (NamedThread& thread : threads_) thread.Join();
    while (std::optional<Work> work = queue_.TryPop()) (*work)();
  }

 private:
  using Work = std::function<void()>;
  std::atomic<bool> over_{false};
  BoundedQueue<Work> queue_;
  std::vector<NamedThread> threads_;
};

}  // namespace mooring
