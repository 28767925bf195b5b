#include "base/threads/background_work.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace mooring {
namespace {

TEST(BackgroundWork, DoesWhatWaitsInOrderBeforeItEnds) {
  std::vector<int> done;
  std::promise<void> go;
  BackgroundWork work("bulk", 8);
  ASSERT_TRUE(work.Take([&] { go.get_future().wait(); }));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(work.Take([&done, i] { done.push_back(i); }));
  go.set_value();
  work.Stop();
  EXPECT_EQ(done, (std::vector<int>{0, 1, 2}));
  EXPECT_FALSE(work.Take([] {})) << "it is over";
}

TEST(BackgroundWork, RefusesMoreThanMayWait) {
  std::promise<void> go, began;
  BackgroundWork work("bulk", 1);
  ASSERT_TRUE(work.Take([&] {
    began.set_value();
    go.get_future().wait();
  }));
  began.get_future().wait();
  EXPECT_TRUE(work.Take([] {}));
  EXPECT_FALSE(work.Take([] {}));
  go.set_value();
}

}  // namespace
}  // namespace mooring
