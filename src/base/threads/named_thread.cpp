#include "base/threads/named_thread.h"

#include <pthread.h>

#include <array>
#include <utility>

namespace mooring {

NamedThread::NamedThread(std::string name, std::function<void(std::stop_token)> body)
    : thread_([name = name.substr(0, 15), body = std::move(body)](std::stop_token stop) {
        pthread_setname_np(pthread_self(), name.c_str());
        body(std::move(stop));
      }) {}

std::string CurrentThreadName() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  return name.data();
}

}  // namespace mooring
