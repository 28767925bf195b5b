#include "api/http/byte_range.h"

#include <gtest/gtest.h>

namespace mooring::api {
namespace {

TEST(ByteRange, OfTenBytes) {
  struct Case {
    const char* header;
    std::uint64_t first, bytes;
    bool partial, satisfiable;
  };
  const Case cases[] = {
      {"", 0, 10, false, true},
      {"bytes=0-", 0, 10, true, true},
      {"bytes=0-9", 0, 10, true, true},
      {"bytes=0-0", 0, 1, true, true},
      {"bytes=3-5", 3, 3, true, true},
      {"bytes=9-", 9, 1, true, true},
      {"bytes=3-99", 3, 7, true, true},
      {"bytes=3-18446744073709551615", 3, 7, true, true},
      {"bytes=-1", 9, 1, true, true},
      {"bytes=-10", 0, 10, true, true},
      {"bytes=-99", 0, 10, true, true},
      {"bytes=-0", 10, 0, true, false},
      {"bytes=10-", 0, 0, true, false},
      {"bytes=18446744073709551615-", 0, 0, true, false},
      // Not one range of bytes: the whole.
      {"bytes=5-3", 0, 10, false, true},
      {"bytes=0-1,3-4", 0, 10, false, true},
      {"bytes=", 0, 10, false, true},
      {"bytes=-", 0, 10, false, true},
      {"bytes=a-b", 0, 10, false, true},
      {"bytes=1", 0, 10, false, true},
      {"bytes= 1-2", 0, 10, false, true},
      {"bytes=+1-2", 0, 10, false, true},
      {"bytes=1-2 ", 0, 10, false, true},
      {"rows=1-2", 0, 10, false, true},
      {"bytes=18446744073709551616-", 0, 10, false, true},
      {"bytes=--1", 0, 10, false, true},
  };
  for (const Case& c : cases) {
    const ByteRange range = ParseRange(c.header, 10);
    EXPECT_EQ(range.first, c.first) << c.header;
    EXPECT_EQ(range.bytes, c.bytes) << c.header;
    EXPECT_EQ(range.partial, c.partial) << c.header;
    EXPECT_EQ(range.satisfiable, c.satisfiable) << c.header;
  }
}

TEST(ByteRange, OfNothing) {
  EXPECT_FALSE(ParseRange("bytes=0-", 0).satisfiable);
  EXPECT_FALSE(ParseRange("bytes=-5", 0).satisfiable);
  EXPECT_FALSE(ParseRange("", 0).partial);
}

}  // namespace
}  // namespace mooring::api
