#include "serving/stop_limits/result_peaks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/rng.h"

namespace mooring::serving {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// Every value with the moment it began.
struct NaivePeaks {
  std::vector<std::pair<std::int64_t, std::int64_t>> values{{0, 0}};
  void Add(std::int64_t at, std::int64_t amount) {
    values.emplace_back(at, values.back().second + amount);
  }
  std::int64_t Since(std::int64_t moment) const {
    std::int64_t most = values.back().second;
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
      if (values[i + 1].first > moment) most = std::max(most, values[i].second);
    }
    return most;
  }
};

TEST(ResultPeaks, TheBestBeforeAReleaseIsForgiven) {
  ResultPeaks peaks;
  EXPECT_TRUE(peaks.empty());
  peaks.Add(10, 500);
  peaks.Add(20, -300);
  EXPECT_EQ(peaks.Since(0), 500);
  EXPECT_EQ(peaks.Since(19), 500);
  EXPECT_EQ(peaks.Since(20), 200) << "what stood up to a moment did not stand at it";
  peaks.Add(30, -50);
  EXPECT_EQ(peaks.Since(25), 200);
  EXPECT_EQ(peaks.result(), 150);
  peaks.Add(40, 400);
  EXPECT_EQ(peaks.Since(0), 550);
  EXPECT_TRUE(peaks.peaks().empty()) << "all were reached";
}

TEST(ResultPeaks, NothingIsTheFirstPeak) {
  ResultPeaks peaks;
  peaks.Add(10, -7);
  EXPECT_EQ(peaks.Since(9), 0);
  EXPECT_EQ(peaks.Since(10), -7);
}

TEST(ResultPeaks, AgreesWithTheWholeHistoryAndNeverTellsLess) {
  Rng rng(7);
  for (int round = 0; round < 200; ++round) {
    ResultPeaks peaks;
    NaivePeaks naive;
    const bool falling = round % 4 == 0;  // more peaks than are kept
    std::int64_t at = 1;
    for (int i = 0; i < 150; ++i) {
      at += static_cast<std::int64_t>(rng.Below(3));
      const auto amount = static_cast<std::int64_t>(rng.Below(41)) - (falling ? 39 : 20);
      peaks.Add(at, amount);
      naive.Add(at, amount);
      const auto moment = static_cast<std::int64_t>(rng.Below(static_cast<std::uint64_t>(at) + 2));
      ASSERT_EQ(peaks.result(), naive.values.back().second);
      ASSERT_EQ(peaks.Since(0), naive.Since(0)) << "the best of all is always known";
      ASSERT_GE(peaks.Since(moment), naive.Since(moment));
      if (!falling && peaks.peaks().size() < ResultPeaks::kMost / 2) {
        ASSERT_EQ(peaks.Since(moment), naive.Since(moment));
      }
      ASSERT_LE(peaks.peaks().size(), ResultPeaks::kMost);
    }
    const ResultPeaks again = ResultPeaks::From(peaks.result(), peaks.peaks());
    for (std::int64_t moment = 0; moment <= at; ++moment) {
      ASSERT_EQ(again.Since(moment), peaks.Since(moment));
    }
  }
}

TEST(ResultPeaks, StaysWithin64Bits) {
  ResultPeaks peaks;
  peaks.Add(1, kMost);
  peaks.Add(2, kMost);
  EXPECT_EQ(peaks.result(), kMost);
  peaks.Add(3, -kMost);
  peaks.Add(4, -kMost);
  peaks.Add(5, -kMost);
  EXPECT_EQ(peaks.result(), -kMost - 1);
  EXPECT_EQ(peaks.Since(0), kMost);
  EXPECT_EQ(peaks.Since(5), -kMost - 1);
}

}  // namespace
}  // namespace mooring::serving
