#include "serving/stop_limits/limit_time.h"

#include <gtest/gtest.h>

namespace mooring::serving {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
constexpr hours kYear{24 * 365};

TEST(LimitTime, FollowsTheClock) {
  SimulatedClock clock;
  LimitTime time(clock, seconds(5));
  const std::int64_t start = time.Advance();
  clock.Advance(seconds(3600));
  EXPECT_EQ(time.Advance(), start + 3'600'000'000);
  EXPECT_FALSE(time.frozen());
}

TEST(LimitTime, ABackwardStepHoldsItUntilTheWallHasCaughtUp) {
  for (const Micros step : {Micros(1), Micros(hours(1)), Micros(kYear)}) {
    SimulatedClock clock;
    LimitTime time(clock, seconds(5));
    const std::int64_t start = time.Advance();
    clock.JumpWall(-step);
    EXPECT_EQ(time.Advance(), start);
    clock.Advance(step - Micros(1));
    EXPECT_EQ(time.Advance(), start);
    clock.Advance(Micros(2));
    EXPECT_EQ(time.Advance(), start + 1);
    EXPECT_FALSE(time.frozen());
  }
}

TEST(LimitTime, AForwardJumpFreezesItUntilThaw) {
  for (const Micros jump : {Micros(5'000'001), Micros(hours(1)), Micros(kYear)}) {
    SimulatedClock clock;
    LimitTime time(clock, seconds(5));
    const std::int64_t start = time.Advance();
    clock.JumpWall(jump);
    EXPECT_EQ(time.Advance(), start);
    EXPECT_TRUE(time.frozen());
    clock.Advance(seconds(60));
    EXPECT_EQ(time.Advance(), start);
    time.Thaw();
    EXPECT_EQ(time.Advance(), start + jump.count() + 60'000'000);
    EXPECT_FALSE(time.frozen());
  }
}

TEST(LimitTime, ASmallJumpPassesAndManySmallOnesDoNot) {
  SimulatedClock clock;
  LimitTime time(clock, seconds(5));
  const std::int64_t start = time.Advance();
  clock.JumpWall(seconds(4));
  EXPECT_EQ(time.Advance(), start + 4'000'000);
  clock.JumpWall(seconds(4));
  EXPECT_EQ(time.Advance(), start + 4'000'000);
  EXPECT_TRUE(time.frozen());
}

TEST(LimitTime, GainsAtMostOneJumpADay) {
  SimulatedClock clock;
  LimitTime time(clock, seconds(5));
  std::int64_t before = time.Advance();
  for (int day = 0; day < 10; ++day) {
    clock.JumpWall(seconds(4));
    clock.Advance(hours(25));
    EXPECT_EQ(time.Advance(), before + Micros(hours(25)).count() + 4'000'000);
    before = time.last();
  }
  EXPECT_FALSE(time.frozen());
}

TEST(LimitTime, AStepBackThatIsPutRightIsNoJump) {
  SimulatedClock clock;
  LimitTime time(clock, seconds(5));
  const std::int64_t start = time.Advance();
  clock.JumpWall(-Micros(hours(1)));
  EXPECT_EQ(time.Advance(), start);
  clock.JumpWall(Micros(hours(1)));
  clock.Advance(seconds(1));
  EXPECT_EQ(time.Advance(), start + 1'000'000);
  EXPECT_FALSE(time.frozen());
}

TEST(LimitTime, IsNeverBeforeWhatAJournalSaid) {
  SimulatedClock clock;
  LimitTime time(clock, seconds(5));
  const std::int64_t later = time.Advance() + 1'000'000;
  time.Raise(later);
  EXPECT_EQ(time.Advance(), later);
  time.Raise(later - 10);
  EXPECT_EQ(time.last(), later);
  clock.Advance(seconds(2));
  EXPECT_EQ(time.Advance(), later + 1'000'000);
}

}  // namespace
}  // namespace mooring::serving
