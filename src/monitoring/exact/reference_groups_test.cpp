#include "monitoring/exact/reference_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/rng.h"

namespace mooring::monitoring {
namespace {

using Counts = std::vector<std::uint64_t>;

std::vector<double> UpTo(std::size_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 1);
  return values;
}

// By hand from the rule of the header.
TEST(ReferenceGroups, AreTenthsOfTheReference) {
  const GroupCounts groups = DecileGroups(UpTo(100), std::vector<double>{0, 10, 10.5, 90, 91, 500});
  EXPECT_EQ(groups.reference, Counts(10, 10));
  EXPECT_EQ(groups.current, (Counts{2, 1, 0, 0, 0, 0, 0, 0, 1, 2}));
}

TEST(ReferenceGroups, UnevenSizesRoundUp) {
  EXPECT_EQ(DecileGroups(UpTo(15), UpTo(15)).reference, (Counts{2, 1, 2, 1, 2, 1, 2, 1, 2, 1}));
  EXPECT_EQ(DecileGroups(UpTo(3), UpTo(3)).reference, (Counts{1, 1, 1}));
}

TEST(ReferenceGroups, AFrequentValueHasItsOwn) {
  struct Case {
    std::vector<double> reference, current;
    Counts expected_reference, expected_current;
  };
  const std::vector<double> zeros = {0, 0, 0, 0, 0, 0, 0, 1, 2, 3};
  const Case cases[] = {
      {{5, 5, 5}, {5, 5}, {3}, {2}},
      {{5, 5, 5}, {4, 5, 6, 7}, {0, 3, 0}, {1, 1, 2}},
      {{5}, {6}, {1, 0}, {0, 1}},
      {zeros, {-1, 0, 1, 1.5, 9}, {0, 7, 1, 1, 1}, {1, 1, 1, 1, 1}},
      {{0, 0, 1, 1}, {0, 1, 1}, {2, 2}, {1, 2}},
      // A value that is one edge only ends a group.
      {{1, 2, 3, 4, 5, 6, 7, 8, 9, 9},
       {9},
       {1, 1, 1, 1, 1, 1, 1, 1, 2},
       {0, 0, 0, 0, 0, 0, 0, 0, 1}},
  };
  for (const Case& known : cases) {
    const GroupCounts groups = DecileGroups(known.reference, known.current);
    EXPECT_EQ(groups.reference, known.expected_reference);
    EXPECT_EQ(groups.current, known.expected_current);
  }
}

TEST(ReferenceGroups, LoseNoValueAndAreTenAtMost) {
  Rng rng(3);
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t levels = 1 + rng.Below(40);
    std::vector<double> reference(1 + rng.Below(60)), current(rng.Below(60));
    for (double& x : reference) x = static_cast<double>(rng.Below(levels));
    for (double& x : current) x = static_cast<double>(rng.Below(levels + 3)) - 1;
    std::sort(reference.begin(), reference.end());
    std::sort(current.begin(), current.end());
    const GroupCounts groups = DecileGroups(reference, current);
    const auto sum = [](const Counts& counts) {
      return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    };
    EXPECT_EQ(sum(groups.reference), reference.size());
    EXPECT_EQ(sum(groups.current), current.size());
    EXPECT_LE(groups.reference.size(), 10U);
  }
}

TEST(ReferenceGroups, CategoriesAreMatchedByText) {
  CategorySample reference, current;
  reference.counts = {{"b", 2}, {"a", 1}, {"", 4}};
  current.counts = {{"new", 3}, {"a", 5}, {"zero", 0}};
  const GroupCounts groups = ValueGroups(reference, current);
  EXPECT_EQ(groups.reference, (Counts{4, 1, 2, 0}));
  EXPECT_EQ(groups.current, (Counts{0, 5, 0, 3}));
}

}  // namespace
}  // namespace mooring::monitoring
