#include "app/limit_freeze.h"

#include <gtest/gtest.h>

#include "base/check.h"
#include "base/io/simulated_file_system.h"

namespace mooring::app {
namespace {

using serving::LimitLedger;

struct LimitFreezeTest : ::testing::Test {
  LimitFreezeTest() { CHECK(files.MakeDirectories("data").ok()); }
  LimitFreeze Of(LimitLedger& ledger) { return {files, ledger, "data/limits.frozen"}; }

  SimulatedFileSystem files;
  SimulatedClock clock;
};

TEST_F(LimitFreezeTest, WhatStandsStillStandsStillAfterARestart) {
  LimitLedger before({.clock = &clock});
  LimitFreeze freeze = Of(before);
  const std::int64_t stood = before.Now();
  ASSERT_TRUE(freeze.Keep().ok());
  EXPECT_FALSE(files.Exists("data/limits.frozen"));
  clock.JumpWall(std::chrono::hours(24));
  ASSERT_TRUE(freeze.Keep().ok());

  for (int start = 0; start < 2; ++start) {
    LimitLedger after({.clock = &clock});
    LimitFreeze again = Of(after);
    EXPECT_TRUE(again.Restore());
    EXPECT_TRUE(after.frozen());
    EXPECT_EQ(after.Now(), stood) << "the day before has not passed";
    ASSERT_TRUE(again.Keep().ok());
  }
  LimitLedger last({.clock = &clock});
  LimitFreeze thawed = Of(last);
  EXPECT_TRUE(thawed.Restore());
  ASSERT_TRUE(thawed.Thaw().ok());
  EXPECT_FALSE(last.frozen());
  EXPECT_GT(last.Now(), stood);
  ASSERT_TRUE(thawed.Keep().ok());
  LimitLedger free({.clock = &clock});
  EXPECT_FALSE(Of(free).Restore());
  EXPECT_FALSE(free.frozen());
}

TEST_F(LimitFreezeTest, AFileThatCannotBeReadFreezesToo) {
  const std::string text = "not json";
  ASSERT_TRUE(files.WriteFileDurably("data/limits.frozen", AsBytes(text)).ok());
  LimitLedger ledger({.clock = &clock});
  EXPECT_TRUE(Of(ledger).Restore());
  EXPECT_TRUE(ledger.frozen());
}

TEST_F(LimitFreezeTest, ASecondJumpIsKeptToo) {
  LimitLedger ledger({.clock = &clock});
  LimitFreeze freeze = Of(ledger);
  for (int i = 0; i < 2; ++i) {
    clock.JumpWall(std::chrono::hours(1));
    ASSERT_TRUE(freeze.Keep().ok());
    EXPECT_TRUE(files.Exists("data/limits.frozen")) << i;
    ASSERT_TRUE(freeze.Thaw().ok());
    EXPECT_FALSE(files.Exists("data/limits.frozen")) << i;
  }
}

TEST_F(LimitFreezeTest, WithoutAFileNothingIsKept) {
  LimitLedger ledger({.clock = &clock});
  LimitFreeze freeze(files, ledger, "");
  clock.JumpWall(std::chrono::hours(1));
  EXPECT_TRUE(freeze.Keep().ok());
  EXPECT_FALSE(freeze.Restore());
  EXPECT_TRUE(freeze.Thaw().ok());
  EXPECT_FALSE(ledger.frozen());
}

}  // namespace
}  // namespace mooring::app
