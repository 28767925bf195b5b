#include "records/audit/check_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "records/audit/log_for_tests.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kEntries = 6;

bool Clean(const std::string& log, const LogCheck& check = {}) {
  return CheckLog(AsBytes(log), check).problems.empty();
}

TEST(CheckLog, AWholeLogIsClean) {
  for (std::uint64_t n = 0; n <= kEntries; ++n) {
    const std::string log = LogOf(SomeLines(n));
    const LogReport report = CheckLog(AsBytes(log), {.tree = true});
    EXPECT_TRUE(report.problems.empty());
    EXPECT_EQ(report.entries, n);
    EXPECT_EQ(report.bytes, log.size());
    const SigningKey key = SigningKey::Generate();
    const TreeHead head = HeadOf(log, key);
    EXPECT_EQ(report.root, head.root);
    EXPECT_EQ(report.chain, head.chain);
    EXPECT_TRUE(Clean(log, {.heads = {head}, .key = key.public_key()}));
    EXPECT_TRUE(Clean(log, {.heads = {head}, .key = key.public_key(), .tree = true}));
  }
}

TEST(CheckLog, EveryChangedByteIsFoundByTheChainAlone) {
  const std::string log = LogOf(SomeLines(kEntries));
  for (std::size_t at = 0; at < log.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = log;
      other[at] = static_cast<char>(other[at] ^ (1 << bit));
      EXPECT_FALSE(Clean(other)) << "byte " << at << " bit " << bit;
    }
  }
}

TEST(CheckLog, EveryByteTakenOutOrPutInIsFound) {
  const std::string log = LogOf(SomeLines(kEntries));
  for (std::size_t at = 0; at < log.size(); ++at) {
    std::string shorter = log;
    shorter.erase(at, 1);
    EXPECT_FALSE(Clean(shorter)) << at;
    std::string longer = log;
    longer.insert(at, 1, 'a');
    EXPECT_FALSE(Clean(longer)) << at;
  }
}

TEST(CheckLog, EveryEntryTakenOutRepeatedOrMovedIsFound) {
  const SigningKey key = SigningKey::Generate();
  const auto lines = SomeLines(kEntries);
  const LogCheck anchored{.heads = {HeadOf(LogOf(lines), key)}, .key = key.public_key()};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto without = lines;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    // The chain cannot know of the newest entry; the head does.
    EXPECT_EQ(Clean(LogOf(without)), i + 1 == lines.size()) << i;
    EXPECT_FALSE(Clean(LogOf(without), anchored)) << i;
    for (std::size_t to = 0; to <= lines.size(); ++to) {
      auto repeated = lines;
      repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(to), lines[i]);
      EXPECT_FALSE(Clean(LogOf(repeated))) << i << " at " << to;
    }
    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      auto swapped = lines;
      std::swap(swapped[i], swapped[j]);
      EXPECT_FALSE(Clean(LogOf(swapped))) << i << " and " << j;
    }
  }
}

TEST(CheckLog, AHeadFindsEveryTruncationAndAWhollyNewLog) {
  const SigningKey key = SigningKey::Generate();
  const auto lines = SomeLines(kEntries);
  const std::string log = LogOf(lines);
  const LogCheck anchored{.heads = {HeadOf(log, key)}, .key = key.public_key()};
  for (std::size_t size = 0; size < log.size(); ++size) {
    EXPECT_FALSE(Clean(log.substr(0, size), anchored)) << size;
  }
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    std::vector<std::string> records;
    for (std::uint64_t j = 0; j < kEntries; ++j) records.push_back(SomeRecord(i == j ? 99 : j));
    const std::string anew = LogOf(LinesOf(records));
    EXPECT_TRUE(Clean(anew)) << "the chain of a log that was written anew holds";
    EXPECT_FALSE(Clean(anew, anchored)) << i;
  }
}

TEST(CheckLog, OldHeadsHoldForALogThatGrew) {
  const SigningKey key = SigningKey::Generate();
  LogCheck check{.key = key.public_key(), .tree = true};
  for (std::uint64_t n = 0; n <= kEntries; ++n) {
    check.heads.insert(check.heads.begin(), HeadOf(LogOf(SomeLines(n)), key));
  }
  EXPECT_TRUE(Clean(LogOf(SomeLines(kEntries)), check));
  check.heads[2].root[0] ^= std::byte{1};
  EXPECT_EQ(CheckLog(AsBytes(LogOf(SomeLines(kEntries))), check).problems.size(), 2u);
  check.tree = false;
  EXPECT_EQ(CheckLog(AsBytes(LogOf(SomeLines(kEntries))), check).problems.size(), 1u)
      << "the signature alone";
}

TEST(CheckLog, AHeadOfAnotherKeyIsFound) {
  const std::string log = LogOf(SomeLines(3));
  const TreeHead head = HeadOf(log, SigningKey::Generate());
  EXPECT_TRUE(Clean(log, {.heads = {head}}));
  EXPECT_FALSE(Clean(log, {.heads = {head}, .key = SigningKey::Generate().public_key()}));
}

TEST(CheckLog, NamesThePlaceAndGoesOn) {
  auto lines = SomeLines(kEntries);
  const std::string log = LogOf(lines);
  lines[1][70] = 'X';
  lines[4][70] = 'X';
  const LogReport report = CheckLog(AsBytes(LogOf(lines)));
  ASSERT_EQ(report.problems.size(), 2u);
  EXPECT_EQ(report.problems[0].entry, 1u);
  EXPECT_EQ(report.problems[0].offset, kLogFirstLine.size() + lines[0].size());
  EXPECT_EQ(report.problems[1].entry, 4u);
  EXPECT_EQ(report.entries, kEntries);
}

TEST(CheckLog, TellsTheFirstProblemsAndCountsTheRest) {
  std::string log(kLogFirstLine);
  for (int i = 0; i < 1000; ++i) log += "nothing\n";
  const LogReport report = CheckLog(AsBytes(log));
  EXPECT_EQ(report.problems.size(), kProblemsTold);
  EXPECT_EQ(report.problems_found, 1000u);
}

TEST(VisitEntries, ReadsEachAndStops) {
  const std::string log = LogOf(SomeLines(kEntries));
  std::uint64_t seen = 0;
  EXPECT_TRUE(VisitEntries(AsBytes(log), [&](const ControlEntry& entry) {
                EXPECT_EQ(entry.sequence, seen);
                return ++seen < 4;
              }).ok());
  EXPECT_EQ(seen, 4u);
  const auto all = [](const ControlEntry&) { return true; };
  EXPECT_FALSE(VisitEntries(AsBytes("other"), all).ok());
  EXPECT_FALSE(VisitEntries(AsBytes(log + "line\n"), all).ok());
  EXPECT_TRUE(VisitEntries(AsBytes(log + "unfinished"), all).ok());
}

TEST(LeavesOf, RefusesALogThatIsTooShortOrBroken) {
  auto lines = SomeLines(kEntries);
  EXPECT_EQ(LeavesOf(AsBytes(LogOf(lines)), 4)->size(), 4u);
  EXPECT_EQ(LeavesOf(AsBytes(LogOf(lines)), 7).error().code(), Code::kFailedPrecondition);
  lines[2][70] = 'X';
  EXPECT_EQ(LeavesOf(AsBytes(LogOf(lines)), 4).error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::records
