// What retention leaves of the lake, on a disk that loses power at every call. The Parquet files
// are made up: only their names matter here.
#include <gtest/gtest.h>

#include "records/journal/journal_fixture.h"
#include "records/lake/lake.h"
#include "records/lake/lake_files.h"

namespace mooring::records {
namespace {

constexpr int kSegments = 4;

struct Lake {
  explicit Lake(std::uint64_t seed) : fs(seed) {
    Journal::Options options = TestOptions(fs, clock);
    options.segment_bytes = 4096;
    journal = Journal::Open(options).value();
    for (int serial = 0; journal->Stats().segment <= kSegments; ++serial) {
      const TestBlock block(TestBinding(), serial, 10);
      CHECK_OK_RESULT(journal->Append(block.block, nullptr));
      journal->CommitNow();
    }
    CHECK_OK_RESULT(names.MakeDirectories(fs));
    for (std::uint32_t segment = 1; segment <= kSegments; ++segment) Export(segment);
  }
  void Export(std::uint32_t segment) {
    const std::string folder = names.DecisionFolder("m", "2023-11-1" + std::to_string(segment));
    CHECK_OK_RESULT(fs.MakeDirectories(folder));
    Put(names.Decisions(folder, {1, segment, 0}, 3, 0));
    Put(names.Decisions(folder, {2, segment, 0}, 3, 0));  // another replica's
    Put(names.Outcomes(1, segment));
    Put(names.Done(1, segment));
  }
  void Put(const std::string& path) { CHECK_OK_RESULT(fs.WriteFileDurably(path, AsBytes("rows"))); }
  // Everything of this replica older than `segment` is dropped from the journal.
  void DropFromJournal(std::uint32_t segment) {
    journal.reset();
    Journal::Options options = TestOptions(fs, clock);
    options.segment_bytes = 4096;
    journal = Journal::Open(options).value();
    Time newest;
    struct Newest final : JournalVisitor {
      void OnDecisions(const ReadDecisions& block) override { at = block.at; }
      Time at;
    } visitor;
    auto reader = JournalReader::Open(fs, options.directory).value();
    CHECK_OK_RESULT(reader->Read({segment, 0}, 1'000'000, visitor));
    CHECK(journal->DropBefore(visitor.at + Micros(1)).value() == segment - 1);
  }
  bool Has(std::uint32_t segment, std::uint16_t replica = 1) {
    const std::string folder = names.DecisionFolder("m", "2023-11-1" + std::to_string(segment));
    return fs.Exists(names.Decisions(folder, {replica, segment, 0}, 3, 0));
  }
  Result<std::size_t> Drop() { return DropFromLake({&fs, "data/journal", "data/lake", ""}); }

  SimulatedFileSystem fs;
  SimulatedClock clock;
  LakeNames names{"data/lake"};
  std::unique_ptr<Journal> journal;
};

TEST(LakeDrop, FollowsTheJournal) {
  Lake lake(1);
  EXPECT_EQ(lake.Drop().value(), 0U) << "nothing was dropped from the journal";
  lake.DropFromJournal(3);
  const std::string folder = lake.names.DecisionFolder("m", "2023-11-12");
  lake.Put(lake.names.Decisions(folder, {1, 2, 0}, 3, 7) + ".tmp");  // left by a crash
  EXPECT_EQ(lake.Drop().value(), 7U);
  EXPECT_FALSE(lake.Has(1) || lake.Has(2));
  EXPECT_TRUE(lake.Has(3) && lake.Has(4));
  EXPECT_TRUE(lake.Has(1, 2)) << "another replica's journal decides about its own";
  EXPECT_FALSE(lake.fs.Exists(lake.names.Done(1, 2)) || lake.fs.Exists(lake.names.Outcomes(1, 2)));
  EXPECT_TRUE(lake.fs.Exists(lake.names.Done(1, 3)) && lake.fs.Exists(lake.names.Outcomes(1, 3)));
  EXPECT_EQ(lake.Drop().value(), 0U);
}

TEST(LakeDrop, ADayThatIsEmptyGoesToo) {
  Lake lake(1);
  const std::string folder = lake.names.DecisionFolder("other", "2023-11-11");
  CHECK_OK_RESULT(lake.fs.MakeDirectories(folder));
  lake.Put(lake.names.Decisions(folder, {1, 1, 0}, 3, 0));
  lake.DropFromJournal(2);
  ASSERT_TRUE(lake.Drop().ok());
  EXPECT_FALSE(lake.fs.Exists(folder));
}

TEST(LakeDrop, APowerCutAnywhereNeitherKeepsOldFilesNorNamesMissingOnes) {
  for (std::uint64_t call = 1;; ++call) {
    Lake lake(call);
    lake.DropFromJournal(3);
    lake.fs.CutPowerAtCall(lake.fs.mutating_calls() + call);
    const bool finished = lake.Drop().ok();
    lake.fs.Restart();
    for (std::uint32_t segment = 1; segment <= kSegments; ++segment) {
      if (!lake.fs.Exists(lake.names.Done(1, segment))) continue;
      EXPECT_TRUE(lake.Has(segment)) << "call " << call << ": a mark names a file that is gone";
    }
    lake.journal.reset();
    ASSERT_TRUE(lake.Drop().ok()) << call;
    EXPECT_FALSE(lake.Has(1) || lake.Has(2)) << call;
    EXPECT_FALSE(lake.fs.Exists(lake.names.Outcomes(1, 1))) << call;
    EXPECT_TRUE(lake.Has(3) && lake.Has(4)) << call;
    if (finished) break;
  }
}

TEST(LakeNames, KnowTheSegmentOfAFile) {
  using Place = std::pair<std::uint16_t, std::uint32_t>;
  EXPECT_EQ(LakeNames::SegmentOf("r1-00000057-v3-0.parquet"), Place(1, 57));
  EXPECT_EQ(LakeNames::SegmentOf("r12-123456789.parquet.tmp"), Place(12, 123456789));
  EXPECT_EQ(LakeNames::SegmentOf("r1-00000057"), Place(1, 57));
  for (const char* other : {"", "r", "r1", "r1-", "x1-1", "r1-1x", "r70000-1", "lock", "day=1"}) {
    EXPECT_EQ(LakeNames::SegmentOf(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace mooring::records
