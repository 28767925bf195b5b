// BackgroundWork: one thread for pieces of work that are too long for an event loop and too rare
// for a pool. First in, first out, a bounded number waiting.
//
//   BackgroundWork work("bulk", 16);
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

#include "base/threads/bounded_queue.h"
#include "base/threads/named_thread.h"

namespace mooring {

class BackgroundWork {
 public:
  BackgroundWork(std::string name, std::size_t waiting)
      : queue_(waiting), thread_(std::move(name), [this](const std::stop_token& stop) {
          while (std::optional<Work> work = queue_.Pop(stop)) (*work)();
        }) {}
  ~BackgroundWork() { Stop(); }
  BackgroundWork(const BackgroundWork&) = delete;
  BackgroundWork& operator=(const BackgroundWork&) = delete;

  [[nodiscard]] bool Take(std::function<void()> work) {
    return !over_.load() && queue_.TryPush(std::move(work));
  }
  void Stop() {
    over_.store(true);
    thread_.RequestStop();
    thread_.Join();
    while (std::optional<Work> work = queue_.TryPop()) (*work)();
  }

 private:
  using Work = std::function<void()>;
  std::atomic<bool> over_{false};
  BoundedQueue<Work> queue_;
  NamedThread thread_;
};

}  // namespace mooring
