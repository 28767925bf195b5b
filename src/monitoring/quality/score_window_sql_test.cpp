// Measures that a contract writes as SQL, from the window's rows to the finding.
#include <gtest/gtest.h>

#include "data/store/duckdb.h"
#include "monitoring/quality/quality_fixture.h"
#include "monitoring/quality/quality_judge.h"
#include "monitoring/quality/score_window.h"

namespace mooring::monitoring {
namespace {

const std::string kLibrary = std::string(MOORING_DEPS_DIR) + "/lib";

records::Contract Asking(const std::vector<std::string>& all) {
  records::Contract contract = BinaryContract();
  for (const std::string& sql : all) {
    contract.monitor.quality.business.push_back(
        {.name = "m" + std::to_string(contract.monitor.quality.business.size()),
         .expression = "",
         .sql = sql});
  }
  return contract;
}

// 600 rows by turns late and not, x their number; of the last 50 nothing is known yet.
QualityReport ScoredWith(const records::Contract& contract, const std::string& libraries) {
  std::vector<double> scores(600, 0.25);
  const Decided decided = Decide(contract, scores);
  QualityPlan plan(ReferenceOf(contract), decided.Block(), nullptr, libraries);
  QualityRows rows = plan.NewRows();
  plan.Append(decided.Block(), rows);
  for (std::size_t row = 0; row < 550; ++row) {
    rows.truth[row] = row % 2 == 0 ? 1 : 0;
    ++rows.labelled;
  }
  QualityReport report;
  report.model = "m";
  ScoreWindow(plan, nullptr, rows, report);
  JudgeQuality(plan, nullptr, 0, report);
  return report;
}

TEST(ScoreWindowSql, GivesANumberOfTheRowsWhoseTruthIsKnown) {
  if (!data::DuckDbIsThere(kLibrary)) GTEST_SKIP() << "no libduckdb.so: run ./dev deps";
  records::Contract contract =
      Asking({"SELECT sum(x) FROM decisions WHERE late = 1", "SELECT avg(late - p) FROM decisions",
              "SELECT count(*) FROM decisions", "SELECT avg(x) FROM decisions WHERE x < 0"});
  contract.monitor.quality.business[0].higher_is_better = false;
  contract.monitor.quality.business.push_back({"plain", "late", true});
  contract.effect.value = "x";
  const QualityReport report = ScoredWith(contract, kLibrary);
  ASSERT_EQ(report.business.size(), 6U);
  EXPECT_EQ(report.business[0].value, 275 * 274) << "0 + 2 + … + 548";
  EXPECT_FALSE(report.business[0].higher_is_better);
  EXPECT_DOUBLE_EQ(report.business[1].value, 0.25);
  EXPECT_EQ(report.business[2].value, 550);
  EXPECT_TRUE(std::isnan(report.business[3].value)) << "no such row";
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(report.business[i].n, 550U);
    EXPECT_TRUE(std::isnan(report.business[i].lower)) << "no interval is promised";
    EXPECT_EQ(report.business[i].problem, "");
    EXPECT_EQ(report.business[i].level, Level::kClear);
  }
  EXPECT_EQ(report.business[4].name, "plain");
  EXPECT_EQ(report.business[4].value, 0.5);
  EXPECT_EQ(report.business[5].name, "effect");
  EXPECT_TRUE(report.findings.empty());
}

TEST(ScoreWindowSql, WhatCannotBeComputedIsAFindingAndTheOthersStay) {
  if (!data::DuckDbIsThere(kLibrary)) GTEST_SKIP() << "no libduckdb.so: run ./dev deps";
  const QualityReport report =
      ScoredWith(Asking({"SELECT x FROM decisions", "SELECT avg(x) FROM decisions"}), kLibrary);
  ASSERT_EQ(report.business.size(), 2U);
  EXPECT_TRUE(std::isnan(report.business[0].value));
  EXPECT_EQ(report.business[0].level, Level::kWarn);
  EXPECT_EQ(report.business[1].value, 274.5);
  ASSERT_EQ(report.findings.size(), 1U);
  const Finding& finding = report.findings[0];
  EXPECT_EQ(finding.kind, "business");
  EXPECT_EQ(finding.subject, "m0");
  EXPECT_EQ(finding.level, Level::kWarn);
  EXPECT_EQ(finding.what.find("m0 could not be computed: SQL: gives more than one row"), 0U)
      << finding.what;
  EXPECT_EQ(finding.help, "mooring contract show m");
  const auto back = QualityFromStored(ToStored(report));
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->business[0].problem, report.business[0].problem);
}

TEST(ScoreWindowSql, WithoutDuckDbTheWindowIsScoredAllTheSame) {
  const QualityReport report = ScoredWith(Asking({"SELECT 1"}), "/nowhere");
  EXPECT_EQ(report.verdict, "ok");
  ASSERT_EQ(report.business.size(), 1U);
  EXPECT_NE(report.business[0].problem.find("DuckDB's library cannot be loaded"),
            std::string::npos);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].kind, "business");
}

TEST(ScoreWindowSql, AWindowWithoutOutcomesIsNotAsked) {
  const QualityPlan plan = PlanOf(Asking({"SELECT 1"}));
  QualityReport report;
  ScoreWindow(plan, nullptr, plan.NewRows(), report);
  EXPECT_TRUE(report.business.empty());
}

TEST(ScoreWindowSql, MoreTextsThanAreKeptAreSaidToBeTooMany) {
  records::Contract contract = Asking({"SELECT count(DISTINCT who) FROM decisions"});
  Decided decided = Decide(contract, std::vector<double>(DecisionsTable::kMostTexts + 1, 0.5));
  decided.binding->inputs = std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "who", .type = data::Type::kString}}).value());
  decided.inputs = data::Batch(decided.binding->inputs);
  for (std::size_t row = 0; row < decided.rows.size(); ++row) {
    decided.inputs.column(0).AppendText(std::to_string(row));
  }
  decided.inputs.SetRows(decided.rows.size());
  QualityPlan plan(ReferenceOf(contract), decided.Block(), nullptr, kLibrary);
  QualityRows rows = plan.NewRows();
  plan.Append(decided.Block(), rows);
  const auto opened = plan.OpenSql(rows);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), Code::kResourceExhausted);
}

}  // namespace
}  // namespace mooring::monitoring
