#include "monitoring/quality/table_quality.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

using data::Type;

data::Batch Table(Type type) {
  auto schema =
      data::Schema::Make({{.name = "said", .type = type}, {.name = "came", .type = type}});
  return data::Batch(std::make_shared<const data::Schema>(std::move(schema).value()));
}

data::Batch Numbers(const std::vector<std::pair<double, double>>& rows) {
  data::Batch table = Table(Type::kFloat64);
  for (const auto& [said, came] : rows) {
    table.column(0).Append(said);
    table.column(1).Append(came);
  }
  table.SetRows(rows.size());
  return table;
}

data::Batch Texts(const std::vector<std::pair<std::string, std::string>>& rows) {
  data::Batch table = Table(Type::kString);
  for (const auto& [said, came] : rows) {
    table.column(0).AppendText(said);
    table.column(1).AppendText(came);
  }
  table.SetRows(rows.size());
  return table;
}

// 200 rows; `right` of ten are said with 0.75 what came, the others with 0.25.
data::Batch Scores(int right) {
  std::vector<std::pair<double, double>> rows;
  for (int i = 0; i < 200; ++i) {
    const double came = i % 2, sure = i / 2 % 10 < right ? 0.75 : 0.25;
    rows.emplace_back(came == 1 ? sure : 1 - sure, came);
  }
  return Numbers(rows);
}

const OutcomeColumns kColumns{"said", "came"};

const MetricValue& Named(const QualityReport& report, std::string_view name) {
  for (const MetricValue& metric : report.metrics) {
    if (metric.name == name) return metric;
  }
  ADD_FAILURE() << "no metric " << name;
  return report.metrics.front();
}

TEST(TableQuality, BinaryOutcomesAreSeenByTheirValues) {
  const auto report = QualityOfTable(Scores(8), kColumns, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->task, "binary");
  EXPECT_EQ(report->verdict, "ok");
  EXPECT_EQ(report->metrics.front().name, "log_loss");
  // Of ten rows eight lose -ln 0.75 and two -ln 0.25.
  EXPECT_NEAR(Named(*report, "log_loss").value, -0.8 * std::log(0.75) - 0.2 * std::log(0.25),
              1e-12);
  EXPECT_NEAR(Named(*report, "brier").value, 0.8 * 0.0625 + 0.2 * 0.5625, 1e-12);
  // Two scores: a pair is ordered with .8 * .8, tied with 2 * .8 * .2.
  EXPECT_NEAR(Named(*report, "roc_auc").value, 0.64 + 0.16, 1e-12);
  EXPECT_NEAR(Named(*report, "accuracy").value, 0.8, 1e-12);
  EXPECT_NEAR(Named(*report, "f1").value, 0.8, 1e-12);
  for (const MetricValue& metric : report->metrics) {
    EXPECT_LT(metric.lower, metric.value) << metric.name;
    EXPECT_GT(metric.upper, metric.value) << metric.name;
    EXPECT_EQ(metric.n, 200u);
  }
  // Wilson of 160 of 200, from its formula: centre 0.794346, half 0.055226.
  EXPECT_NEAR(Named(*report, "accuracy").lower, 0.739, 0.001);
  EXPECT_NEAR(Named(*report, "accuracy").upper, 0.850, 0.001);
  EXPECT_NEAR(report->calibration.error, 0.05, 1e-9);  // 0.75 says what 0.8 does
}

TEST(TableQuality, EveryClassIsShownHoweverRare) {
  std::vector<std::pair<std::string, std::string>> rows(95, {"on time", "on time"});
  rows.resize(100, {"on time", "late"});
  const auto report = QualityOfTable(Texts(rows), kColumns, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->task, "multiclass");
  EXPECT_NEAR(Named(*report, "accuracy").value, 0.95, 1e-12);
  ASSERT_EQ(report->classes.size(), 2u);
  EXPECT_EQ(report->classes[0].label, "late");
  EXPECT_EQ(report->classes[0].support, 5u);
  EXPECT_EQ(report->classes[0].recall, 0);
  EXPECT_TRUE(std::isnan(report->classes[0].precision));  // never said
  EXPECT_GT(report->classes[0].recall_upper, 0.3);        // of five rows little is known
  EXPECT_EQ(report->confusion.labels, (std::vector<std::string>{"late", "on time"}));
  EXPECT_EQ(report->confusion.counts, (std::vector<std::vector<std::uint64_t>>{{0, 5}, {0, 95}}));
}

TEST(TableQuality, OtherNumbersAreRegression) {
  std::vector<std::pair<double, double>> rows;
  for (int i = 0; i < 100; ++i) rows.emplace_back(i + (i % 2 == 0 ? 3 : -1), i);
  const auto report = QualityOfTable(Numbers(rows), kColumns, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->task, "regression");
  EXPECT_NEAR(Named(*report, "mae").value, 2, 1e-12);
  EXPECT_NEAR(Named(*report, "rmse").value, std::sqrt(5.0), 1e-12);
  EXPECT_NEAR(Named(*report, "mean_error").value, 1, 1e-12);
  EXPECT_NEAR(Named(*report, "wape").value, 200.0 / 4950, 1e-12);
  EXPECT_GT(Named(*report, "r2").value, 0.99);
  EXPECT_TRUE(report->classes.empty());
}

TEST(TableQuality, WorseThanTheReferenceIsAFinding) {
  const data::Batch before = Scores(9), now = Scores(6);
  const auto report = QualityOfTable(now, kColumns, &before);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->verdict, "worse");
  EXPECT_EQ(report->metrics.front().level, Level::kAlert);
  EXPECT_TRUE(report->reason.starts_with("log_loss became worse")) << report->reason;
  ASSERT_FALSE(report->findings.empty());
  EXPECT_LT(report->findings.front().p_value, 0.00135);
  const auto same = QualityOfTable(before, kColumns, &before);
  EXPECT_EQ(same->verdict, "ok");
  EXPECT_TRUE(same->findings.empty());
  const auto better = QualityOfTable(before, kColumns, &now);
  EXPECT_EQ(better->verdict, "ok");
  EXPECT_TRUE(better->findings.empty());
}

TEST(TableQuality, RowsWithoutAnOutcomeAreCountedAndLeftOut) {
  data::Batch table = Table(Type::kFloat64);
  for (int i = 0; i < 60; ++i) {
    table.column(0).Append(0.5 + 0.01 * (i % 3));
    i < 20 ? table.column(1).AppendNull() : table.column(1).Append(double(i % 2));
  }
  table.SetRows(60);
  const auto report = QualityOfTable(table, kColumns, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->rows, 60u);
  EXPECT_EQ(report->labelled, 40u);
  EXPECT_NEAR(report->coverage(), 2.0 / 3, 1e-12);
}

TEST(TableQuality, FewOutcomesAreNotJudged) {
  const data::Batch before = Scores(9);
  const auto few = QualityOfTable(Numbers({{0.1, 1}, {0.9, 0}}), kColumns, &before);
  ASSERT_TRUE(few.ok());
  EXPECT_EQ(few->verdict, "not_enough_data");
  const auto none = QualityOfTable(Numbers({}), kColumns, nullptr);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->verdict, "not_enough_data");
  const auto one_class = QualityOfTable(Numbers({{0.5, 1}}), kColumns, nullptr);
  EXPECT_TRUE(std::isnan(Named(*one_class, "roc_auc").value));
}

TEST(TableQuality, RefusesWhatDoesNotGoTogether) {
  const data::Batch scores = Scores(9);
  EXPECT_EQ(QualityOfTable(scores, {"absent", "came"}, nullptr).error().code(), Code::kNotFound);
  const data::Batch texts = Texts({{"a", "b"}});
  EXPECT_EQ(QualityOfTable(scores, kColumns, &texts).error().code(), Code::kInvalidArgument);
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 1001; ++i) many.emplace_back(std::to_string(i), "x");
  EXPECT_EQ(QualityOfTable(Texts(many), kColumns, nullptr).error().code(), Code::kInvalidArgument);
}

TEST(TableQuality, TheSameRowsGiveTheSameFigures) {
  const auto one = QualityOfTable(Scores(7), kColumns, nullptr);
  const auto two = QualityOfTable(Scores(7), kColumns, nullptr);
  for (std::size_t i = 0; i < one->metrics.size(); ++i) {
    EXPECT_EQ(one->metrics[i].lower, two->metrics[i].lower) << one->metrics[i].name;
  }
}

}  // namespace
}  // namespace mooring::monitoring
