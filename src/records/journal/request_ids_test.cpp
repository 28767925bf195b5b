#include "records/journal/request_ids.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "records/journal/journal_fixture.h"

namespace mooring::records {
namespace {

using Found = RequestIds::Found;

struct RequestIdsTest : testing::Test {
  SimulatedClock clock;
  RequestIds ids{{&clock}};
};

TEST_F(RequestIdsTest, AnswersARetryWithTheEarlierDecisionAndRefusesAnotherBody) {
  EXPECT_EQ(ids.Claim("ann", "r1", 11).found, Found::kNew);
  EXPECT_EQ(ids.Claim("ann", "r1", 11).found, Found::kInFlight);
  EXPECT_EQ(ids.Claim("ann", "r1", 12).found, Found::kOtherBody);
  EXPECT_FALSE(ids.Find("ann", "r1").has_value());
  ids.Settle("ann", "r1", {{1, 5, 77}, 3, 0});
  const RequestIds::Answer again = ids.Claim("ann", "r1", 11);
  EXPECT_EQ(again.found, Found::kEarlier);
  EXPECT_EQ(again.earlier.first, (DecisionId{1, 5, 77}));
  EXPECT_EQ(again.earlier.count, 3U);
  EXPECT_EQ(ids.Claim("ann", "r1", 12).found, Found::kOtherBody);
  EXPECT_EQ(ids.Find("ann", "r1")->first, (DecisionId{1, 5, 77}));
}

TEST_F(RequestIdsTest, RemembersWithoutAClaim) {
  ids.Remember("ann", "r1", {{1, 5, 77}, 3, 11});
  EXPECT_EQ(ids.Find("ann", "r1")->body_hash, 11U);
  EXPECT_EQ(ids.Claim("ann", "r1", 11).found, Found::kEarlier);
}

TEST_F(RequestIdsTest, TellsCallersApart) {
  EXPECT_EQ(ids.Claim("ann", "r1", 1).found, Found::kNew);
  EXPECT_EQ(ids.Claim("bob", "r1", 1).found, Found::kNew);
  EXPECT_EQ(ids.Claim("", "annr1", 1).found, Found::kNew);
  EXPECT_EQ(ids.Claim("an", "nr1", 1).found, Found::kNew);
  EXPECT_EQ(ids.Claim("annr", "1", 1).found, Found::kNew);
}

TEST_F(RequestIdsTest, AReleasedIdMayBeTriedAgain) {
  EXPECT_EQ(ids.Claim("ann", "r1", 1).found, Found::kNew);
  ids.Release("ann", "r1");
  EXPECT_EQ(ids.Claim("ann", "r1", 2).found, Found::kNew);
}

TEST_F(RequestIdsTest, RemembersForADay) {
  EXPECT_EQ(ids.Claim("ann", "r1", 1).found, Found::kNew);
  ids.Settle("ann", "r1", {{1, 1, 1}, 1, 0});
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_EQ(ids.Claim("ann", "r1", 1).found, Found::kEarlier) << hour;
    clock.Advance(std::chrono::hours(1));
    const std::string other = "other-" + std::to_string(hour);
    ids.Claim("ann", other, 1);
    ids.Settle("ann", other, {{1, 1, 2}, 1, 0});
  }
}

TEST_F(RequestIdsTest, IsRebuiltByReplay) {
  SimulatedFileSystem fs;
  {
    auto journal = Journal::Open(TestOptions(fs, clock)).value();
    for (int i = 0; i < 100; i += 2) {
      ASSERT_TRUE(journal->Append(TestBlock(TestBinding(), i, 2).block, nullptr).ok());
    }
  }
  auto reader = JournalReader::Open(fs, "data/journal").value();
  const JournalPosition end = EndOfJournal(fs, "data/journal").value();
  while (reader->Read(end, 10, ids).value() != 0) {}
  EXPECT_EQ(ids.size(), 50U);
  const RequestIds::Answer answer = ids.Claim("tester", "request-6", 6 * 31);
  EXPECT_EQ(answer.found, Found::kEarlier);
  EXPECT_EQ(answer.earlier.first, (DecisionId{1, 1, 6}));
  EXPECT_EQ(answer.earlier.count, 2U);
  EXPECT_EQ(ids.Claim("tester", "request-7", 7 * 31).found, Found::kNew);
}

TEST_F(RequestIdsTest, OfManyAtOnceExactlyOneIsNew) {
  std::atomic<int> fresh{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          const std::string id = "r" + std::to_string(i);
          if (ids.Claim("ann", id, 1).found != Found::kNew) continue;
          ++fresh;
          ids.Settle("ann", id, {{1, 1, static_cast<std::uint32_t>(i)}, 1, 0});
        }
      });
    }
  }
  EXPECT_EQ(fresh.load(), 1000);
  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace mooring::records
