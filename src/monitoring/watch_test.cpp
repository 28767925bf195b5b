#include "monitoring/watch.h"

#include <gtest/gtest.h>

#include "data/store/sqlite.h"
#include "monitoring/watch_fixture.h"

namespace mooring::monitoring {
namespace {

TEST_F(WatchTest, AWindowClosesWhenItHasItsRows) {
  const auto watch = MakeWatch();
  for (int block = 0; block < 7; ++block) Decide(100);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 1U);
  ASSERT_EQ(watch->Latest().size(), 1U);
  EXPECT_EQ(watch->Latest()[0].rows, 500U);
  EXPECT_EQ(watch->Latest()[0].verdict, WindowVerdict::kOk) << watch->Latest()[0].reason;
  EXPECT_EQ(watch->LagBytes(), 0U);
  EXPECT_TRUE(problems_.empty()) << problems_.front();
}

TEST_F(WatchTest, AMovedInputAndScoreAreDriftAndStored) {
  const auto watch = MakeWatch();
  Decide(500, 1, 1.0);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_drifted(), 1U);
  const auto stored = registry_->Verdicts("price", {.limit = 10});
  ASSERT_TRUE(stored.ok());
  ASSERT_EQ(stored->size(), 1U);
  const auto report = FromStored(stored->front());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict, WindowVerdict::kDrift);
  ASSERT_EQ(report->features.size(), 2U);
  EXPECT_EQ(report->features[1].feature, "score");
  EXPECT_TRUE(report->features[1].drifted);
}

TEST_F(WatchTest, KeepsVerdictsWhileAnotherProcessHoldsTheRegistry) {
  constexpr std::chrono::milliseconds kWait{20};
  registry_ =
      records::Registry::Open({.directory = folder_, .clock = &clock_, .wait = kWait}).value();
  auto other = data::Database::Open(folder_ + "/registry.db", {}).value();
  const auto watch = MakeWatch();
  Decide(500);
  ASSERT_TRUE(other.Execute("BEGIN IMMEDIATE").ok());
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(problems_.size(), 1U);
  ASSERT_TRUE(other.Execute("ROLLBACK").ok());
  EXPECT_TRUE(registry_->Verdicts("price", {.limit = 10})->empty());
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 10})->size(), 1U);
}

TEST_F(WatchTest, TimeClosesAWindowThatDoesNotFill) {
  const auto watch = MakeWatch();
  Decide(10);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 0U);
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(watch->windows_closed(), 1U);
  EXPECT_EQ(watch->Latest()[0].verdict, WindowVerdict::kNotEnoughData);
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 1U) << "an empty window is no window";
}

TEST_F(WatchTest, VersionsHaveWindowsOfTheirOwn) {
  const auto watch = MakeWatch();
  for (int block = 0; block < 5; ++block) {
    Decide(100, 1);
    Decide(100, 2, 3.0);
  }
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 2U);
  EXPECT_EQ(watch->windows_drifted(), 1U);
}

TEST_F(WatchTest, AVersionWithoutReferenceIsNotJudged) {
  const auto watch = MakeWatch();
  Decide(500, 3);
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(watch->windows_closed(), 1U);
  EXPECT_EQ(watch->Latest()[0].verdict, WindowVerdict::kNotEnoughData);
}

TEST_F(WatchTest, ARestartedWatchComesToTheSameWindows) {
  std::vector<WindowReport> straight, interrupted;
  {
    const auto watch = MakeWatch();
    for (int block = 0; block < 23; ++block) Decide(60, 1, block * 0.05);
    ASSERT_TRUE(watch->CatchUp().ok());
    const auto verdicts = registry_->Verdicts("price", {.limit = 100}).value();
    for (const auto& stored : verdicts) {
      straight.push_back(FromStored(stored).value());
    }
  }
  // Again from the journal alone, three times over: verdicts are stored anew, not beside the old.
  OpenJournal();
  for (int times = 0; times < 3; ++times) ASSERT_TRUE(MakeWatch()->CatchUp().ok());
  const auto verdicts = registry_->Verdicts("price", {.limit = 100}).value();
  for (const auto& stored : verdicts) {
    interrupted.push_back(FromStored(stored).value());
  }
  ASSERT_EQ(straight.size(), 2U);
  ASSERT_EQ(interrupted.size(), straight.size());
  for (std::size_t i = 0; i < straight.size(); ++i) {
    EXPECT_EQ(EvidenceJson(straight[i]), EvidenceJson(interrupted[i]));
    EXPECT_EQ(straight[i].start, interrupted[i].start);
    EXPECT_EQ(straight[i].rows, interrupted[i].rows);
  }
}

TEST_F(WatchTest, VerdictsWaitForARegistryWhoseDiskIsFull) {
  Code failure = Code::kResourceExhausted;
  bool fails = true;
  store_verdicts_ = [&](std::span<const records::StoredVerdict> verdicts) -> Status {
    if (fails) return Error(failure, "not now");
    return registry_->StoreVerdicts(verdicts);
  };
  const auto watch = MakeWatch();
  for (int window = 0; window < 3; ++window) {
    Decide(500);
    ASSERT_TRUE(watch->CatchUp().ok());
  }
  EXPECT_EQ(problems_.size(), 1U) << "told once, not once a pass";
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 100})->size(), 0U);
  fails = false;
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 100})->size(), 3U);
  // What will never be taken is told and let go.
  fails = true;
  failure = Code::kNotFound;
  Decide(500);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(problems_.size(), 2U);
  fails = false;
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 100})->size(), 3U);
}

TEST_F(WatchTest, ARunningWatchKeepsItsPlaceAndStopsWhenTold) {
  std::stop_source stop;
  stop.request_stop();
  const auto watch = MakeWatch();
  Decide(500);
  watch->Run(stop.get_token());
  EXPECT_EQ(watch->windows_closed(), 0U) << "told to stop before it began";
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(watch->windows_closed(), 1U);
}

}  // namespace
}  // namespace mooring::monitoring
