#include "app/safeguards.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>

#include "base/io/simulated_file_system.h"
#include "records/audit/audit_sink_for_tests.h"
#include "records/audit/control_log.h"
#include "records/journal/journal_fixture.h"

namespace mooring::app {
namespace {

using records::Journal;
using records::KillScope;
using serving::LimitTerm;

constexpr records::LimitStateId kSum{7, 7}, kOpen{8, 8};

// A data directory on a simulated disk, and the safeguards of a server over it.
struct SafeguardsTest : ::testing::Test {
  SafeguardsTest() {
    CHECK(files.MakeDirectories(paths.root).ok());
    sum.kind = records::LimitKind::kSum;
    open.kind = records::LimitKind::kOpenExposure;
  }
  ~SafeguardsTest() override {
    if (safeguards) safeguards->Stop();
  }

  // As a server starts, without a crash before or after one.
  void Start() {
    safeguards = std::make_unique<Safeguards>(Safeguards::Options{
        .files = &files, .clock = &clock, .log = &log, .paths = &paths, .audit = &audit});
    safeguards->Open();
    auto options = records::TestOptions(files, clock);
    options.directory = paths.journal;
    journal = Journal::Open(options).value();
    ASSERT_TRUE(safeguards->Recover(*journal, {}).ok());
  }
  void Restart(bool power_cut) {
    safeguards->Stop();
    if (!power_cut) journal.reset();
    if (power_cut) {
      files.CutPowerAtCall(files.mutating_calls() + 1);
      journal.reset();
      files.CutPowerAtCall(0);
      files.Restart();
    }
    Start();
  }

  Result<records::Kill> Throw(const KillScope& scope) {
    std::promise<Result<records::Kill>> told;
    safeguards->kills().Throw(scope, {"anna"}, "a reason",
                              [&](Result<records::Kill> kill) { told.set_value(std::move(kill)); });
    return told.get_future().get();
  }

  LimitTerm Term(const serving::TermShape& shape, records::LimitStateId state,
                 std::int64_t amount = 0) const {
    return {.shape = &shape, .rule = 0, .state = state, .amount = amount, .max = 1'000};
  }
  DecisionId Spend(std::int64_t amount) {
    serving::LimitLedger& ledger = safeguards->limits().ledger();
    records::LimitNote note;
    std::vector<std::uint16_t> rules;
    const std::vector<LimitTerm> terms{Term(sum, kSum, amount), Term(open, kOpen, amount)};
    EXPECT_TRUE(ledger.TryAdmit(terms, {}, note, rules).admitted);
    records::TestBlock block(binding, amount);
    block.block.limits = &note;
    const auto id = journal->Append(block.block, nullptr);
    EXPECT_TRUE(id.ok());
    ledger.Recorded(note, *id);
    journal->CommitNow();
    return *id;
  }
  std::int64_t Spent() { return safeguards->limits().ledger().Of(Term(sum, kSum)).current; }
  std::int64_t Held() { return safeguards->limits().ledger().Of(Term(open, kOpen)).current; }

  SimulatedFileSystem files;
  SimulatedClock clock;
  RememberingLog log;
  records::RecordingSink audit;
  DataPaths paths{"data"};
  serving::TermShape sum, open;
  std::shared_ptr<const records::Binding> binding = records::TestBinding();
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Safeguards> safeguards;
};

TEST_F(SafeguardsTest, AKillSurvivesARestartAndIsInTheControlLog) {
  Start();
  EXPECT_FALSE(safeguards->kills().Covers("cover", 1, ""));
  const auto kill = Throw({KillScope::Kind::kModel, "cover"});
  ASSERT_TRUE(kill.ok()) << kill.error().ToString();
  EXPECT_TRUE(safeguards->kills().Covers("cover", 1, ""));
  for (const bool power_cut : {false, true}) {
    Restart(power_cut);
    EXPECT_TRUE(safeguards->kills().Covers("cover", 1, "")) << power_cut;
    EXPECT_FALSE(safeguards->kills().Covers("other", 1, "")) << power_cut;
  }
  ASSERT_TRUE(safeguards->kills().Release(kill->id).ok());
  EXPECT_FALSE(safeguards->kills().Covers("cover", 1, ""));
  Restart(false);
  EXPECT_FALSE(safeguards->kills().Covers("cover", 1, ""));
  // What was told is written by another thread; Restart stopped it, and so waited for it.
  ASSERT_FALSE(audit.entries.empty());
  EXPECT_EQ(audit.entries[0].principal, "anna");
  EXPECT_EQ(audit.entries[0].object_kind, "kill");
  EXPECT_EQ(audit.entries[0].reason, "a reason");
}

TEST_F(SafeguardsTest, TheControlLogNamesWhoOrderedAndWhoLetItGo) {
  Start();
  std::promise<std::uint64_t> id;
  safeguards->kills().Throw(
      {KillScope::Kind::kModel, "cover"},
      {.name = "anna", .role = "operator", .channel = "api", .address = "10.0.0.7"}, "prices",
      [&](const Result<records::Kill>& kill) { id.set_value(kill->id); });
  const serving::Orderer bob{.name = "bob",
                             .role = "approver",
                             .channel = "api",
                             .address = "10.0.0.8",
                             .asked_by = "anna",
                             .why = "mended"};
  ASSERT_TRUE(safeguards->kills().Release(id.get_future().get(), bob).ok());
  ASSERT_TRUE(files.WriteFileDurably(paths.panic, {}).ok());
  safeguards->kills().Poll();
  safeguards->Stop();
  ASSERT_EQ(audit.entries.size(), 3U);
  const records::ControlEntry& thrown = audit.entries[0];
  EXPECT_EQ(thrown.action, "kill.killed");
  EXPECT_EQ(thrown.principal + " " + thrown.role, "anna operator");
  EXPECT_EQ(thrown.channel + " " + thrown.address, "api 10.0.0.7");
  const records::ControlEntry& released = audit.entries[1];
  EXPECT_EQ(released.action, "kill.released");
  EXPECT_EQ(released.principal + " " + released.role, "bob approver");
  EXPECT_EQ(released.channel + " " + released.address, "api 10.0.0.8");
  EXPECT_EQ(released.detail, "model cover; asked for by anna, approved by bob");
  EXPECT_EQ(released.reason, "mended");
  EXPECT_EQ(audit.entries[2].channel, "file");
}

TEST_F(SafeguardsTest, AListTakenAwayBetweenTwoRunsIsMissedByTheControlLog) {
  records::ControlLog kept({.directory = paths.control, .files = &files, .clock = &clock});
  Start();
  ASSERT_TRUE(Throw({KillScope::Kind::kModel, "cover"}).ok());
  safeguards->Stop();
  journal.reset();
  for (const records::ControlEntry& entry : audit.entries) ASSERT_TRUE(kept.Append(entry).ok());
  ASSERT_TRUE(files.Remove(paths.kills).ok());
  Start();
  EXPECT_TRUE(safeguards->kills().Covers("other", 1, "")) << "nobody knows what was stopped";
  EXPECT_NE(safeguards->kills().List()[0].reason.find("gone"), std::string::npos);
}

TEST_F(SafeguardsTest, ALossOfWhatWasSpentIsAcceptedByAFileOnceAndInTheControlLog) {
  Start();
  for (int i = 0; i < 1'500; ++i) Spend(0);
  ASSERT_GT(journal->DropBefore(Time::max()).value(), 0U);
  const auto recover = [&] { return safeguards->Recover(*journal, {}); };
  EXPECT_EQ(recover().error().code(), Code::kDataLoss);
  const std::string file = paths.limits + ".lost";
  ASSERT_TRUE(files.WriteFileDurably(file, AsBytes("anna: no copy")).ok());
  audit.refuse = Error(Code::kDataLoss, "damaged");
  EXPECT_FALSE(recover().ok()) << "not before it is in the control log";
  EXPECT_FALSE(files.Exists(paths.limits));
  audit.refuse.reset();
  ASSERT_TRUE(recover().ok());
  ASSERT_EQ(audit.entries.size(), 1U);
  EXPECT_EQ(audit.entries[0].action, "limits.loss_accepted");
  EXPECT_EQ(audit.entries[0].reason, "anna: no copy");
  EXPECT_FALSE(files.Exists(file)) << "the next loss is another one";
  Restart(false);
  // Where nothing is lost, the file does nothing, and does not wait for a loss.
  ASSERT_TRUE(files.WriteFileDurably(file, AsBytes("again")).ok());
  Restart(false);
  EXPECT_EQ(audit.entries.size(), 1U);
  EXPECT_FALSE(files.Exists(file));
}

TEST_F(SafeguardsTest, TheFileKillStopsEverythingAtAStartAndUnderWay) {
  ASSERT_TRUE(files.WriteFileDurably(paths.panic, {}).ok());
  Start();
  EXPECT_TRUE(safeguards->kills().Covers("cover", 1, "shop"));
  ASSERT_TRUE(files.Remove(paths.panic).ok());
  Restart(false);
  EXPECT_TRUE(safeguards->kills().Covers("cover", 1, "shop")) << "people release it, not a file";
  for (const records::Kill& kill : safeguards->kills().List()) {
    ASSERT_TRUE(safeguards->kills().Release(kill.id).ok());
  }
  EXPECT_FALSE(safeguards->kills().Covers("cover", 1, "shop"));
  ASSERT_TRUE(files.WriteFileDurably(paths.panic, {}).ok());
  safeguards->kills().Poll();  // its thread does the same every few milliseconds
  EXPECT_TRUE(safeguards->kills().Covers("cover", 1, "shop"));
}

TEST_F(SafeguardsTest, BudgetsComeBackFromTheJournalsNotes) {
  Start();
  const DecisionId first = Spend(100);
  Spend(20);
  EXPECT_EQ(Spent(), 120);
  for (const bool power_cut : {false, true}) {
    Restart(power_cut);
    EXPECT_EQ(Spent(), 120) << power_cut;
    EXPECT_EQ(Held(), 120) << power_cut;
  }
  const records::Outcome outcome{first, clock.Now(), "late", 1, ""};
  safeguards->settlement().OnOutcomesComing(std::span(&outcome, 1));
  journal->CommitNow();
  EXPECT_EQ(Held(), 20) << "nothing serves, and an exposure is freed all the same";
  Restart(true);
  EXPECT_EQ(Spent(), 120);
  EXPECT_EQ(Held(), 20);
}

TEST_F(SafeguardsTest, ADamagedSnapshotStopsTheStart) {
  Start();
  Spend(100);
  safeguards->Stop();
  safeguards.reset();
  ASSERT_TRUE(files.WriteFileDurably(paths.limits, AsBytes(std::string_view("MOORLIM1 no"))).ok());
  Safeguards again(
      {.files = &files, .clock = &clock, .log = &log, .paths = &paths, .audit = &audit});
  again.Open();
  const Status recovered = again.Recover(*journal, {});
  again.Stop();
  ASSERT_FALSE(recovered.ok());
  EXPECT_EQ(recovered.error().code(), Code::kDataLoss);
}

TEST_F(SafeguardsTest, WithoutVersionsThereIsNoMedianToFill) {
  Start();
  EXPECT_TRUE(safeguards->RefillMedians(*journal).ok());
}

}  // namespace
}  // namespace mooring::app
