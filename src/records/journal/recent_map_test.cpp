#include "records/journal/recent_map.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mooring::records {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Time At(std::int64_t second) { return Time(seconds(1'700'000'000 + second)); }

TEST(RecentMap, KeepsAnEntryForTheWholeHorizonAndForgetsItSoonAfter) {
  for (std::int64_t put_at = 0; put_at < 8000; put_at += 501) {
    RecentMap<int> map(hours(1), 1'000'000);
    map.Put(7, 42, At(put_at));
    for (std::int64_t t = 0; t <= 3600; t += 60) {
      map.Put(static_cast<std::uint64_t>(1000 + t), 1, At(put_at + t));
      ASSERT_NE(map.Find(7), nullptr) << t;
      EXPECT_EQ(*map.Find(7), 42);
    }
    for (std::int64_t t = 3600; t <= 7200; t += 60) {
      map.Put(static_cast<std::uint64_t>(1000 + t), 1, At(put_at + t));
    }
    EXPECT_EQ(map.Find(7), nullptr);
  }
}

TEST(RecentMap, NeverHoldsManyMoreThanItsBoundAndKeepsTheNewest) {
  RecentMap<std::uint64_t> map(hours(24), 1000);
  for (std::uint64_t key = 1; key <= 50'000; ++key) {
    map.Put(key * 0x9E3779B97F4A7C15ULL, key, At(0));
    ASSERT_LE(map.size(), 1300U);
  }
  for (std::uint64_t key = 49'001; key <= 50'000; ++key) {
    ASSERT_NE(map.Find(key * 0x9E3779B97F4A7C15ULL), nullptr) << key;
  }
  EXPECT_EQ(map.Find(1 * 0x9E3779B97F4A7C15ULL), nullptr);
}

TEST(RecentMap, TheNewestPutWinsWithinAndAcrossGenerations) {
  RecentMap<int> map(hours(4), 1000);
  map.Put(0, 1, At(0));
  map.Put(0, 2, At(1));
  EXPECT_EQ(*map.Find(0), 2);
  map.Put(0, 3, At(2 * 3600));
  EXPECT_EQ(*map.Find(0), 3);
}

TEST(RecentMap, ForgetsByTimeAloneToo) {
  RecentMap<int> map(hours(4), 1000);
  map.Forget(At(0));
  map.Put(1, 1, At(0));
  map.Forget(At(4 * 3600));
  EXPECT_NE(map.Find(1), nullptr) << "put within the last horizon";
  map.Forget(At(5 * 3600));
  EXPECT_EQ(map.Find(1), nullptr);
  EXPECT_EQ(map.size(), 0U);
}

TEST(SipKey, GivesThePublishedVectors) {
  // Appendix A of the paper, and the first of the reference's 64 vectors.
  const SipKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  std::string text;
  EXPECT_EQ(key(text), 0x726fdb47dd0e0e31ULL);
  for (char c = 0; c < 15; ++c) text.push_back(c);
  EXPECT_EQ(key(text), 0xa129ca6149be45e5ULL);
}

TEST(SipKey, DiffersBetweenKeys) {
  std::set<std::uint64_t> sums;
  for (int i = 0; i < 20; ++i) sums.insert(SipKey::Random()("same"));
  EXPECT_EQ(sums.size(), 20U);
}

}  // namespace
}  // namespace mooring::records
