#include "records/journal/limit_note_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "records/journal/record_codec.h"

namespace mooring::records {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

LimitNote Extreme() {
  LimitNote note;
  note.at = kMost;
  note.limit_set = "set";
  note.deltas = {{LimitOp::kSpend, 0, {~0ULL, 0}, kLeast, kMost, kLeast},
                 {LimitOp::kUnmark, 2, {0, ~0ULL}, 0, -1, kMost}};
  note.hits = {{2, "a", true, false, 6, kLeast, kMost, kLeast}, {0, "", false, true, 0, 0, 0, 0}};
  return note;
}

std::string Bytes(const LimitNote& note) {
  std::string bytes;
  EncodeNote(note, bytes);
  return bytes;
}

TEST(LimitNoteCodec, ABudgetChangeOfEveryKindComesBack) {
  using Why = BudgetChange::Why;
  for (const Why why : {Why::kRelease, Why::kOutcome, Why::kWriteOff, Why::kReview}) {
    BudgetChange change;
    change.why = why;
    change.caller = "anna";
    change.decisions = {{1, 7, 1}, {1, 7, 2}, {1, 7, 3}};
    change.note = Extreme();
    std::string bytes;
    EncodeBudget(change, bytes);
    const auto read = DecodeBudget(AsBytes(bytes), Time(Micros(5)));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->why, why);
    EXPECT_EQ(read->decisions, change.decisions);
    EXPECT_EQ(read->note, change.note);
    bytes[0] = 4;
    EXPECT_FALSE(DecodeBudget(AsBytes(bytes), Time()).ok()) << "a reason of the future";
  }
}

TEST(LimitNoteCodec, GivesBackWhatWasWrittenHoweverFarApartTheNumbers) {
  for (const LimitNote& note : {LimitNote(), Extreme()}) {
    const std::string bytes = Bytes(note);
    data::ByteReader in(AsBytes(bytes));
    LimitNote read = Extreme();  // what was in it before is gone
    DecodeNote(in, 3, read);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.left(), 0U);
    EXPECT_EQ(read, note);
  }
}

TEST(LimitNoteCodec, FailsOnEveryCutAndOnRowsThatTheRecordDoesNotHave) {
  const std::string bytes = Bytes(Extreme());
  LimitNote read;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    data::ByteReader in(AsBytes(std::string_view(bytes).substr(0, size)));
    DecodeNote(in, 3, read);
    EXPECT_FALSE(in.ok()) << size;
  }
  data::ByteReader in(AsBytes(bytes));
  DecodeNote(in, 2, read);
  EXPECT_FALSE(in.ok());
}

TEST(LimitNoteCodec, DoesNotBelieveACountThatTheBytesCannotHold) {
  std::string bytes = Bytes(LimitNote());
  bytes[bytes.size() - 2] = '\x7F';  // deltas
  data::ByteReader in(AsBytes(bytes));
  LimitNote read;
  DecodeNote(in, 1, read);
  EXPECT_FALSE(in.ok());
  EXPECT_TRUE(read.deltas.empty());
}

}  // namespace
}  // namespace mooring::records
