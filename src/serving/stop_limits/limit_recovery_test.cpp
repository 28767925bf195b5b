#include "serving/stop_limits/limit_recovery.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"
#include "base/io/simulated_file_system.h"
#include "records/journal/journal_fixture.h"

namespace mooring::serving {
namespace {

using records::Journal;
using records::TestBlock;

constexpr records::LimitStateId kState{7, 7};

// Decisions that spend 1, 2, 3 … from one lifetime sum, in a journal on a simulated disk.
struct LimitRecoveryTest : ::testing::Test {
  LimitRecoveryTest() { shape.kind = records::LimitKind::kSum; }

  LimitTerm Term(std::int64_t amount) const {
    return {.shape = &shape, .rule = 0, .state = kState, .amount = amount, .max = 10'000'000};
  }
  void Open() { journal = Journal::Open(records::TestOptions(files, clock)).value(); }
  void Spend(std::int64_t amount) {
    records::LimitNote note;
    std::vector<std::uint16_t> rules;
    const LimitTerm term = Term(amount);
    ASSERT_TRUE(live.TryAdmit(std::span(&term, 1), {}, note, rules).admitted);
    TestBlock block(binding, amount);
    block.block.limits = &note;
    const auto id = journal->Append(block.block, nullptr);
    ASSERT_TRUE(id.ok());
    live.Recorded(note, *id);
    journal->CommitNow();
  }
  std::int64_t Recovered() {
    LimitLedger ledger({.clock = &clock});
    const auto notes = RecoverLimits(record, journal->Durable(), ledger);
    EXPECT_TRUE(notes.ok()) << notes.error().ToString();
    return ledger.Of(Term(0)).current;
  }

  SimulatedFileSystem files;
  SimulatedClock clock;
  TermShape shape;
  LimitLedger live{{.clock = &clock}};
  std::shared_ptr<const records::Binding> binding = records::TestBinding();
  std::unique_ptr<Journal> journal;
  LimitRecord record{&files, "data/journal", "data/limits.snapshot"};
};

TEST_F(LimitRecoveryTest, FoldsWhatWasSpentWithAndWithoutASnapshot) {
  Open();
  std::int64_t sum = 0;
  for (std::int64_t amount = 1; amount <= 300; ++amount) {
    Spend(amount);
    sum += amount;
    if (amount % 100 != 0) continue;
    EXPECT_EQ(Recovered(), sum);
    ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
    EXPECT_EQ(Recovered(), sum);
  }
  EXPECT_EQ(SnapshotPosition(record).value(), journal->Durable());
  EXPECT_EQ(live.Of(Term(0)).current, sum);
}

TEST_F(LimitRecoveryTest, ASnapshotStandsForSegmentsThatWereDropped) {
  Open();
  for (std::int64_t amount = 1; amount <= 1500; ++amount) Spend(amount);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  ASSERT_GT(journal->DropBefore(Time::max()).value(), 0U);
  Spend(5);
  EXPECT_EQ(Recovered(), 1500 * 1501 / 2 + 5);
}

TEST_F(LimitRecoveryTest, WhatWasSettledIsKnownAsLongAsItsDecisionIsThere) {
  Open();
  Spend(1);
  records::BudgetChange change;
  change.why = records::BudgetChange::Why::kOutcome;
  change.decisions = {{1, 1, 1}, {1, 1000, 7}};
  for (std::uint32_t row : {0U, 1U}) {
    change.note.deltas.push_back({records::LimitOp::kResult, row, kState, 0, 1, -5});
  }
  ASSERT_TRUE(journal->Append(change, nullptr).ok());
  change.why = records::BudgetChange::Why::kRelease;
  change.decisions = {{1, 1000, 9}};
  change.note.deltas.clear();
  ASSERT_TRUE(journal->Append(change, nullptr).ok());
  for (std::int64_t amount = 2; amount <= 1500; ++amount) Spend(amount);
  const auto settled = [&](DecisionId decision) {
    LimitLedger ledger({.clock = &clock});
    EXPECT_TRUE(RecoverLimits(record, journal->Durable(), ledger).ok());
    return ledger.Settled(decision);
  };
  EXPECT_TRUE(settled({1, 1, 1}) && settled({1, 1000, 7}));
  EXPECT_TRUE(settled({1, 1000, 9})) << "it was released";
  EXPECT_FALSE(settled({1, 1000, 8}));
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  EXPECT_TRUE(settled({1, 1, 1}) && settled({1, 1000, 7}));
  ASSERT_GT(journal->DropBefore(Time::max()).value(), 0U);
  EXPECT_FALSE(settled({1, 1, 1})) << "its segment is gone";
  EXPECT_TRUE(settled({1, 1000, 7}));
}

TEST_F(LimitRecoveryTest, OfAnotherJournalOnlyASnapshotThatSpentNothingIsPassedOver) {
  Open();
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  LimitLedger empty({.clock = &clock});
  EXPECT_TRUE(RecoverLimits(record, {1, 0}, empty).ok());
  Spend(5);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  LimitLedger ledger({.clock = &clock});
  EXPECT_EQ(RecoverLimits(record, {1, 0}, ledger).error().code(), Code::kDataLoss);
}

TEST_F(LimitRecoveryTest, AnotherJournalsSnapshotIsRefusedThoughItsPlaceIsInThisOne) {
  Open();
  for (std::int64_t amount = 1; amount <= 3; ++amount) Spend(amount);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  const std::string theirs = files.ReadFile(record.snapshot_file, 1'000'000).value();
  journal.reset();
  // The same decisions in a journal that was made a moment later: the same places, other heads.
  files = SimulatedFileSystem();
  clock.Advance(Micros(1));
  Open();
  for (std::int64_t amount = 1; amount <= 9; ++amount) Spend(amount);
  ASSERT_TRUE(files.WriteFileDurably(record.snapshot_file, AsBytes(theirs)).ok());
  ASSERT_LT(SnapshotPosition(record).value(), journal->Durable());
  LimitLedger ledger({.clock = &clock});
  const auto notes = RecoverLimits(record, journal->Durable(), ledger);
  ASSERT_FALSE(notes.ok());
  EXPECT_EQ(notes.error().code(), Code::kDataLoss);
  EXPECT_NE(notes.error().why().find("another journal"), std::string::npos);
  EXPECT_FALSE(SaveLimits(record, journal->Durable(), clock).ok()) << "nor is it gone on from";
}

TEST_F(LimitRecoveryTest, ASnapshotOfTheVersionBeforeIsRead) {
  Open();
  Spend(5);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  std::string bytes = files.ReadFile(record.snapshot_file, 1'000'000).value();
  bytes[7] = '1';
  bytes.erase(20, 32);  // the digest
  bytes.resize(bytes.size() - 4);
  const std::uint32_t crc = Crc32c(AsBytes(bytes));
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  ASSERT_TRUE(files.WriteFileDurably(record.snapshot_file, AsBytes(bytes)).ok());
  Spend(2);
  EXPECT_EQ(Recovered(), 7);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  EXPECT_TRUE(files.ReadFile(record.snapshot_file, 1'000'000)->starts_with("MOORLIM2"));
}

// Dropped are the snapshot's own segment, which ends where it does, and then one after it.
TEST_F(LimitRecoveryTest, AJournalThatBeginsAfterTheSnapshotIsRefused) {
  Open();
  for (std::int64_t amount = 1; amount <= 3; ++amount) Spend(amount);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  const std::uint32_t last = journal->Durable().segment;
  for (std::int64_t amount = 1; amount <= 3000; ++amount) Spend(1);
  ASSERT_GT(journal->Durable().segment, last + 1);
  ASSERT_GT(journal->DropBefore(Time::max()).value(), last);
  LimitLedger ledger({.clock = &clock});
  const auto notes = RecoverLimits(record, journal->Durable(), ledger);
  ASSERT_FALSE(notes.ok()) << "what was spent between is gone";
  EXPECT_EQ(notes.error().code(), Code::kDataLoss);
}

// Retention needs the snapshot, so a journal that lost segments had one: somebody took it away.
TEST_F(LimitRecoveryTest, WithoutASnapshotADroppedSegmentIsRefused) {
  Open();
  for (std::int64_t amount = 1; amount <= 1500; ++amount) Spend(amount);
  EXPECT_EQ(Recovered(), 1500 * 1501 / 2) << "nothing was dropped yet";
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  ASSERT_GT(journal->DropBefore(Time::max()).value(), 0U);
  Spend(5);
  ASSERT_TRUE(files.Remove(record.snapshot_file).ok());
  LimitLedger ledger({.clock = &clock});
  const auto notes = RecoverLimits(record, journal->Durable(), ledger);
  ASSERT_FALSE(notes.ok());
  EXPECT_EQ(notes.error().code(), Code::kDataLoss);
  const std::string text = notes.error().ToString();
  for (const char* part : {"data/limits.snapshot", "begins with segment", "limits.snapshot.lost"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
  EXPECT_FALSE(SaveLimits(record, journal->Durable(), clock).ok()) << "it would hide the loss";
  EXPECT_FALSE(files.Exists(record.snapshot_file));
}

TEST_F(LimitRecoveryTest, ALossThatPeopleAcceptIsGoneOnWithAndASnapshotMadeOfIt) {
  Open();
  for (std::int64_t amount = 1; amount <= 1500; ++amount) Spend(amount);
  ASSERT_GT(journal->DropBefore(Time::max()).value(), 0U);
  Spend(5);
  record.accept_loss = true;
  const std::int64_t left = Recovered();
  EXPECT_LT(left, 1500 * 1501 / 2);
  EXPECT_GE(left, 5);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  record.accept_loss = false;
  EXPECT_EQ(Recovered(), left);
}

TEST_F(LimitRecoveryTest, DamageIsSaidAndNeverReadAsNothing) {
  Open();
  for (std::int64_t amount = 1; amount <= 3; ++amount) Spend(amount);
  ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
  const std::uint64_t bits = files.Stat(record.snapshot_file)->size * 8;
  for (std::uint64_t bit = 0; bit < bits; bit += 5) {
    ASSERT_TRUE(files.FlipBit(record.snapshot_file, bit).ok());
    LimitLedger ledger({.clock = &clock});
    const auto notes = RecoverLimits(record, journal->Durable(), ledger);
    ASSERT_FALSE(notes.ok()) << bit;
    EXPECT_EQ(notes.error().code(), Code::kDataLoss);
    ASSERT_TRUE(files.FlipBit(record.snapshot_file, bit).ok());
  }
  EXPECT_EQ(Recovered(), 6);
}

TEST_F(LimitRecoveryTest, SavingIsAllOrNothingWhereverThePowerIsCut) {
  for (std::uint64_t cut = 1;; ++cut) {
    files = SimulatedFileSystem(cut);
    Open();
    for (std::int64_t amount = 1; amount <= 4; ++amount) {
      LimitTerm term = Term(amount);
      records::LimitNote note;
      std::vector<std::uint16_t> rules;
      LimitLedger any({.clock = &clock});
      any.TryAdmit(std::span(&term, 1), {}, note, rules);
      TestBlock block(binding, amount);
      block.block.limits = &note;
      ASSERT_TRUE(journal->Append(block.block, nullptr).ok());
      journal->CommitNow();
      if (amount != 2) continue;
      ASSERT_TRUE(SaveLimits(record, journal->Durable(), clock).ok());
    }
    files.CutPowerAtCall(files.mutating_calls() + cut);
    const Status saved = SaveLimits(record, journal->Durable(), clock);
    files.CutPowerAtCall(0);
    files.Restart();
    journal.reset();
    Open();
    EXPECT_EQ(Recovered(), 10) << cut;
    journal.reset();
    if (saved.ok()) return;
  }
}

}  // namespace
}  // namespace mooring::serving
