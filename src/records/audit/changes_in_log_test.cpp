#include "records/audit/changes_in_log.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "records/audit/log_for_tests.h"

namespace mooring::records {
namespace {

std::string Entry(std::string action, std::string kind, std::string object,
                  std::string outcome = "") {
  ControlEntry entry{.action = std::move(action), .object_kind = std::move(kind)};
  entry.object = std::move(object);
  entry.outcome = std::move(outcome);
  if (!entry.outcome.empty()) entry.outcome_of = 0;
  return EncodeEntry(entry);
}

struct ChangesInLogTest : testing::Test {
  void Write(const std::string& directory, const std::vector<std::string>& records) {
    ASSERT_TRUE(files.MakeDirectories(directory).ok());
    const std::string text = LogOf(LinesOf(records));
    ASSERT_TRUE(files.WriteFileDurably(directory + "/log", AsBytes(text)).ok());
  }
  void Expect(std::uint64_t limits, std::uint64_t tokens) {
    const ChangesInLog found = FindChangesInLog(files, "control");
    EXPECT_EQ(found.limits, limits);
    EXPECT_EQ(found.tokens, tokens);
  }
  SimulatedFileSystem files;
};

TEST_F(ChangesInLogTest, WithoutALogThereIsNone) { Expect(0, 0); }

TEST_F(ChangesInLogTest, CountsWhatIsInForce) {
  Write("control", {SomeRecord(0), Entry("limit.lower", "limit", "m/daily"),
                    Entry("change.approve", "limit", "m/daily"),
                    Entry("change.approve", "limit", "m/daily", "done"),
                    Entry("token create", "access", "anna")});
  Expect(2, 1);
}

TEST_F(ChangesInLogTest, WhatWasOnlyAskedRefusedCutOffOrOfAnotherObjectIsNone) {
  Write("control",
        {Entry("change.ask", "limit", "m/daily"), Entry("change.ask", "limit", "m/daily", "done"),
         Entry("change.approve", "limit", "m/daily"),
         Entry("change.approve", "limit", "m/daily", "failed: another hash"),
         Entry("change.approve", "kill", "7", "done"),
         Entry("alias.set", "m", "\"action\":\"limit.lower\""), "no entry"});
  Expect(0, 0);
}

TEST_F(ChangesInLogTest, ReadsBehindADamagedLogTooAndForgetsALossThatWasAccepted) {
  Write("control", {Entry("limit.lower", "limit", "m/daily"),
                    Entry("limits.loss_accepted", "file", "limits.snapshot")});
  Expect(1, 0);
  Write("control", {Entry("limit.lower", "limit", "m/daily"),
                    Entry("limits.loss_accepted", "file", "limits.db"),
                    Entry("limit.lower", "limit", "m/daily")});
  Write("control/after-damage", {Entry("limit.lower", "limit", "m/daily")});
  Expect(2, 0);
}

TEST(ChangesKept, AreHeldToTheLog) {
  EXPECT_TRUE(CheckLimitsKept({}, 0, "d/limits.db").ok());
  EXPECT_TRUE(CheckLimitsKept({.limits = 2}, 1, "d/limits.db").ok());
  const Status limits = CheckLimitsKept({.limits = 2}, 0, "d/limits.db");
  EXPECT_EQ(limits.error().code(), Code::kDataLoss);
  EXPECT_NE(limits.error().ToString().find("d/limits.db.lost"), std::string::npos);
  EXPECT_TRUE(CheckTokensKept({}, false, "d/access.db").ok());
  EXPECT_TRUE(CheckTokensKept({.tokens = 1}, true, "d/access.db").ok());
  const Status tokens = CheckTokensKept({.tokens = 1}, false, "d/access.db");
  EXPECT_EQ(tokens.error().code(), Code::kDataLoss);
  EXPECT_NE(tokens.error().ToString().find("mooring token create"), std::string::npos);
}

}  // namespace
}  // namespace mooring::records
