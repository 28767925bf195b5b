#include "records/registry/verdicts.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "records/registry/registry_fixture.h"

namespace mooring::records {
namespace {

class VerdictsTest : public RegistryFixture {
 protected:
  // Of the window that begins at this second.
  StoredVerdict Of(std::string kind, std::string verdict, int second) const {
    StoredVerdict made{.model = "pricing", .version = 1, .rows = 1000};
    made.window_start = Time(std::chrono::seconds(second));
    made.window_end = Time(std::chrono::seconds(second + 10));
    made.verdict = std::move(verdict);
    made.kind = std::move(kind);
    made.evidence_json = "{}";
    return made;
  }
  void Store(const StoredVerdict& verdict) {
    ASSERT_TRUE(registry_->StoreVerdicts({&verdict, 1}).ok());
  }
  std::vector<std::uint64_t> After(std::uint64_t sequence) {
    std::vector<std::uint64_t> found;
    const auto read = registry_->VerdictsAfter(sequence, 100);
    for (const StoredVerdict& verdict : *read) found.push_back(verdict.sequence);
    return found;
  }
};

TEST_F(VerdictsTest, EachKindHasItsOwnRowOfAWindow) {
  Store(Of("drift", "ok", 0));
  Store(Of("quality", "worse", 0));
  EXPECT_EQ(registry_->Verdicts("pricing", {})->size(), 2U);
  const auto quality = *registry_->Verdicts("pricing", {.kind = "quality"});
  ASSERT_EQ(quality.size(), 1U);
  EXPECT_EQ(quality[0].verdict, "worse");
  EXPECT_EQ(quality[0].findings_json, "[]");
  EXPECT_TRUE(registry_->Verdicts("pricing", {.version = 2})->empty());
}

TEST_F(VerdictsTest, TheNewestIsTheWindowThatEndedLastNotTheOneStoredLast) {
  Store(Of("drift", "ok", 100));
  Store(Of("drift", "drift", 50));  // sent for an old period
  Store(Of("drift", "ok", 90));
  const auto newest = *registry_->Verdicts("pricing", {.limit = 2});
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].window_start, Time(std::chrono::seconds(100)));
  EXPECT_EQ(newest[1].window_start, Time(std::chrono::seconds(90)));
  EXPECT_EQ(After(0).size(), 3U) << "who follows them hears of all, as they come";
}

TEST_F(VerdictsTest, TheSameVerdictAgainKeepsItsSequence) {
  Store(Of("drift", "ok", 0));
  const auto first = After(0);
  ASSERT_EQ(first.size(), 1U);
  Store(Of("drift", "ok", 0));
  EXPECT_EQ(After(0), first);
}

TEST_F(VerdictsTest, AWindowScoredAgainComesAfterEverythingBefore) {
  Store(Of("quality", "ok", 0));
  Store(Of("quality", "ok", 10));
  const std::uint64_t seen = After(0).back();
  StoredVerdict again = Of("quality", "worse", 0);
  again.findings_json = R"([{"kind":"quality"}])";
  Store(again);
  const auto news = *registry_->VerdictsAfter(seen, 100);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].verdict, "worse");
  EXPECT_EQ(news[0].findings_json, again.findings_json);
  EXPECT_EQ(registry_->Verdicts("pricing", {})->size(), 2U);
}

TEST_F(VerdictsTest, AnEvidenceBeyondTheLimitIsRefusedAndNothingIsKept) {
  StoredVerdict large = Of("drift", "ok", 0);
  large.findings_json = std::string(limits::kRegistryTextBytes, ' ');
  EXPECT_EQ(registry_->StoreVerdicts({&large, 1}).error().code(), Code::kTooLarge);
  EXPECT_TRUE(After(0).empty());
}

}  // namespace
}  // namespace mooring::records
