#include <gtest/gtest.h>

#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

using Kind = records::LimitKind;
using records::LimitDelta;
using records::LimitNote;
using records::LimitOp;

struct Shapes {
  std::unique_ptr<const WindowClock> minute = Sliding(60, 12);
  TermShape sum = ShapeOf(Kind::kSum, 1000, minute.get()), rate = ShapeOf(Kind::kRate, 0),
            share = ShapeOf(Kind::kShare, 0), open = ShapeOf(Kind::kOpenExposure, 5000);
  Shapes() {
    rate.interval_ns = 1'000'000;
    rate.tolerance_ns = 100'000'000;
    share.share_part = share.share_whole = 1;
  }
  std::vector<LimitTerm> Terms(std::int64_t amount) const {
    return {TermOf(sum, 1, amount), TermOf(rate, 2, 1), Marked(share, 3, amount % 2 == 0),
            TermOf(open, 4, amount)};
  }
};

TEST(LimitFold, UndoTakesBackAllButArrivals) {
  LimitWorld world;
  const Shapes shapes;
  for (const std::int64_t amount : {11, 12}) {
    LimitNote note;
    std::vector<std::uint16_t> rules;
    EXPECT_TRUE(world.ledger.TryAdmit(shapes.Terms(amount), {}, note, rules).admitted);
    EXPECT_EQ(world.Current(TermOf(shapes.open, 4, 0)), amount);
    world.ledger.Undo(note);
    EXPECT_EQ(world.Current(TermOf(shapes.sum, 1, 0)), 0);
    EXPECT_EQ(world.Current(TermOf(shapes.open, 4, 0)), 0);
    EXPECT_EQ(world.ledger.Of(Marked(shapes.share, 3, true)).current, 0);
    EXPECT_EQ(world.ledger.Of(Marked(shapes.share, 3, true)).marked, 0);
    EXPECT_GT(world.Current(TermOf(shapes.rate, 2, 1)), 0);
  }
}

TEST(LimitFold, TheNotesOfAJournalGiveTheSameBudgets) {
  LimitWorld world, other;
  const Shapes shapes;
  for (std::int64_t amount = 1; amount < 40; ++amount) {
    ASSERT_TRUE(world.Admit(shapes.Terms(amount)));
    other.ledger.Fold(world.note, world.decision);
    world.clock.Advance(std::chrono::milliseconds(1700));
    if (amount % 5 != 0) continue;
    LimitNote close;
    close.deltas = world.ledger.OpenOf(world.decision);
    world.ledger.Fold(close, {});
    other.ledger.Fold(close, {});
  }
  EXPECT_EQ(other.ledger.Snapshot(), world.ledger.Snapshot());
}

TEST(LimitFold, AReturnGoesToItsBucketAndAShareKeepsWhatItReliesOn) {
  LimitWorld world;
  const Shapes shapes;
  EXPECT_TRUE(world.Admit(shapes.Terms(11)));  // not marked
  const LimitNote plain = world.note;
  EXPECT_TRUE(world.Admit(shapes.Terms(12)));  // marked
  LimitNote back;
  for (const LimitNote* note : {&plain, &std::as_const(world.note)}) {
    for (LimitDelta delta : note->deltas) {
      if (delta.op != LimitOp::kSpend && delta.op != LimitOp::kMark) continue;
      delta.op = delta.op == LimitOp::kSpend ? LimitOp::kReturn : LimitOp::kUnmark;
      back.deltas.push_back(delta);
    }
  }
  world.ledger.Fold(back, {});
  EXPECT_EQ(world.Current(TermOf(shapes.sum, 1, 0)), 0);
  const auto share = world.ledger.Of(Marked(shapes.share, 3, true));
  EXPECT_EQ(share.current, 1);
  EXPECT_EQ(share.marked, 0);
}

TEST(LimitFold, WhatHasExpiredIsNotReadAgain) {
  LimitWorld world;
  LimitNote late, old;
  late.at = world.ledger.Now() + 1'000'000'000;
  world.ledger.Fold(late, {});
  old.deltas.push_back({LimitOp::kSpend, 0, StateId(1), 1, late.at, 5});
  old.deltas.push_back({LimitOp::kArrival, 0, StateId(2), 0, 0, late.at * 1000 - 1000});
  world.ledger.Fold(old, {});
  EXPECT_EQ(world.ledger.states(), 0U);
  old.deltas[0].expires = late.at + 1;
  world.ledger.Fold(old, {});
  EXPECT_EQ(world.ledger.states(), 1U);
}

TEST(LimitFold, NotesOfOthersDoNotMoveARunningClock) {
  LimitWorld world;
  const TermShape shape = ShapeOf(Kind::kCount, 5);
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 1)));
  LimitNote ahead;
  ahead.at = world.ledger.Now() + 1'000'000'000'000;
  world.ledger.Fold(ahead, {});
  EXPECT_LT(world.ledger.Now(), ahead.at);
}

TEST(LimitFold, RowsOfARecordAreDecisionsOfTheirOwn) {
  LimitWorld world;
  const Shapes shapes;
  LimitNote note;
  std::vector<std::uint16_t> rules;
  for (std::uint32_t row = 0; row < 3; ++row) {
    const std::vector<LimitTerm> terms{TermOf(shapes.open, 4, 10 + row)};
    EXPECT_TRUE(world.ledger.TryAdmit(terms, {.row = row}, note, rules).admitted);
  }
  world.ledger.Recorded(note, {1, 7, 100});
  const auto closing = world.ledger.OpenOf({1, 7, 102});
  ASSERT_EQ(closing.size(), 1U);
  EXPECT_EQ(closing[0].amount, 12);
}

}  // namespace
}  // namespace mooring::serving
