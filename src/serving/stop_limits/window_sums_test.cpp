#include "serving/stop_limits/window_sums.h"

#include <gtest/gtest.h>

#include <map>

#include "base/rng.h"

namespace mooring::serving {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

WindowBucket Of(std::int64_t begin, std::int64_t amount) {
  return {begin, begin + 100, std::max<std::int64_t>(amount, 0), std::max<std::int64_t>(-amount, 0),
          1};
}

TEST(WindowSums, SumsBucketsUntilTheyExpire) {
  WindowSums sums;
  EXPECT_TRUE(sums.empty());
  sums.Add(Of(10, 5));
  sums.Add(Of(10, -2));
  sums.Add(Of(20, 7));
  EXPECT_EQ(sums.Total().plus, 12);
  EXPECT_EQ(sums.Total().minus, 2);
  EXPECT_EQ(sums.Total().count, 3);
  EXPECT_EQ(sums.Resets(), 110);
  sums.Expire(109);
  EXPECT_EQ(sums.Total().count, 3);
  sums.Expire(110);
  EXPECT_EQ(sums.Total().net(), 7);
  EXPECT_EQ(sums.Resets(), 120);
  sums.Expire(120);
  EXPECT_TRUE(sums.empty());
  EXPECT_EQ(sums.Total().count, 0);
}

TEST(WindowSums, TakesBackFromTheBucketThatWasSpent) {
  WindowSums sums;
  sums.Add(Of(10, 5));
  sums.Add(Of(20, 7));
  sums.Take(Of(10, 5));
  EXPECT_EQ(sums.Total().plus, 7);
  sums.Take(Of(20, 9));  // never below nothing
  EXPECT_EQ(sums.Total().plus, 0);
  sums.Take(Of(30, 1));  // of no bucket: nothing happens
  EXPECT_EQ(sums.Total().count, 0);
  EXPECT_EQ(sums.Buckets().size(), 2U);
}

TEST(WindowSums, ABucketIsFullRatherThanOverflown) {
  WindowSums sums;
  sums.Add(Of(10, kMost - 1));
  EXPECT_TRUE(sums.Fits(Of(10, 1)));
  EXPECT_FALSE(sums.Fits(Of(10, 2)));
  EXPECT_TRUE(sums.Fits(Of(10, -2)));
  EXPECT_TRUE(sums.Fits(Of(20, kMost)));
  sums.Add(Of(10, 2));
  EXPECT_EQ(sums.Total().plus, kMost);
  sums.Add(Of(20, kMost));
  EXPECT_EQ(sums.Total().plus, Wide{kMost} * 2);
}

TEST(WindowSums, SuffixesAreTheWorstThatMayRemain) {
  WindowSums sums;
  sums.Add(Of(10, -500));
  sums.Add(Of(20, 300));
  EXPECT_EQ(sums.Total().net(), -200);
  EXPECT_EQ(sums.MostOfSuffix(), 300);
  EXPECT_EQ(sums.LeastOfSuffix(), -200);
  sums.Add(Of(20, -100));
  EXPECT_EQ(sums.MostOfSuffix(), 300);
  EXPECT_EQ(sums.LeastOfSuffix(), -300);
}

// Against a map of all events, any order of times.
TEST(WindowSums, AgreesWithAListOfEvents) {
  Rng rng(4002);
  for (int round = 0; round < 200; ++round) {
    WindowSums sums;
    std::map<std::int64_t, WindowBucket> events;
    std::int64_t now = 1000;
    for (int step = 0; step < 300; ++step) {
      now += static_cast<std::int64_t>(rng.Below(20));
      const std::int64_t begin = now / 10 * 10 - static_cast<std::int64_t>(rng.Below(4)) * 10;
      const WindowBucket what = Of(begin, static_cast<std::int64_t>(rng.Below(200)) - 100);
      sums.Expire(now);
      std::erase_if(events, [&](const auto& event) { return event.second.expires <= now; });
      WindowBucket& event =
          events.try_emplace(begin, WindowBucket{begin, begin + 100, 0, 0, 0}).first->second;
      const std::int64_t sign = rng.Below(4) == 0 ? -1 : 1;
      if (sign < 0)
        sums.Take(what);
      else
        sums.Add(what);
      if (sign < 0 && event.count == 0 && sums.Buckets().size() < events.size()) {
        events.erase(begin);
        continue;
      }
      event.plus = std::max<std::int64_t>(event.plus + sign * what.plus, 0);
      event.minus = std::max<std::int64_t>(event.minus + sign * what.minus, 0);
      event.count = std::max<std::int64_t>(event.count + sign, 0);
      Wide net = 0, middle = 0;
      std::vector<WindowBucket> all;
      for (const auto& [start, bucket] : events) {
        all.push_back(bucket);
        net += bucket.plus - bucket.minus;
        if (start >= now - 50 && start <= now - 20) middle += bucket.plus;
      }
      ASSERT_EQ(sums.Total().net(), net);
      ASSERT_EQ(sums.Between(now - 50, now - 20).plus, middle);
      ASSERT_EQ(sums.Buckets(), all);
    }
  }
}

}  // namespace
}  // namespace mooring::serving
