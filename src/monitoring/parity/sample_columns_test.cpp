#include "monitoring/parity/sample_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(SampleColumns, PresentNumbersLeaveOutWhatIsMissing) {
  const double inf = std::numeric_limits<double>::infinity();
  data::Batch batch = FrameOf({{"x", {1, std::nan(""), inf, 4, 5}}}, {});
  batch.column(0).MutableValues<double>()[3] = std::nan("");  // not null, but not a number either
  EXPECT_THAT(PresentNumbers(batch.column(0), 0, 5), ElementsAre(1, inf, 5));
  EXPECT_THAT(PresentNumbers(batch.column(0), 0, 5, true), ElementsAre(1, 5));
  EXPECT_THAT(PresentNumbers(batch.column(0), 1, 2), ElementsAre());
}

TEST(SampleColumns, LevelsAreCountedInByteOrder) {
  const data::Batch batch =
      FrameOf({{"n", {7, 7.5, 7, std::nan("")}}}, {{"t", {"b", "a", "b", ""}}});
  EXPECT_THAT(CountLevels(batch.column(1), 0, 4), ElementsAre(Pair("a", 1), Pair("b", 2)));
  EXPECT_THAT(CountLevels(batch.column(0), 0, 4), ElementsAre(Pair("7", 2), Pair("7.5", 1)));
  EXPECT_EQ(TotalOf(CountLevels(batch.column(1), 0, 4)), 3U);
  const data::Batch zeros = FrameOf({{"z", {0.0, -0.0}}}, {});
  EXPECT_THAT(CountLevels(zeros.column(0), 0, 2), ElementsAre(Pair("0", 2)));
  data::Column flags(data::Type::kBool);
  flags.Append(std::uint8_t{1});
  flags.AppendNull();
  EXPECT_THAT(CountLevels(flags, 0, 2), ElementsAre(Pair("true", 1)));
  EXPECT_TRUE(IsCategorical(data::Type::kBool));
  EXPECT_FALSE(IsCategorical(data::Type::kInt64));
}

TEST(SampleColumns, AlignedCountsShareTheUnion) {
  const AlignedCounts both = Align({{"a", 1}, {"b", 2}}, {{"b", 3}, {"c", 4}});
  EXPECT_THAT(both.reference, ElementsAre(1, 2, 0));
  EXPECT_THAT(both.current, ElementsAre(0, 3, 4));
}

}  // namespace
}  // namespace mooring::monitoring
