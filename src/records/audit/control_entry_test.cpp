#include "records/audit/control_entry.h"

#include <gtest/gtest.h>

#include "records/audit/audit_sink_for_tests.h"

namespace mooring::records {
namespace {

ControlEntry Full() {
  ControlEntry entry{.principal = "ann", .role = "developer", .channel = "api"};
  entry.address = "127.0.0.1";
  entry.action = "alias.set";
  entry.object_kind = "alias";
  entry.object = "pricing/champion";
  entry.detail = "to version 3";
  entry.reason = "line\nbreak and \"quotes\"";
  entry.before = "aa";
  entry.after = "bb";
  entry.outcome_of = 7;
  entry.outcome = "done";
  entry.sequence = 8;
  entry.at = Time(Micros(1'700'000'000'000'001));
  return entry;
}

TEST(ControlEntry, IsOneLineWithSortedMembers) {
  EXPECT_EQ(EncodeEntry(Full()),
            "{\"action\":\"alias.set\",\"address\":\"127.0.0.1\",\"after\":\"bb\","
            "\"at\":\"2023-11-14T22:13:20.000001Z\",\"before\":\"aa\",\"channel\":\"api\","
            "\"detail\":\"to version 3\",\"object\":\"pricing/champion\",\"object_kind\":\"alias\","
            "\"outcome\":\"done\",\"outcome_of\":7,\"principal\":\"ann\","
            "\"reason\":\"line\\nbreak and \\\"quotes\\\"\",\"role\":\"developer\",\"seq\":8}");
}

TEST(ControlEntry, LeavesEmptyMembersOut) {
  EXPECT_EQ(EncodeEntry(ControlEntry()), "{\"at\":\"1970-01-01T00:00:00.000000Z\",\"seq\":0}");
}

TEST(ControlEntry, ComesBackAsItWas) {
  for (const ControlEntry& entry : {Full(), ControlEntry()}) {
    const std::string record = EncodeEntry(entry);
    const auto again = DecodeEntry(record);
    ASSERT_TRUE(again.ok()) << again.error().ToString();
    EXPECT_EQ(EncodeEntry(*again), record);
    EXPECT_EQ(again->outcome_of, entry.outcome_of);
  }
}

TEST(ControlEntry, NeverHoldsALineEndWhateverItIsGiven) {
  for (int byte = 0; byte < 256; ++byte) {
    ControlEntry entry;
    entry.reason = std::string(1, static_cast<char>(byte));
    const std::string record = EncodeEntry(entry);
    EXPECT_EQ(record.find('\n'), std::string::npos) << byte;
    EXPECT_TRUE(DecodeEntry(record).ok()) << byte;
  }
}

TEST(ControlEntry, RefusesWhatIsNoEntry) {
  for (const char* text : {"", "{}", "[]", "{\"seq\":0}", "{\"at\":\"x\",\"seq\":0}",
                           "{\"action\":1,\"at\":\"1970-01-01T00:00:00.000000Z\",\"seq\":0}",
                           "{\"at\":\"1970-01-01T00:00:00.000000Z\",\"seq\":-1}"}) {
    const auto entry = DecodeEntry(text);
    ASSERT_FALSE(entry.ok()) << text;
    EXPECT_EQ(entry.error().code(), Code::kDataLoss);
  }
}

TEST(NoteOutcome, SaysWhatCameOfTheEntry) {
  RecordingSink sink;
  ControlEntry entry = Full();
  entry.outcome_of.reset();
  entry.outcome.clear();
  ASSERT_TRUE(NoteOutcome(sink, entry, 4, nullptr, "cc").ok());
  const Error error(Code::kConflict, "somebody was first");
  ASSERT_TRUE(NoteOutcome(sink, entry, 5, &error).ok());
  ASSERT_EQ(sink.entries.size(), 2u);
  EXPECT_EQ(sink.entries[0].outcome, "done");
  EXPECT_EQ(sink.entries[0].outcome_of, 4u);
  EXPECT_EQ(sink.entries[0].detail, "cc");
  EXPECT_EQ(sink.entries[0].reason + sink.entries[0].before + sink.entries[0].after, "");
  EXPECT_EQ(sink.entries[0].object, "pricing/champion");
  EXPECT_EQ(sink.entries[0].principal, "ann");
  EXPECT_EQ(sink.entries[1].outcome, "failed: somebody was first");
  sink.refuse = Error(Code::kUnavailable, "full");
  EXPECT_FALSE(NoteOutcome(sink, entry, 6, nullptr).ok());
}

}  // namespace
}  // namespace mooring::records
