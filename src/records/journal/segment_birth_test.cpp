#include "records/journal/segment_birth.h"

#include <gtest/gtest.h>

#include "records/journal/journal_fixture.h"
#include "records/journal/segment_format.h"

namespace mooring::records {
namespace {

// A journal of one decision, made at the clock's time.
std::unique_ptr<Journal> Make(SimulatedFileSystem& files, SimulatedClock& clock) {
  auto journal = Journal::Open(TestOptions(files, clock)).value();
  const TestBlock block(TestBinding(), 1);
  CHECK_OK_RESULT(journal->Append(block.block, nullptr));
  journal->CommitNow();
  return journal;
}

TEST(SegmentBirth, StaysAndTellsJournalsApart) {
  SimulatedClock clock;
  SimulatedFileSystem files, others;
  auto journal = Make(files, clock);
  const auto born = BirthOf(files, "data/journal", 1).value();
  ASSERT_TRUE(born.has_value());
  EXPECT_EQ(born->previous_end, 0U);
  EXPECT_FALSE(BirthOf(files, "data/journal", 2).value().has_value());
  const JournalPosition end = journal->Durable();
  journal.reset();
  journal = Make(files, clock);
  EXPECT_EQ(BirthOf(files, "data/journal", 1).value()->head, born->head);
  const auto next = BirthOf(files, "data/journal", journal->Durable().segment).value();
  ASSERT_TRUE(next.has_value());
  if (journal->Durable().segment == 2) {
    EXPECT_GE(next->previous_end, end.offset);
  }

  clock.Advance(Micros(1));
  const auto other = Make(others, clock);
  EXPECT_NE(BirthOf(others, "data/journal", 1).value()->head, born->head);
}

TEST(SegmentBirth, ADamagedHeadIsSaid) {
  SimulatedClock clock;
  SimulatedFileSystem files;
  const auto journal = Make(files, clock);
  ASSERT_TRUE(files.FlipBit(SegmentPath("data/journal", 1), 200).ok());
  EXPECT_EQ(BirthOf(files, "data/journal", 1).error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::records
