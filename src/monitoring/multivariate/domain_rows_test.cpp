#include "monitoring/multivariate/domain_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::ElementsAre;

TEST(DomainRows, DrawsWithoutReplacement) {
  Rng rng(1);
  const std::vector<std::size_t> some = DrawRows(100, 30, rng);
  EXPECT_EQ(std::set<std::size_t>(some.begin(), some.end()).size(), 30U);
  EXPECT_LT(*std::ranges::max_element(some), 100U);
  EXPECT_EQ(DrawRows(5, 30, rng).size(), 5U);
  EXPECT_TRUE(DrawRows(0, 30, rng).empty());
}

TEST(DomainRows, PutsSidesOneAfterTheOtherWithFoldsOfEach) {
  Rng rng(1);
  const auto made = MakeDomainRows(FrameOf({{"x", std::vector<double>(50, 1.0)}}, {}),
                                   FrameOf({{"x", std::vector<double>(7, 2.0)}}, {}), 10, 5, rng);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->rows.rows(), 17U);
  EXPECT_EQ(made->rows.column(0).Number(9), 1);
  EXPECT_EQ(made->rows.column(0).Number(10), 2);
  EXPECT_THAT(made->labels, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1));
  EXPECT_THAT(made->folds, ElementsAre(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1));
}

TEST(DomainRows, TextsShareADictionaryOfBothSides) {
  Rng rng(1);
  const auto made = MakeDomainRows(FrameOf({}, {{"t", {"a", "a", "b", ""}}}),
                                   FrameOf({}, {{"t", {"new", "a"}}}), 10, 2, rng);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->rows.schema().field(0).type, data::Type::kCategory);
  EXPECT_THAT(made->rows.schema().field(0).dictionary->values(), ElementsAre("a", "b", "new"));
  EXPECT_EQ(made->rows.column(0).null_count(), 1U);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 2 * DomainRows::kLevels; ++i) ids.push_back(std::to_string(i));
  const auto many =
      MakeDomainRows(FrameOf({}, {{"t", ids}}), FrameOf({}, {{"t", ids}}), 1000, 2, rng);
  EXPECT_EQ(many->rows.schema().field(0).dictionary->size(), DomainRows::kLevels);
  EXPECT_EQ(many->rows.column(0).null_count(), 2 * DomainRows::kLevels) << "the rest is missing";
}

TEST(DomainRows, LeavesOutWhatCannotBeCompared) {
  Rng rng(1);
  const auto made = MakeDomainRows(FrameOf({{"x", {1}}, {"gone", {1}}}, {{"y", {"a"}}}),
                                   FrameOf({{"x", {1}}, {"y", {1}}}, {}), 10, 2, rng);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->rows.width(), 1U);
  EXPECT_FALSE(
      MakeDomainRows(FrameOf({{"x", {1}}}, {}), FrameOf({{"y", {1}}}, {}), 9, 2, rng).ok());
}

}  // namespace
}  // namespace mooring::monitoring
