// What a watch says after it was stopped and made anew, beside what it says in one go.
#include <gtest/gtest.h>

#include <stop_token>

#include "monitoring/service_level.h"
#include "monitoring/watch_fixture.h"

namespace mooring::monitoring {
namespace {

constexpr char kPromised[] = R"(model: price
owner: {team: pricing}
inputs: {x: {type: float64}}
output: {name: prediction, task: regression}
sla: {latency_p95_ms: 100, availability_pct: 99.9}
monitor:
  window: {rows: 500, every: 1h, min_rows: 200}
)";

constexpr char kSmallWindows[] = R"(model: price
owner: {team: pricing}
inputs: {x: {type: float64}}
output: {name: prediction, task: regression}
monitor:
  window: {rows: 40, every: 1h, min_rows: 20}
)";

constexpr char kBigWindows[] = R"(model: price
owner: {team: pricing}
inputs: {x: {type: float64}}
output: {name: prediction, task: regression}
monitor:
  window: {rows: 250, every: 1h, min_rows: 100}
)";

class WatchRestartTest : public WatchTest {
 protected:
  // As a server that stops: what is known goes into the checkpoint.
  static void Stop(Watch& watch) {
    std::stop_source stop;
    stop.request_stop();
    watch.Run(stop.get_token());
  }
  // The newest verdict on the service level at this minute, of a watch that is made now.
  ServiceReport Served(Watch& watch) {
    EXPECT_TRUE(watch.CatchUp().ok());
    const auto stored = *registry_->Verdicts("price", {.limit = 1, .kind = kServiceVerdict});
    EXPECT_EQ(stored.size(), 1U);
    return stored.empty() ? ServiceReport() : ServiceFromStored(stored[0]).value();
  }
};

TEST_F(WatchRestartTest, SlowAnswersOfBeforeBurnTheBudgetAfterARestartToo) {
  OpenJournal(16 * 1024);  // what the checkpoint skips lies in segments of its own
  Apply(kPromised);
  const auto straight = MakeWatch();
  latency_us_ = 250'000;
  for (int block = 0; block < 200; ++block) Decide(20);
  latency_us_ = 900;
  for (int block = 0; block < 300; ++block) Decide(20);
  clock_.Advance(std::chrono::minutes(1));
  const ServiceReport before = Served(*straight);
  EXPECT_EQ(before.slow, 200U);
  EXPECT_EQ(before.valid, 500U);
  ASSERT_FALSE(before.burn_rates.empty());
  Stop(*straight);
  for (int restart = 0; restart < 2; ++restart) {
    OpenJournal(16 * 1024);
    const auto again = MakeWatch();
    const ServiceReport after = Served(*again);
    EXPECT_EQ(EvidenceJson(after), EvidenceJson(before));
    EXPECT_EQ(FindingsJson(after.findings), FindingsJson(before.findings));
    Stop(*again);
  }
}

// The first pass over a long backlog, cut at any batch: before the batch was stored, or just after.
TEST_F(WatchRestartTest, ABacklogIsStoredInBatchesAndACrashNeitherLosesNorDoubles) {
  constexpr std::size_t kWindows = 1500;
  OpenJournal(64 * 1024);
  Apply(kSmallWindows);
  learned_ = LearnedJson(Learned());
  for (std::size_t window = 0; window < kWindows; ++window) {
    Decide(40, 1, window % 7 == 0 ? 3 : 0);
    clock_.Advance(std::chrono::milliseconds(100));
  }
  std::size_t batches = 0, largest = 0, crash = 2;
  bool after = false;
  store_verdicts_ = [&](std::span<const records::StoredVerdict> verdicts) -> Status {
    largest = std::max(largest, verdicts.size());
    if (++batches < crash) return registry_->StoreVerdicts(verdicts);
    if (after && batches == crash) RETURN_IF_ERROR(registry_->StoreVerdicts(verdicts));
    return Error(Code::kUnavailable, "the power is gone");
  };
  for (const bool stored : {false, true, false}) {
    after = stored;
    batches = 0;
    ASSERT_TRUE(MakeWatch()->CatchUp().ok());  // and no checkpoint at its end
    EXPECT_GE(batches, crash);
    clock_.Advance(std::chrono::seconds(2));  // the next one keeps its place as it goes
  }
  crash = kWindows;
  ASSERT_TRUE(MakeWatch()->CatchUp().ok());
  EXPECT_LE(largest, 2048U);
  const auto stored =
      registry_->Verdicts("price", {.limit = 10'000, .kind = kDriftVerdict}).value();
  ASSERT_EQ(stored.size(), kWindows);
  // In order, each once, and none written again under another number.
  const std::uint64_t before = stored.back().sequence;
  for (std::size_t i = 0; i < kWindows; ++i) {
    const records::StoredVerdict& verdict = stored[kWindows - 1 - i];
    EXPECT_EQ(verdict.sequence, before + i);
    EXPECT_TRUE(i % 7 != 0 || verdict.verdict == "drift") << i;
    EXPECT_EQ(verdict.rows, 40U);
  }
}

TEST_F(WatchRestartTest, WhatTheRegistryCannotTakeStaysInTheJournal) {
  Apply(kSmallWindows);
  bool fails = true;
  std::size_t most = 0;
  store_verdicts_ = [&](std::span<const records::StoredVerdict> verdicts) -> Status {
    most = std::max(most, verdicts.size());
    if (fails) return Error(Code::kResourceExhausted, "the disk is full");
    return registry_->StoreVerdicts(verdicts);
  };
  for (std::size_t window = 0; window < 3000; ++window) Decide(40);
  const auto watch = MakeWatch();
  for (int pass = 0; pass < 3; ++pass) ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_LT(most, 2048U);
  EXPECT_EQ(problems_.size(), 1U);
  EXPECT_GT(watch->LagBytes(), 0U);
  fails = false;
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(registry_->Verdicts("price", {.limit = 10'000})->size(), 3000U);
  EXPECT_EQ(watch->LagBytes(), 0U);
}

// The same journal in one go, and with restarts in its midst: after some, with a checkpoint from
// before the last windows.
TEST_F(WatchRestartTest, ReferencesOfWindowsBeforeAreKeptOverARestart) {
  learned_ = LearnedJson(Learned());
  for (const std::string kind : {"previous", "same_hour"}) {
    Apply(std::string(kBigWindows) + "  reference: " + kind + "\n");
    std::map<Time, std::string> cut, straight;
    std::map<Time, std::string>* into = &cut;
    int restart = 0;
    store_verdicts_ = [&](std::span<const records::StoredVerdict> verdicts) -> Status {
      for (const records::StoredVerdict& each : verdicts) {
        if (each.kind != kDriftVerdict) continue;
        const std::string said = each.verdict + each.evidence_json;
        const auto [place, is_new] = into->try_emplace(each.window_start, said);
        EXPECT_TRUE(is_new || place->second == said) << kind << " " << restart;
      }
      return Ok();
    };
    for (; restart < 6; ++restart) {
      const auto watch = MakeWatch();
      for (int block = 0; block < 45; ++block) {
        Decide(125, 1, restart * 0.05);
        if (block != 30) continue;
        ASSERT_TRUE(watch->CatchUp().ok());
        if (restart % 2 == 1) Stop(*watch);
      }
      ASSERT_TRUE(watch->CatchUp().ok());
      const auto older = files_.ReadFile("/watch.json", 1 << 20);
      if (restart % 2 == 0) Stop(*watch);
      // Killed before the checkpoint was written, and after the history was.
      if (restart != 4) continue;
      ASSERT_TRUE(older.ok());
      ASSERT_TRUE(files_.WriteFileDurably("/watch.json", AsBytes(*older)).ok());
    }
    ASSERT_TRUE(MakeWatch()->CatchUp().ok());
    ASSERT_TRUE(files_.Remove("/watch.json").ok());
    ASSERT_TRUE(files_.Remove("/watch/price-1.history").ok());
    into = &straight;
    ASSERT_TRUE(MakeWatch()->CatchUp().ok());
    std::size_t held = 0;
    for (const auto& [when, said] : straight) {
      held += said.find("\"reference\":\"" + kind + "\"") != said.npos ? 1 : 0;
      const auto same = cut.find(when);
      EXPECT_TRUE(same == cut.end() || same->second == said) << kind << "\n" << said;
    }
    EXPECT_GT(held, 10U) << kind;
    EXPECT_GE(cut.size(), 100U) << kind;
    EXPECT_TRUE(problems_.empty()) << problems_[0];
  }
}

}  // namespace
}  // namespace mooring::monitoring
