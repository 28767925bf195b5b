#include "control/limits/held_lowers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace mooring::control {
namespace {

records::LimitChange Lower(std::string max) {
  records::LimitChange change;
  change.kind = records::LimitChangeKind::kLower;
  change.model = "cover";
  change.limit = "daily";
  change.over = "500";
  change.max = std::move(max);
  change.reason = "storm";
  change.maker = "ann";
  return change;
}

std::string MaxOf(const HeldLowers& held, const records::LimitsInForce& book) {
  records::LimitsInForce now = book;
  held.Into(now);
  const records::LimitInForce* const limit = now.Find("cover", "daily");
  return limit == nullptr ? "" : limit->max;
}

TEST(HeldLowers, LowerAndNeverRaise) {
  HeldLowers held;
  EXPECT_TRUE(held.empty());
  EXPECT_EQ(MaxOf(held, {}), "");
  ASSERT_TRUE(held.Hold(Lower("400")).ok());
  EXPECT_EQ(MaxOf(held, {}), "400");
  records::LimitsInForce book;
  book.limits["cover/daily"].max = "300";
  book.limits["cover/daily"].over = "500";
  EXPECT_EQ(MaxOf(held, book), "300") << "lowered further by the book";
  book.limits["cover/daily"].max = "450";
  EXPECT_EQ(MaxOf(held, book), "400");
}

TEST(HeldLowers, AreWrittenInTheirOrderAndOnce) {
  const auto book = std::move(records::LimitBook::Open(":memory:")).value();
  HeldLowers held;
  for (const char* max : {"400", "450", "300"}) ASSERT_TRUE(held.Hold(Lower(max)).ok());
  std::string written;
  const Status done = held.Write(
      *book, Time(), [&](const records::LimitChange& change) { written += change.max + " "; });
  ASSERT_TRUE(done.ok()) << done.error().ToString();
  EXPECT_EQ(written, "400 300 ") << "what lowers nothing any more is let go";
  EXPECT_TRUE(held.empty());
  EXPECT_EQ(book->InForce()->Find("cover", "daily")->max, "300");
}

}  // namespace
}  // namespace mooring::control
