#include "records/lake/lake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "records/journal/journal_fixture.h"
#include "records/lake/lake_rows.h"

namespace mooring::records {
namespace {

struct LakeTest : testing::Test {
  LakeTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    root = std::filesystem::path(testing::TempDir()) / ("lake-" + name);
    std::filesystem::remove_all(root);
    places = {&files, (root / "journal").string(), (root / "lake").string(),
              MOORING_DEPS_DIR "/lib"};
    if (!data::DuckDbIsThere(places.library_directory)) return;
    auto options = TestOptions(files, clock);
    options.directory = places.journal_directory;
    options.segment_bytes = 32 * 1024;
    journal = Journal::Open(options).value();
  }
  ~LakeTest() override {
    journal.reset();
    std::filesystem::remove_all(root);
  }
  void SetUp() override {
    if (journal == nullptr) GTEST_SKIP() << "no DuckDB library in " << places.library_directory;
  }
  void Add(std::int64_t from, std::int64_t to) {
    for (std::int64_t serial = from; serial < to; ++serial) {
      const TestBlock block(serial % 4 == 0 ? second : first, serial);
      CHECK_OK_RESULT(journal->Append(block.block, nullptr));
      if (serial % 50 == 49) journal->CommitNow();
    }
    journal->CommitNow();
  }
  double Number(data::DuckDb& db, const std::string& sql) {
    const auto rows = db.QueryAll("SELECT CAST((" + sql + ") AS DOUBLE) AS n", 10);
    CHECK_OK_RESULT(rows);
    return rows->column(0).Number(0);
  }

  FileSystem& files = PosixFileSystem();
  SimulatedClock clock;
  std::filesystem::path root;
  LakePlaces places;
  std::shared_ptr<const Binding> first = TestBinding(1), second = TestBinding(2);
  std::unique_ptr<Journal> journal;
};

TEST_F(LakeTest, ShowsEveryDecisionOnceHoweverMuchIsExported) {
  for (std::int64_t done = 0; done <= 900; done += 300) {
    if (done != 0) Add(done - 300, done);
    for (const bool exported : {false, true}) {
      if (exported) {
        ASSERT_TRUE(ExportSegments(places, journal->Stats().segment).ok());
      }
      const auto db = OpenAnalysis(places, journal->Durable());
      ASSERT_TRUE(db.ok()) << db.error().ToString();
      EXPECT_EQ(Number(**db, "SELECT count(*) FROM decisions"), done);
      EXPECT_EQ(Number(**db, "SELECT count(DISTINCT decision_id) FROM decisions"), done);
      if (done == 0) continue;
      EXPECT_EQ(Number(**db, "SELECT sum(serial) FROM decisions"), done * (done - 1) / 2);
      EXPECT_EQ(Number(**db, "SELECT count(*) FROM decisions WHERE version = 2"), done / 4);
      EXPECT_EQ(Number(**db, "SELECT amount_minor FROM decisions WHERE serial = 77"), 7700);
    }
  }
}

TEST_F(LakeTest, ExportsASegmentOnceAndTheSameAgain) {
  Add(0, 900);
  const auto report = ExportSegments(places, journal->Stats().segment);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_GT(report->segments, 1U);
  EXPECT_GT(report->files, report->segments);  // two versions
  EXPECT_EQ(ExportSegments(places, journal->Stats().segment)->segments, 0U);
  // A crash before the mark: the files are written again, under the same names.
  std::filesystem::remove(root / "lake/segments/r1-00000001");
  EXPECT_EQ(ExportSegments(places, journal->Stats().segment)->segments, 1U);
  const auto db = OpenAnalysis(places, journal->Durable()).value();
  EXPECT_EQ(Number(*db, "SELECT count(*) FROM decisions"), 900);
  EXPECT_TRUE(std::filesystem::exists(
      root / "lake/decisions/model=flight-cover/day=2023-11-14/r1-00000001-v1-1.parquet"));
}

TEST_F(LakeTest, JoinsTheNewestOutcomeByDecision) {
  Add(0, 100);
  const std::vector<Outcome> early = {{{1, 1, 3}, clock.Now(), "late", 1, ""},
                                      {{1, 1, 4}, clock.Now(), "late", 0, "no"}};
  const std::vector<Outcome> corrected = {{{1, 1, 3}, clock.Now(), "late", 0, "corrected"}};
  CHECK_OK_RESULT(journal->Append(early, nullptr));
  Add(100, 900);
  CHECK_OK_RESULT(journal->Append(corrected, nullptr));
  journal->CommitNow();
  for (const bool exported : {false, true}) {
    if (exported) {
      ASSERT_TRUE(ExportSegments(places, journal->Stats().segment).ok());
    }
    const auto db = OpenAnalysis(places, journal->Durable()).value();
    EXPECT_EQ(Number(*db, "SELECT count(*) FROM outcomes"), 3);
    EXPECT_EQ(Number(*db, "SELECT count(*) FROM labelled"), 900);
    EXPECT_EQ(Number(*db, "SELECT count(*) FROM labelled WHERE outcome_name = 'late'"), 2);
    EXPECT_EQ(Number(*db, "SELECT outcome_value FROM labelled WHERE decision_id = 'd1-1-3'"), 0);
    EXPECT_EQ(Number(*db, "SELECT serial FROM labelled WHERE outcome_text = 'no'"), 4);
  }
}

TEST_F(LakeTest, ReadsNoFileOutsideOfTheLake) {
  Add(0, 10);
  const auto db = OpenAnalysis(places, journal->Durable()).value();
  EXPECT_FALSE(db->Run("SELECT * FROM read_csv('/etc/passwd')").ok());
  EXPECT_FALSE(db->Run("COPY (SELECT 1) TO '" + (root / "stolen.csv").string() + "'").ok());
}

TEST(LakeSchema, KeepsFeatureNamesAndMovesThoseThatAreOurs) {
  Binding binding;
  binding.model = "m";
  binding.inputs = SchemaOf({{"hour", data::Type::kInt32, true},
                             {"Score", data::Type::kFloat32, true},
                             {"model", data::Type::kString, true},
                             {"input_score", data::Type::kFloat32, true}});
  binding.outputs = SchemaOf({{"probability", data::Type::kFloat64, true}});
  const auto schema = LakeSchema(binding).value();
  std::vector<std::string> names;
  for (std::size_t i = DecisionFields().size(); i < schema->size(); ++i) {
    names.push_back(schema->field(i).name);
  }
  EXPECT_THAT(names, testing::ElementsAre("hour", "input_Score", "input_model", "input_input_score",
                                          "raw_probability"));
}

}  // namespace
}  // namespace mooring::records
