#include "monitoring/exact/slice_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/io/file_system.h"
#include "data/stats/distances.h"
#include "records/journal/journal_fixture.h"
#include "records/lake/lake.h"

namespace mooring::monitoring {
namespace {

// 10,000 decisions in segments of 1,000: origin A, B or (every tenth) none; distance 0 … 99, in
// slice B 50 more; scores i mod 2; every fourth has an outcome, 1 for A and 0 otherwise.
class SliceReportTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string libraries = MOORING_DEPS_DIR "/lib";
    if (!data::DuckDbIsThere(libraries)) GTEST_SKIP() << "no DuckDB library in " << libraries;
    db_ = data::DuckDb::Open({.library_directory = libraries}).value();
    Run("CREATE TABLE decisions AS SELECT 1::INTEGER AS replica, (1 + i // 1000)::BIGINT AS"
        " segment, (i % 1000)::BIGINT AS ordinal, make_timestamp(i * 1000000) AS at, 'price' AS"
        " model, (1 + i % 2)::INTEGER AS version, (i % 2)::DOUBLE AS score,"
        " CASE WHEN i % 10 = 9 THEN NULL WHEN i % 10 < 6 THEN 'A' ELSE 'B' END AS origin,"
        " ((i * 37) % 100 + CASE WHEN i % 10 IN (6, 7, 8) THEN 50 ELSE 0 END)::FLOAT AS distance"
        " FROM range(10000) t(i)");
    Run("CREATE TABLE outcomes AS SELECT 'd1-' || segment || '-' || ordinal AS decision_id, d.at,"
        " 'late' AS name, (coalesce(origin, '') = 'A')::INTEGER::DOUBLE AS value, NULL AS text,"
        " segment AS recorded_segment, ordinal AS recorded_place FROM decisions d"
        " WHERE ordinal % 4 = 0");
  }
  void Run(const std::string& sql) {
    const Status done = db_->Run(sql);
    ASSERT_TRUE(done.ok()) << done.error().ToString();
  }
  SliceReport Report(const SliceQuestion& question) {
    auto report = ReportSlices(*db_, question);
    EXPECT_TRUE(report.ok()) << report.error().ToString();
    return report.ok() ? *report : SliceReport();
  }
  static const SliceQuestion& ByOrigin() {
    static const SliceQuestion question = {
        .model = "price",
        .column = "origin",
        .measures = {{.column = "distance", .edges = {24.5, 49.5, 99.5}}, {.column = "score"}},
        .outcome = "late"};
    return question;
  }
  std::unique_ptr<data::DuckDb> db_;
};

TEST_F(SliceReportTest, CountsWhatIsThere) {
  const SliceReport report = Report(ByOrigin());
  EXPECT_EQ(report.rows, 10'000U);
  EXPECT_EQ(report.outcomes, 2500U);
  ASSERT_EQ(report.slices.size(), 3U);
  EXPECT_EQ(report.slices[0].slice, "origin=A");
  EXPECT_EQ(report.slices[0].rows, 6000U);
  EXPECT_EQ(report.slices[0].mean_score, 0.5);
  EXPECT_EQ(report.slices[0].mean_outcome, 1);
  EXPECT_EQ(report.slices[1].slice, "origin=B");
  EXPECT_EQ(report.slices[1].rows, 3000U);
  EXPECT_EQ(report.slices[1].mean_score, 1.0 / 3);  // of 6, 7, 8 one is odd
  EXPECT_EQ(report.slices[1].mean_outcome, 0);
  EXPECT_EQ(report.slices[2].slice, "origin is missing");
  EXPECT_EQ(report.slices[2].rows, 1000U);
  EXPECT_EQ(report.slices[2].outcomes, 0U);  // i mod 10 = 9 is never a multiple of 4
  EXPECT_TRUE(std::isnan(report.slices[2].mean_outcome));
}

// Groups counted by hand in SQL, one at a time; PSI from them by data::Psi.
TEST_F(SliceReportTest, PsiIsThatOfTheGroups) {
  const auto groups = [&](const std::string& where) {
    std::vector<std::uint64_t> counts;
    for (const char* range : {"distance <= 24.5", "distance > 24.5 AND distance <= 49.5",
                              "distance > 49.5 AND distance <= 99.5", "distance > 99.5"}) {
      const auto row = db_->QueryAll(
          "SELECT count(*)::DOUBLE FROM decisions WHERE " + where + " AND " + std::string(range),
          1);
      counts.push_back(static_cast<std::uint64_t>(row->column(0).Number(0)));
    }
    return counts;
  };
  const auto all = groups("true"), b = groups("origin = 'B'");
  const SliceReport against_all = Report(ByOrigin());
  EXPECT_DOUBLE_EQ(against_all.slices[1].psi[0], data::Psi(all, b));
  EXPECT_DOUBLE_EQ(against_all.slices[1].psi_adjusted[0],
                   data::Psi(all, b) - data::PsiExpectedWithoutDrift(4, 10'000, 3000));
  SliceQuestion question = ByOrigin();
  question.measures[0].reference = {100, 100, 200, 50};
  EXPECT_DOUBLE_EQ(Report(question).slices[1].psi[0], data::Psi(question.measures[0].reference, b));
}

TEST_F(SliceReportTest, WithoutEdgesTheSpansDecilesServe) {
  SliceQuestion question = ByOrigin();
  question.measures = {{.column = "distance"}, {.column = "score"}};
  const SliceReport report = Report(question);
  ASSERT_EQ(report.edges[0].size(), 9U);
  EXPECT_NEAR(report.edges[0][4], 65, 2);  // the median of 7/10 on 0…99 and 3/10 on 50…149
  EXPECT_EQ(report.edges[1], (std::vector<double>{0, 1}));  // ties are one edge
  EXPECT_GT(report.slices[1].psi[0], report.slices[0].psi[0]);
}

TEST_F(SliceReportTest, RangesVersionsAndTimesNarrowIt) {
  SliceQuestion question = ByOrigin();
  question.column = "distance";
  question.cuts = {50, 120};
  question.version = 2;
  question.from = Time(std::chrono::seconds(1000));
  question.to = Time(std::chrono::seconds(2000));
  const SliceReport report = Report(question);
  EXPECT_EQ(report.rows, 500U);
  ASSERT_EQ(report.slices.size(), 3U);
  std::vector<std::string> names;
  for (const MeasuredSlice& slice : report.slices) names.push_back(slice.slice);
  std::ranges::sort(names);
  EXPECT_EQ(names,
            (std::vector<std::string>{"50 <= distance < 120", "distance < 50", "distance >= 120"}));
}

TEST_F(SliceReportTest, PassesOverOutcomesDoNotChangeTheAnswer) {
  SliceQuestion question = ByOrigin();
  const SliceReport whole = Report(question);
  question.outcomes_a_pass = 300;  // 250 a segment: a pass each
  const SliceReport parts = Report(question);
  ASSERT_EQ(parts.slices.size(), whole.slices.size());
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(parts.slices[i].outcomes, whole.slices[i].outcomes);
    EXPECT_EQ(parts.slices[i].mean_outcome, whole.slices[i].mean_outcome);
  }
}

TEST_F(SliceReportTest, TheNewestOutcomeCounts) {
  Run("INSERT INTO outcomes SELECT decision_id, o.at, name, 0.5, text, recorded_segment + 1, 0 FROM"
      " outcomes o");
  Run("INSERT INTO outcomes SELECT decision_id, o.at, 'other', 99, text, recorded_segment + 9, 0"
      " FROM outcomes o WHERE name = 'late'");
  const SliceReport report = Report(ByOrigin());
  EXPECT_EQ(report.outcomes, 2500U);
  EXPECT_EQ(report.slices[0].mean_outcome, 0.5);
}

TEST_F(SliceReportTest, SmallSlicesAreTheOthers) {
  SliceQuestion question = ByOrigin();
  question.most_slices = 1;
  const SliceReport report = Report(question);
  ASSERT_EQ(report.slices.size(), 2U);
  EXPECT_EQ(report.slices[1].slice, "(others)");
  EXPECT_EQ(report.slices[1].rows, 4000U);
}

TEST_F(SliceReportTest, ValuesThatAreNotFiniteBelongToNoGroup) {
  Run("UPDATE decisions SET distance = 'nan' WHERE ordinal % 10 = 0");
  Run("UPDATE decisions SET distance = NULL WHERE ordinal % 10 = 1");
  Run("UPDATE decisions SET distance = 'inf', score = 'nan' WHERE ordinal % 10 = 2");
  SliceQuestion question = ByOrigin();
  question.measures[0].reference = {1, 1, 1, 1};
  const SliceReport report = Report(question);
  EXPECT_EQ(report.slices[0].rows, 6000U);
  // Of 3000 values with distances 37 i mod 100, i mod 10 in {3, 4, 5}: 700, 800, 1500 and none.
  const std::vector<std::uint64_t> left = {700, 800, 1500, 0};
  const auto row = db_->QueryAll(
      "SELECT count(*) FILTER (distance <= 24.5), count(*) FILTER (distance > 24.5 AND"
      " distance <= 49.5) FROM decisions WHERE origin = 'A' AND isfinite(distance)",
      1);
  EXPECT_EQ(row->column(0).Number(0), static_cast<double>(left[0]));
  EXPECT_EQ(row->column(1).Number(0), static_cast<double>(left[1]));
  EXPECT_DOUBLE_EQ(report.slices[0].psi[0],
                   data::Psi(std::vector<std::uint64_t>{1, 1, 1, 1}, left));
  EXPECT_FALSE(std::isnan(report.slices[0].mean_score));
}

TEST_F(SliceReportTest, NoDecisionsGiveNoSlices) {
  SliceQuestion question = ByOrigin();
  question.model = "it's another";
  const SliceReport report = Report(question);
  EXPECT_EQ(report.rows, 0U);
  EXPECT_TRUE(report.slices.empty());
}

TEST_F(SliceReportTest, QuestionsThatMakeNoSenseAreRefused) {
  const auto code = [&](const SliceQuestion& question) {
    const auto report = ReportSlices(*db_, question);
    return report.ok() ? Code::kInternal : report.error().code();
  };
  SliceQuestion question = ByOrigin();
  question.column = "";
  EXPECT_EQ(code(question), Code::kInvalidArgument);
  question.column = "no such \"column\"";
  EXPECT_EQ(code(question), Code::kInvalidArgument);
  question = ByOrigin();
  question.cuts = {1, 1};
  EXPECT_EQ(code(question), Code::kInvalidArgument);
  question = ByOrigin();
  question.measures[0].edges = {1, std::nan("")};
  EXPECT_EQ(code(question), Code::kInvalidArgument);
  question.measures[0].edges = {1};
  question.measures[0].reference = {1, 2, 3};
  EXPECT_EQ(code(question), Code::kInvalidArgument);
}

TEST_F(SliceReportTest, TooManySlicesAreRefused) {
  Run("CREATE OR REPLACE TABLE decisions AS SELECT * REPLACE ('d' || i AS origin) FROM decisions,"
      " range(11) t(i)");
  SliceQuestion question = ByOrigin();
  EXPECT_EQ(Report(question).slices.size(), 11U);
  Run("CREATE OR REPLACE TABLE decisions AS SELECT * REPLACE ('d' || segment || '-' || ordinal || j"
      " AS origin) FROM decisions, range(2) u(j)");
  const auto report = ReportSlices(*db_, question);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code(), Code::kTooLarge);
}

// The columns of a real journal and lake, by records of both.
TEST(SliceReportOverTheLake, ReadsWhatTheJournalHolds) {
  const std::string libraries = MOORING_DEPS_DIR "/lib";
  if (!data::DuckDbIsThere(libraries)) GTEST_SKIP() << "no DuckDB library in " << libraries;
  const auto root = std::filesystem::path(testing::TempDir()) / "slice-report";
  std::filesystem::remove_all(root);
  SimulatedClock clock;
  FileSystem& files = PosixFileSystem();
  const records::LakePlaces places = {&files, (root / "journal").string(), (root / "lake").string(),
                                      libraries};
  auto journal = records::Journal::Open({.directory = places.journal_directory,
                                         .files = &files,
                                         .clock = &clock,
                                         .own_thread = false})
                     .value();
  const auto binding = records::TestBinding();
  for (std::int64_t serial = 0; serial < 300; serial += 10) {
    const records::TestBlock block(binding, serial, 10);
    ASSERT_TRUE(journal->Append(block.block, nullptr).ok());
    journal->CommitNow();
  }
  const auto db = records::OpenAnalysis(places, journal->Durable());
  ASSERT_TRUE(db.ok()) << db.error().ToString();
  const auto report = ReportSlices(**db, {.model = "flight-cover",
                                          .column = "origin",
                                          .measures = {{.column = "distance"}},
                                          .outcome = "late"});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->rows, 300U);
  ASSERT_EQ(report->slices.size(), 2U);
  EXPECT_EQ(report->slices[0].slice, "origin=UNSEEN");
  EXPECT_EQ(report->slices[0].rows, 200U);
  EXPECT_EQ(report->slices[0].outcomes, 0U);
  EXPECT_NEAR(report->slices[1].mean_score, 148.5, 1e-9);  // 0, 3 … 297
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace mooring::monitoring
