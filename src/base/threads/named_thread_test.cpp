#include "base/threads/named_thread.h"

#include <gtest/gtest.h>

#include <atomic>

namespace mooring {
namespace {

TEST(NamedThread, RunsUnderItsName) {
  std::string seen;
  NamedThread thread("journal-writer-of-the-house",
                     [&](const std::stop_token&) { seen = CurrentThreadName(); });
  thread.Join();
  EXPECT_EQ(seen, "journal-writer-");
  EXPECT_FALSE(thread.IsRunning());
}

TEST(NamedThread, TheDestructorStopsAndJoins) {
  std::atomic<bool> stopped = false;
  {
    const NamedThread thread("waiter", [&](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
      stopped = true;
    });
  }
  EXPECT_TRUE(stopped);
}

TEST(NamedThread, AnEmptyOneCanBeJoinedAndFilled) {
  NamedThread thread;
  thread.Join();
  thread = NamedThread("x", [](const std::stop_token&) {});
  EXPECT_TRUE(thread.IsRunning());
}

}  // namespace
}  // namespace mooring
