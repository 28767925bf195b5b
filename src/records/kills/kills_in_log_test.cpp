#include "records/kills/kills_in_log.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "records/audit/log_for_tests.h"

namespace mooring::records {
namespace {

std::string Entry(const char* action, const char* id, std::string reason = "") {
  ControlEntry entry{.action = action, .object_kind = "kill", .object = id};
  entry.reason = std::move(reason);
  return EncodeEntry(entry);
}

struct KillsInLogTest : testing::Test {
  void Write(const std::string& directory, const std::vector<std::string>& records) {
    ASSERT_TRUE(files.MakeDirectories(directory).ok());
    const std::string text = LogOf(LinesOf(records));
    ASSERT_TRUE(files.WriteFileDurably(directory + "/log", AsBytes(text)).ok());
  }
  void Expect(std::uint64_t newest, std::uint64_t in_force) {
    const KillsInLog found = FindKillsInLog(files, "control");
    EXPECT_EQ(found.newest, newest);
    EXPECT_EQ(found.in_force, in_force);
  }
  SimulatedFileSystem files;
};

TEST_F(KillsInLogTest, WithoutALogThereIsNone) { Expect(0, 0); }

TEST_F(KillsInLogTest, CountsWhatWasThrownAndNotReleased) {
  Write("control", {SomeRecord(0), Entry("kill.thrown", "1"), Entry("kill.thrown", "3"),
                    Entry("kill.released", "1"), Entry("kill.unreadable", "4")});
  Expect(4, 2);
}

TEST_F(KillsInLogTest, ReasonsAndOtherObjectsAreNoKills) {
  Write("control", {Entry("alias.set", "7", "\"action\":\"kill.thrown\""),
                    Entry("kill.list_restored", "0"), Entry("kill.thrown", "many")});
  Expect(0, 0);
}

TEST_F(KillsInLogTest, ReadsWhatStandsBehindADamagedLogToo) {
  Write("control", {Entry("kill.thrown", "1"), "no entry", Entry("kill.thrown", "2")});
  Write("control/after-damage", {Entry("kill.released", "2"), Entry("kill.thrown", "5")});
  Expect(5, 2);
}

}  // namespace
}  // namespace mooring::records
