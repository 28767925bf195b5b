#include "records/audit/log_lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace mooring::records {
namespace {

using Step = LineWalker::Step;

std::string Lines(int count) {
  ChainHasher hasher;
  Digest chain = kChainBegin;
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const std::string record = "{\"seq\":" + std::to_string(i) + "}";
    chain = hasher.Next(chain, AsBytes(record));
    lines += LogLine(chain, record);
  }
  return lines;
}

std::vector<Step> Walk(const std::string& lines, LogPlace from = {}) {
  LineWalker walker(AsBytes(lines), from);
  std::vector<Step> steps;
  do {
    steps.push_back(walker.Next());
  } while (steps.back() == Step::kRecord || steps.back() == Step::kBroken);
  return steps;
}

TEST(LineWalker, WalksOverAllLines) {
  const std::string lines = Lines(3);
  LineWalker walker(AsBytes(lines), {});
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(walker.Next(), Step::kRecord);
    EXPECT_EQ(walker.record(), "{\"seq\":" + std::to_string(i) + "}");
  }
  EXPECT_EQ(walker.Next(), Step::kEnd);
  EXPECT_EQ(walker.place().records, 3u);
  EXPECT_EQ(walker.place().offset, kLogFirstLine.size() + lines.size());
  EXPECT_EQ(Hex(walker.place().chain),
            "62d65ca0bdeed81dab982ec19407350c803440d2de9ae6b4b5cd2f1387b9534e");
  EXPECT_EQ(Walk(""), std::vector<Step>{Step::kEnd});
}

TEST(LineWalker, GoesOnFromAPlace) {
  const std::string lines = Lines(4);
  LineWalker first(AsBytes(lines), {});
  first.Next();
  first.Next();
  const std::size_t half = first.place().offset - kLogFirstLine.size();
  const std::string rest = lines.substr(half);
  EXPECT_EQ(Walk(rest, first.place()),
            (std::vector<Step>{Step::kRecord, Step::kRecord, Step::kEnd}));
  EXPECT_EQ(Walk(rest), (std::vector<Step>{Step::kBroken, Step::kRecord, Step::kEnd}));
}

TEST(LineWalker, SaysWhereTheEndIsTorn) {
  const std::string lines = Lines(2);
  const std::size_t first = lines.find('\n') + 1;
  for (std::size_t cut = first + 1; cut < lines.size(); ++cut) {
    EXPECT_EQ(Walk(lines.substr(0, cut)), (std::vector<Step>{Step::kRecord, Step::kTorn})) << cut;
  }
}

TEST(LineWalker, LinesThatAreNoneAreBroken) {
  for (const char* line : {"\n", "short\n", "\n\n"}) {
    EXPECT_EQ(Walk(line).front(), Step::kBroken);
  }
  std::string empty(64, 'a'), no_digits(64, 'z');
  empty += " \n";
  no_digits += " {}\n";
  EXPECT_EQ(Walk(empty).front(), Step::kBroken);
  EXPECT_EQ(Walk(no_digits).front(), Step::kBroken);
}

}  // namespace
}  // namespace mooring::records
