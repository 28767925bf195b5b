#include "records/journal/told_hit.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
using Number = std::optional<std::int64_t>;

LimitHit Hit(std::int64_t current, std::int64_t threshold, bool latched = false) {
  LimitHit hit;
  hit.latched = latched;
  hit.current = current;
  hit.threshold = threshold;
  return hit;
}

TEST(ToldHitTest, NumbersOnlyWhereThereAreAny) {
  struct Row {
    std::optional<LimitKind> kind;
    LimitHit hit;
    Number current, threshold;
    std::string_view state;
  };
  const Row rows[] = {
      {LimitKind::kSum, Hit(4500, 4000), 4500, 4000, "over the limit"},
      {LimitKind::kSum, Hit(4500, 4000, true), 4500, 4000, "shut until people release it"},
      {LimitKind::kSum, Hit(kNotComputed, 4000), {}, 4000, "the quantity could not be computed"},
      {LimitKind::kSum, Hit(kMost, kMost), {}, {}, "over the limit"},
      {LimitKind::kCount, Hit(0, 0), 0, 0, "over the limit"},
      {LimitKind::kRate, Hit(5, 5), 5, 5, "too soon"},
      {LimitKind::kShare, Hit(3, 3), 3, 3, "over its share"},
      {LimitKind::kGrowth, Hit(3, 3), 3, 3, "growing too fast"},
      {LimitKind::kRepeat, Hit(3, 3), 3, 3, "repeated too often"},
      {LimitKind::kBound, Hit(200, 200), {}, 200, "out of bounds"},
      {LimitKind::kBound, Hit(kNotComputed, 0), {}, {}, "the quantity could not be computed"},
      {LimitKind::kCollar, Hit(0, 0), {}, {}, "out of its collar, or without a reference"},
      {LimitKind::kQuality, Hit(1, 0), {}, {}, "a verdict of the watch stands"},
      {LimitKind::kFreshness, Hit(0, 60), {}, 60, "the age is not known"},
      {LimitKind::kFreshness, Hit(75, 60), 75, 60, "too old"},
      {std::nullopt, Hit(4500, 4000), 4500, 4000, "over the limit"},
      {std::nullopt, Hit(kNotComputed, 0), {}, {}, "the quantity could not be computed"},
  };
  for (const Row& row : rows) {
    const ToldHit told = Tell(row.hit, row.kind);
    EXPECT_EQ(told.current, row.current) << row.state;
    EXPECT_EQ(told.threshold, row.threshold) << row.state;
    EXPECT_EQ(told.state, row.state);
  }
}

}  // namespace
}  // namespace mooring::records
