#include "app/limit_thaw.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "records/audit/audit_sink_for_tests.h"

namespace mooring::app {
namespace {

struct LimitThawTest : ::testing::Test {
  std::int64_t Wall() const { return clock.Now().time_since_epoch().count(); }
  Code Thaw(const std::string& reason) {
    const Status thawed = ThawLimits(freeze, &audit, "anna", reason);
    return thawed.ok() ? Code::kInternal : thawed.error().code();
  }

  SimulatedClock clock;
  serving::LimitLedger ledger{{.clock = &clock}};
  SimulatedFileSystem files;
  LimitFreeze freeze{files, ledger, "limits.frozen"};
  records::RecordingSink audit;
};

TEST_F(LimitThawTest, WindowsGoOnByTheClockAndTheLogSaysWhoSaidSo) {
  const std::int64_t before = ledger.Now();
  clock.JumpWall(std::chrono::hours(24));
  EXPECT_EQ(ledger.Now(), before);
  ASSERT_TRUE(ledger.frozen());
  const Status thawed = ThawLimits(freeze, &audit, "anna", "the clock is right now");
  ASSERT_TRUE(thawed.ok()) << thawed.error().ToString();
  EXPECT_FALSE(ledger.frozen());
  EXPECT_EQ(ledger.Now(), Wall());
  ASSERT_FALSE(audit.entries.empty());
  EXPECT_EQ(audit.entries[0].action, "limit.thaw");
  EXPECT_EQ(audit.entries[0].principal, "anna");
  EXPECT_EQ(audit.entries[0].reason, "the clock is right now");
}

TEST_F(LimitThawTest, NothingIsThawedWithoutAReasonOrNeed) {
  EXPECT_EQ(Thaw("why not"), Code::kFailedPrecondition);
  clock.JumpWall(std::chrono::hours(24));
  static_cast<void>(ledger.Now());
  EXPECT_EQ(Thaw(""), Code::kInvalidArgument);
  EXPECT_EQ(Thaw(std::string(1'000'000, 'x')), Code::kInvalidArgument);
  EXPECT_TRUE(ledger.frozen());
  EXPECT_TRUE(audit.entries.empty());
}

TEST_F(LimitThawTest, ALogThatCannotBeWrittenLeavesThemAsTheyAre) {
  clock.JumpWall(std::chrono::hours(24));
  static_cast<void>(ledger.Now());
  audit.refuse = Error(Code::kUnavailable, "the disk is full");
  EXPECT_NE(Thaw("a reason"), Code::kInternal);
  EXPECT_TRUE(ledger.frozen());
}

}  // namespace
}  // namespace mooring::app
