#include "records/search/refusal.h"

#include <gtest/gtest.h>

#include "records/search/filter.h"

namespace mooring::records::search {
namespace {

TEST(Refusal, LongTextsAreCutBetweenCharacters) {
  EXPECT_EQ(Refused("short").message(), "short");
  EXPECT_EQ(Refused("short").code(), Code::kInvalidArgument);
  const std::string whole(kRefusalBytes, 'x');
  EXPECT_EQ(Refused(whole).message(), whole);
  EXPECT_EQ(Refused(whole + "y").message(), whole + "...");
  const std::string before(kRefusalBytes - 1, 'x');
  EXPECT_EQ(Refused(before + "\u00e9\u00e9").message(), before + "...");
}

TEST(Refusal, AFiltersErrorDoesNotSayAllOfIt) {
  const auto filter = ParseFilter(Kind::kRuns, "params.a = '" + std::string(100'000, 'x'));
  ASSERT_FALSE(filter.ok());
  EXPECT_LE(filter.error().message().size(), kRefusalBytes + 3);
}

}  // namespace
}  // namespace mooring::records::search
