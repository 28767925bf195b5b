#include "monitoring/quality/contract_slices.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "monitoring/quality/quality_fixture.h"
#include "monitoring/quality/score_window.h"

namespace mooring::monitoring {
namespace {

// Rows 0 to 99 are "x < 100", 100 to 299 "100 <= x < 300", the rest "x >= 300".
records::Contract Cut(records::OutputRule::Task task = records::OutputRule::Task::kBinary) {
  records::Contract contract = ContractOf(task);
  contract.monitor.slices = {{"x", {100, 300}}};
  return contract;
}

struct Scored {
  QualityPlan plan;
  QualityRows rows;
};

// Honest scores, each true with its probability; `turned` rows say the opposite.
Scored Honest(const records::Contract& contract, std::size_t count, std::size_t turned_from,
              std::size_t turned_to, std::uint64_t seed = 5) {
  QualityRows honest = HonestRows(count, seed);
  for (std::size_t row = turned_from; row < turned_to; ++row) {
    honest.scores[row] = 1 - honest.scores[row];
  }
  const Decided decided = Decide(contract, honest.scores);
  Scored scored{QualityPlan(ReferenceOf(contract), decided.Block()), {}};
  scored.rows = scored.plan.NewRows();
  scored.plan.Append(decided.Block(), scored.rows);
  scored.rows.truth = honest.truth;
  scored.rows.labelled = count;
  return scored;
}

QualityReport ReportOf(const Scored& scored) {
  QualityReport report;
  ScoreWindow(scored.plan, nullptr, scored.rows, report);
  return report;
}

TEST(ContractSlices, EachIsShownWithItsMetricsAndIntervalsGoodOrBad) {
  const QualityReport report = ReportOf(Honest(Cut(), 1000, 0, 0));
  ASSERT_EQ(report.slices.size(), 3U);
  EXPECT_EQ(report.slices[0].slice, "x < 100");
  EXPECT_EQ(report.slices[1].slice, "100 <= x < 300");
  EXPECT_EQ(report.slices[2].slice, "x >= 300");
  EXPECT_EQ(report.slices[0].n, 100U);
  EXPECT_EQ(report.slices[1].n, 200U);
  EXPECT_EQ(report.slices[2].n, 700U);
  for (const SliceQuality& slice : report.slices) {
    EXPECT_FALSE(slice.searched);
    ASSERT_EQ(slice.metrics.size(), report.metrics.size()) << slice.slice;
    EXPECT_EQ(slice.metrics[0].name, "log_loss");
    EXPECT_EQ(slice.value, slice.metrics[0].value);
    EXPECT_LT(slice.metrics[0].lower, slice.value);
    EXPECT_GT(slice.metrics[0].upper, slice.value);
    EXPECT_NEAR(slice.loss, slice.value, 1e-12);
    EXPECT_GT(slice.q_value, 0.05);
  }
}

// The metrics of a slice are those of a window of just its rows.
TEST(ContractSlices, ASlicesMetricsAreThoseOfItsRowsAlone) {
  const Scored all = Honest(Cut(), 1000, 0, 0);
  const QualityReport report = ReportOf(all);
  Scored alone = Honest(BinaryContract(), 1000, 0, 0);
  QualityRows& rows = alone.rows;
  const auto cut = [](auto& column) { column.erase(column.begin() + 300, column.end()); };
  cut(rows.scores);
  cut(rows.amounts);
  cut(rows.truth);
  cut(rows.delay_s);
  const auto drop = [](auto& column) { column.erase(column.begin(), column.begin() + 100); };
  drop(rows.scores);
  drop(rows.amounts);
  drop(rows.truth);
  drop(rows.delay_s);
  rows.labelled = 200;
  const QualityReport of_slice = ReportOf(alone);
  EXPECT_TRUE(of_slice.slices.empty());
  const std::vector<MetricValue>& metrics = report.slices[1].metrics;
  ASSERT_EQ(metrics.size(), of_slice.metrics.size());
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    EXPECT_EQ(metrics[i].name, of_slice.metrics[i].name);
    EXPECT_EQ(metrics[i].value, of_slice.metrics[i].value) << metrics[i].name;
    EXPECT_EQ(metrics[i].lower, of_slice.metrics[i].lower) << metrics[i].name;
    EXPECT_EQ(metrics[i].upper, of_slice.metrics[i].upper) << metrics[i].name;
    EXPECT_EQ(metrics[i].n, 200U);
  }
}

TEST(ContractSlices, ABadSliceIsSignificantAndTheOthersAreNot) {
  const QualityReport report = ReportOf(Honest(Cut(), 1000, 100, 300));
  ASSERT_EQ(report.slices.size(), 3U);
  EXPECT_GT(report.slices[0].q_value, 0.05);
  EXPECT_LT(report.slices[1].q_value, 1e-6);
  EXPECT_GT(report.slices[1].lower, 0);  // of the difference
  EXPECT_GT(report.slices[2].q_value, 0.05);
}

// Three slices a window at q 0.05: chance alone finds one in a twentieth of the windows at most.
TEST(ContractSlices, LookingAtManyFindsNoMoreByChance) {
  int windows = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Scored scored = Honest(Cut(), 600, 0, 0, seed);
    const QualityReport report = ReportOf(scored);
    windows += std::ranges::any_of(report.slices, [](const auto& s) { return s.q_value <= 0.05; });
  }
  EXPECT_LE(windows, 32);  // 20 are expected at most; 32 is 2.8 deviations more
}

TEST(ContractSlices, EveryFamilyLookedAtTakesItsShareOfTheBound) {
  const Scored scored = Honest(Cut(), 1000, 100, 300);
  const std::vector<double> losses = [&] {
    std::vector<double> values;
    for (std::size_t row = 0; row < 1000; ++row) {
      values.push_back(row >= 100 && row < 160 ? 1.2 + 0.001 * double(row % 7)
                                               : 1 + 0.5 * double(row % 3));
    }
    return values;
  }();
  const auto alone = ScoreContractSlices(scored.plan, scored.rows, losses, 0);
  const auto beside = ScoreContractSlices(scored.plan, scored.rows, losses, 2);
  ASSERT_EQ(alone.size(), beside.size());
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_DOUBLE_EQ(beside[i].q_value, std::min(1.0, 3 * alone[i].q_value));
  }
}

TEST(ContractSlices, FewOrUnlabelledRowsAreNotCompared) {
  Scored scored = Honest(Cut(), 1000, 0, 0);
  for (std::size_t row = 0; row < 300; ++row) {
    const bool keeps = row < 20;
    if (!keeps) scored.rows.truth[row] = std::nan("");
  }
  scored.rows.labelled = 720;
  const QualityReport report = ReportOf(scored);
  ASSERT_EQ(report.slices.size(), 2U);  // the middle one has no outcomes yet
  EXPECT_EQ(report.slices[0].n, 20U);
  EXPECT_TRUE(std::isnan(report.slices[0].q_value));
  EXPECT_FALSE(std::isnan(report.slices[0].value));
  EXPECT_EQ(report.slices[1].slice, "x >= 300");
  EXPECT_TRUE(std::isnan(report.slices[1].q_value));  // 20 rows outside of it
}

TEST(ContractSlices, RegressionsHaveThemToo) {
  records::Contract contract = Cut(records::OutputRule::Task::kRegression);
  const Scored scored = Honest(contract, 1000, 0, 0);
  const QualityReport report = ReportOf(scored);
  ASSERT_EQ(report.slices.size(), 3U);
  EXPECT_EQ(report.slices[0].metrics[0].name, "mae");
  EXPECT_LT(report.slices[0].metrics[0].lower, report.slices[0].metrics[0].upper);
}

TEST(ContractSlices, WhatWasLearnedAtRegistrationComesBeforeTheContractsCuts) {
  const records::Contract contract = Cut();
  auto reference = std::make_shared<Reference>(*ReferenceOf(contract));
  const auto bins = std::make_shared<const data::FrozenBins>();
  reference->learned.slices.push_back(
      {.slice = {.column = "x", .from = 10, .to = 20, .of_numbers = true},
       .profile = data::BatchProfile(bins)});
  const QualityPlan plan(reference, Decide(contract, {0.5}).Block());
  EXPECT_EQ(plan.slices(), std::vector<std::string>{"10 <= x < 20"});
  EXPECT_TRUE(PlanOf(BinaryContract()).slices().empty());
}

TEST(ContractSlices, ASliceIsNotSaidTwice) {
  std::vector<SliceQuality> slices = {{.slice = "origin=ATL"}};
  AddFound({{.slice = "origin=ATL", .searched = true}, {.slice = "hour > 9", .searched = true}},
           slices);
  ASSERT_EQ(slices.size(), 2U);
  EXPECT_FALSE(slices[0].searched);
  EXPECT_EQ(slices[1].slice, "hour > 9");
}

}  // namespace
}  // namespace mooring::monitoring
