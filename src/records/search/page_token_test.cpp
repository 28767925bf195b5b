#include "records/search/page_token.h"

#include <gtest/gtest.h>

namespace mooring::records::search {
namespace {

TEST(PageToken, OffsetsAreWrittenAsMlflowWritesThem) {
  // From the recorded exchanges.
  EXPECT_EQ(ToToken({.offset = 1}), "eyJvZmZzZXQiOiAxfQ==");
  EXPECT_EQ(ReadToken("eyJvZmZzZXQiOiAxfQ==")->offset, 1u);
}

TEST(PageToken, ComesBack) {
  EXPECT_EQ(*ReadToken(""), PageStart{});
  for (const std::uint64_t offset : {0u, 9u, 10u, 100u, 12'345u}) {
    for (const char* after : {"", "a", "ab", "\"\\я", "0123456789abcdef0123456789abcdef"}) {
      const PageStart start{.offset = offset, .after = after};
      const auto read = ReadToken(ToToken(start));
      ASSERT_TRUE(read.ok());
      EXPECT_EQ(*read, start);
    }
  }
}

TEST(PageToken, RefusesWhatIsNone) {
  const struct {
    const char* token;
    const char* message;
  } rows[] = {
      {"zzz", "Invalid page token, could not base64-decode"},
      {"not base64", "Invalid page token, could not base64-decode"},
      {"bm90IGpzb24=", "Invalid page token, decoded value=(not JSON)"},
      {"e30=", "Invalid page token, decoded value={}"},
      {"eyJvZmZzZXQiOiAiYSJ9", "Invalid page token, decoded value={\"offset\": \"a\"}"},
      {"eyJvZmZzZXQiOiAtMX0=", "Invalid page token, decoded value={\"offset\": -1}"},
  };
  for (const auto& row : rows) {
    const auto read = ReadToken(row.token);
    ASSERT_FALSE(read.ok()) << row.token;
    EXPECT_EQ(read.error().message(), row.message);
    EXPECT_EQ(read.error().code(), Code::kInvalidArgument);
  }
  EXPECT_FALSE(ReadToken(std::string(4096, 'A')).ok());
}

TEST(CutPage, WalksThroughEverythingOnce) {
  for (std::size_t size = 0; size < 7; ++size) {
    for (std::size_t most = 1; most < 5; ++most) {
      std::string token;
      std::vector<int> seen;
      do {
        std::vector<int> items(size);
        for (std::size_t i = 0; i < size; ++i) items[i] = static_cast<int>(i);
        token = CutPage(items, ReadToken(token)->offset, most);
        EXPECT_LE(items.size(), most);
        seen.insert(seen.end(), items.begin(), items.end());
      } while (!token.empty());
      ASSERT_EQ(seen.size(), size);
      for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(seen[i], static_cast<int>(i));
    }
  }
  std::vector<int> items{1, 2};
  EXPECT_EQ(CutPage(items, 9, 1), "");
  EXPECT_TRUE(items.empty());
}

}  // namespace
}  // namespace mooring::records::search
