// What the watch makes of outcomes: verdicts of quality, which are replaced as more is known and
// are the same after any number of restarts.
#include <gtest/gtest.h>

#include "monitoring/quality/quality_reference.h"
#include "monitoring/quality/quality_report.h"
#include "monitoring/watch_fixture.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {
namespace {

constexpr char kWithOutcome[] = R"(model: price
owner: {team: pricing}
inputs:
  x: {type: float64}
output: {name: prediction, task: regression}
outcome: {name: paid, matures_after: 1d}
monitor:
  window: {rows: 500, every: 1h, min_rows: 200}
  quality: {metric: mae}
)";

class WatchQualityTest : public WatchTest {
 protected:
  struct Made : records::JournalVisitor {
    struct Row {
      DecisionId id;
      double prediction;
    };
    void OnDecisions(const records::ReadDecisions& block) override {
      DecisionId id = block.first;
      for (std::size_t row = 0; row < block.rows.size(); ++row, ++id.ordinal) {
        rows.push_back({id, block.outputs->column(0).Number(row)});
      }
    }
    std::vector<Row> rows;
  };
  struct Kept {
    std::string verdict, evidence, findings;
    std::uint64_t sequence;
  };
  using Stored = std::map<std::pair<VersionNumber, Time>, Kept>;

  WatchQualityTest() {
    Apply(kWithOutcome);
    Learned learned;  // errors of 1 are usual
    QualityRows rows;
    for (int row = 0; row < 2000; ++row) {
      rows.scores.push_back(Normal(rng_));
      rows.truth.push_back(rows.scores.back() + (row % 2 == 0 ? 1.0 : -1.0) * rng_.Uniform() * 2);
    }
    learned.parts["quality"] =
        QualityReference::Learn(records::OutputRule::Task::kRegression, {}, false, rows, "holdout")
            ->ToJson();
    learned_ = LearnedJson(learned);
  }
  std::vector<Made::Row> Decisions() {
    Made made;
    const auto reader = records::JournalReader::Open(files_, "/journal").value();
    while (*reader->Read(journal_->Durable(), 1000, made) != 0) {
    }
    return made.rows;
  }
  void Tell(const Made::Row& row, double error) {
    const records::Outcome outcome{row.id, clock_.Now(), "paid", row.prediction + error, ""};
    ASSERT_TRUE(journal_->Append(std::span(&outcome, 1), nullptr).ok());
  }
  void TellAll(std::size_t from, std::size_t to, double size) {
    const auto rows = Decisions();
    for (std::size_t i = from; i < to; ++i) Tell(rows[i], (i % 2 == 0 ? 2 : -2) * size * Draw());
    journal_->CommitNow();
  }
  double Draw() { return rng_.Uniform(); }
  Stored Verdicts() {
    Stored stored;
    const auto verdicts = registry_->Verdicts("price", {.limit = 1000, .kind = kQualityVerdict});
    for (const records::StoredVerdict& one : *verdicts) {
      stored[{one.version, one.window_start}] = {one.verdict, one.evidence_json, one.findings_json,
                                                 one.sequence};
    }
    return stored;
  }
  // As Run does it when it stops.
  static void Save(Watch& watch) {
    std::stop_source stop;
    stop.request_stop();
    watch.Run(stop.get_token());
  }
};

TEST_F(WatchQualityTest, VerdictsComeWithTheOutcomesAndAreReplacedByBetterOnes) {
  const auto watch = MakeWatch();
  for (int block = 0; block < 10; ++block) Decide(100);
  ASSERT_TRUE(watch->CatchUp().ok());
  Stored stored = Verdicts();
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored.begin()->second.verdict, "waiting");
  TellAll(0, 400, 1);
  TellAll(500, 1000, 3);
  ASSERT_TRUE(watch->CatchUp().ok());
  Stored then = Verdicts();
  ASSERT_EQ(then.size(), 2U) << "replaced, not added";
  EXPECT_EQ(then.begin()->second.verdict, "ok");
  EXPECT_EQ(then.rbegin()->second.verdict, "worse");
  EXPECT_NE(then.rbegin()->second.findings.find("mae"), std::string::npos);
  EXPECT_GT(then.begin()->second.sequence, stored.rbegin()->second.sequence);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(Verdicts().rbegin()->second.sequence, then.rbegin()->second.sequence);
  const auto report = QualityFromStored(
      registry_->Verdicts("price", {.limit = 1, .kind = kQualityVerdict})->front());
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(problems_.empty()) << problems_.front();
}

TEST_F(WatchQualityTest, WithoutAnOutcomeInTheContractThereIsNoQuality) {
  Apply(kContract);
  const auto watch = MakeWatch();
  Decide(500);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_TRUE(Verdicts().empty());
  EXPECT_EQ(Windows().size(), 1U);
}

TEST_F(WatchQualityTest, ARestartAddsNothingWhenNothingIsNew) {
  {
    const auto watch = MakeWatch();
    for (int block = 0; block < 30; ++block) Decide(50, block % 3 == 0 ? 2 : 1);
    ASSERT_TRUE(watch->CatchUp().ok());
    TellAll(0, 1200, 1);
    clock_.Advance(std::chrono::hours(48));
    ASSERT_TRUE(watch->CatchUp().ok());
    Save(*watch);
  }
  const Stored before = Verdicts();
  EXPECT_EQ(before.size(), 3U);
  std::uint64_t last = 0;
  for (const auto& one : *registry_->VerdictsAfter(0, 1000)) last = one.sequence;
  for (int times = 0; times < 3; ++times) {
    const auto watch = MakeWatch();
    ASSERT_TRUE(watch->CatchUp().ok());
    if (times == 1) Save(*watch);
  }
  EXPECT_TRUE(registry_->VerdictsAfter(last, 1000)->empty());
  // What comes after a restart is credited to windows from before it.
  const auto watch = MakeWatch();
  TellAll(1200, 1500, 1);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_FALSE(registry_->VerdictsAfter(last, 1000)->empty());
  EXPECT_EQ(Verdicts().size(), 3U);
}

TEST_F(WatchQualityTest, NothingIsLostHoweverOftenItIsKilled) {
  // Kept apart: what the killed ones stored in turn, and what one watch makes of it all at once.
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Rng rng(seed);
    auto watch = MakeWatch();
    std::size_t told = Decisions().size();
    for (int step = 0; step < 60; ++step) {
      switch (rng.Below(7)) {
        case 0:
        case 1: Decide(60, rng.Below(3) == 0 ? 2 : 1); break;
        case 2: {
          const std::size_t made = Decisions().size();
          const std::size_t more = std::min<std::size_t>(made - told, rng.Below(200));
          TellAll(told, told + more, rng.Below(2) == 0 ? 1 : 3);
          told += more;
          break;
        }
        case 3: {
          const std::size_t made = Decisions().size();
          if (made > 10) TellAll(made - 10, made, 2);  // some of them again, and not the same
          break;
        }
        case 4: clock_.Advance(std::chrono::minutes(rng.Below(40))); break;
        case 5: ASSERT_TRUE(watch->CatchUp().ok()); break;
        default:
          if (rng.Below(2) == 0) Save(*watch);
          watch = MakeWatch();  // the old one is gone as if by kill -9
      }
    }
    clock_.Advance(std::chrono::hours(48));
    ASSERT_TRUE(watch->CatchUp().ok());
    std::map<std::pair<VersionNumber, Time>, std::string> straight;
    store_verdicts_ = [&](std::span<const records::StoredVerdict> verdicts) -> Status {
      for (const records::StoredVerdict& one : verdicts) {
        if (one.kind != kQualityVerdict) continue;
        straight[{one.version, one.window_start}] = one.verdict + one.evidence_json;
      }
      return Ok();
    };
    const Status removed = files_.Remove("/watch.json");
    EXPECT_TRUE(removed.ok() || removed.error().code() == Code::kNotFound);
    ASSERT_TRUE(MakeWatch()->CatchUp().ok());
    store_verdicts_ = nullptr;
    const Stored stored = Verdicts();
    EXPECT_GT(stored.size(), 2U);
    EXPECT_EQ(stored.size(), straight.size());
    for (const auto& [key, kept] : stored) {
      EXPECT_EQ(kept.verdict + kept.evidence, straight[key]) << seed << FormatTime(key.second);
    }
  }
}

TEST_F(WatchQualityTest, AHoldoutCountsWithoutTrainingData) {
  records::NewVersion version;
  version.artifact_blob = std::string(64, 'a');
  version.watch_blob = kWatchBlob;
  version.format = "xgboost";
  const auto made = registry_->RegisterVersion("price", version, {.author = "t", .reason = "t"});
  ASSERT_TRUE(made.ok());
  const auto watch = MakeWatch();
  Decide(500, made->number);
  TellAll(0, 500, 3);
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(Verdicts().size(), 1U);
  EXPECT_EQ(Verdicts().begin()->second.verdict, "worse");
}

}  // namespace
}  // namespace mooring::monitoring
