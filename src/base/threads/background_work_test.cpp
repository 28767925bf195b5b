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

TEST(BackgroundWork, SeveralThreadsWorkSideBySide) {
  std::promise<void> first_began;
  BackgroundWork work("calls", 8, 2);
  // The first ends only when the second runs beside it.
  std::promise<void> second_ran, first_ended;
  ASSERT_TRUE(work.Take([&] {
    first_began.set_value();
    second_ran.get_future().wait();
    first_ended.set_value();
  }));
  first_began.get_future().wait();
  ASSERT_TRUE(work.Take([&] { second_ran.set_value(); }));
  first_ended.get_future().wait();
  work.Stop();
  EXPECT_FALSE(work.Take([] {}));
}

}  // namespace
}  // namespace mooring
