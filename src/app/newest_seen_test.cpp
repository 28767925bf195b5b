#include "app/newest_seen.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "records/journal/journal_fixture.h"
#include "serving/stop_limits/limit_recovery.h"

namespace mooring::app {
namespace {

struct NewestSeenTest : ::testing::Test {
  records::Journal::Options Options() {
    auto options = records::TestOptions(files, clock);
    options.directory = paths.journal;
    return options;
  }

  SimulatedFileSystem files;
  SimulatedClock clock;
  DataPaths paths{"data"};
};

TEST_F(NewestSeenTest, IsNothingAtTheVeryStart) {
  ASSERT_TRUE(files.MakeDirectories(paths.root).ok());
  EXPECT_EQ(NewestSeen(files, paths)->segment, 0U);
}

TEST_F(NewestSeenTest, AJournalThatEndsBeforeTheSnapshotOfLimitsIsNotOpened) {
  ASSERT_TRUE(files.MakeDirectories(paths.root).ok());
  auto journal = records::Journal::Open(Options()).value();
  for (int i = 0; i < 3000; ++i) {
    const records::TestBlock block(records::TestBinding(), i, 2);
    ASSERT_TRUE(journal->Append(block.block, nullptr).ok());
    journal->CommitNow();
  }
  const records::JournalPosition end = journal->Durable();
  ASSERT_GT(end.segment, 1U);
  const serving::LimitRecord record{&files, paths.journal, paths.limits};
  ASSERT_TRUE(serving::SaveLimits(record, end, clock).ok());
  const auto seen = NewestSeen(files, paths);
  ASSERT_TRUE(seen.ok()) << seen.error().ToString();
  EXPECT_EQ(seen->segment, end.segment);
  EXPECT_EQ(seen->by, "the snapshot of limits");
  journal.reset();
  auto options = Options();
  options.seen = *seen;
  EXPECT_TRUE(records::Journal::Open(options).ok());

  // Somebody puts an empty journal in its place.
  for (const std::string& name : files.List(paths.journal).value()) {
    ASSERT_TRUE(files.Remove(paths.journal + "/" + name).ok());
  }
  const auto opened = records::Journal::Open(options);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), Code::kDataLoss);
}

TEST_F(NewestSeenTest, ADamagedSnapshotIsSaid) {
  ASSERT_TRUE(files.MakeDirectories(paths.root).ok());
  ASSERT_TRUE(files.WriteFileDurably(paths.limits, AsBytes(std::string_view("MOORLIM2"))).ok());
  EXPECT_EQ(NewestSeen(files, paths).error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::app
