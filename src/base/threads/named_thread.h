// NamedThread: a std::jthread that the system's tools show by name. All threads of ours are these,
// few and long-lived; its body takes a std::stop_token and returns soon after a stop is requested.
//
// Ownership: the destructor requests a stop and joins. Thread safety: like std::jthread. Failure:
// when the system gives no more threads the process ends; that happens at start-up, if ever.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace mooring {

class NamedThread {
 public:
  NamedThread() = default;
  // The name is cut to the 15 bytes that Linux keeps.
  NamedThread(std::string name, std::function<void(std::stop_token)> body);

  void RequestStop() { thread_.request_stop(); }
  // Waits for the body to return; nothing when there is none.
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  bool IsRunning() const { return thread_.joinable(); }
  std::stop_token StopToken() const { return thread_.get_stop_token(); }

 private:
  std::jthread thread_;
};

// The name of the calling thread.
std::string CurrentThreadName();

}  // namespace mooring
