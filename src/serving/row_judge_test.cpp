#include "serving/row_judge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/io/simulated_file_system.h"
#include "serving/reasons.h"
#include "serving/served_for_tests.h"
#include "serving/stop_limits/limit_set.h"

namespace mooring::serving {
namespace {

using records::FallbackStep;
using records::KillScope;
using records::RowDecision;
using records::Verdict;
using testing::AddingPredictor;
using testing::ContractOf;
using testing::FloatInputs;
using testing::Input;
using Kind = FallbackStep::Kind;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Version 2 says x, the version before it x + base.
struct RowJudgeTest : ::testing::Test {
  RowJudgeTest() : contract(ContractOf({Input("x", data::Type::kFloat64)})) {
    CHECK(files.MakeDirectories("data").ok());
    KillSwitch::Options options;
    options.files = &files;
    options.clock = &clock;
    options.list_file = "data/kills.json";
    kills.emplace(std::move(options));
    kills->Open();
  }

  std::shared_ptr<const ServedVersion> Version(VersionNumber number, double base) {
    return testing::Serve(contract, std::make_shared<AddingPredictor>(FloatInputs({"x"}), base),
                          number)
        .value();
  }
  void Serve(std::optional<double> previous_base) {
    served = Version(2, 0);
    ServedModel model;
    model.name = "m";
    model.champion = served;
    model.versions[2] = served;
    if (previous_base) model.previous = model.versions[1] = Version(1, *previous_base);
    snapshot.models["m"] = std::move(model);
  }
  RowDecision Judge(double score) {
    data::Batch row(served->shape->schema());
    row.column(0).Append(score);
    row.SetRows(1);
    trace.Clear();
    const JudgedBy by{&serving, served.get(), &row, "shop", &*kills, &limits, &controls};
    return RowJudge(by, trace).Judge(score, 0);
  }
  void Kill(const KillScope& scope) {
    kills->Throw(scope, {"anna"}, "", [](const Result<records::Kill>& kill) { CHECK(kill.ok()); });
  }

  SimulatedFileSystem files;
  SimulatedClock clock;
  std::optional<KillSwitch> kills;
  LimitLedger ledger{{.clock = &clock}};
  const StopLimits limits{ledger};
  const LimitControls controls;
  records::Contract contract;
  std::shared_ptr<const ServedVersion> served;
  Snapshot snapshot;
  int asked = 0;  // how often the snapshot was taken
  const std::function<std::shared_ptr<const Snapshot>()> serving = [this] {
    ++asked;
    return std::make_shared<const Snapshot>(snapshot);
  };
  JudgedTrace trace;
};

TEST_F(RowJudgeTest, GoesDownTheFallbackChain) {
  contract.output.max = 10;
  contract.fallback = {{Kind::kPrevious, 0}, {Kind::kConstant, 4}};
  struct Row {
    std::optional<double> previous_base;
    double score;
    std::vector<VersionNumber> sources;
  };
  for (const Row& row :
       {Row{-8, 3, {1}}, Row{std::nullopt, 4, {}}, Row{kNan, 4, {}}, Row{1, 4, {}}}) {
    Serve(row.previous_base);
    const RowDecision decision = Judge(11);
    EXPECT_EQ(decision.verdict, Verdict::kFallback);
    EXPECT_EQ(decision.score, row.score);
    EXPECT_EQ(ReasonName(decision.reason), "score_above_max");  // why, not how
    EXPECT_EQ(trace.sources, row.sources);
  }
  contract.fallback = {{Kind::kDeny, 0}, {Kind::kConstant, 4}};
  Serve(-8);
  const RowDecision denied = Judge(11);
  EXPECT_EQ(denied.verdict, Verdict::kDeny);
  EXPECT_TRUE(std::isnan(denied.score));
}

TEST_F(RowJudgeTest, TellsOfALimitOnceHoweverManyStepsItStopped) {
  records::LimitRule rule;
  rule.name = "low";
  rule.kind = records::LimitKind::kBound;
  rule.max = data::Decimal(5);
  rule.then = records::LimitAction::kFallback;
  records::LimitRule other = rule;
  other.name = "lower";
  other.max = data::Decimal(3);
  contract.limits = {rule, other};
  contract.fallback = {{Kind::kPrevious, 0}, {Kind::kConstant, 4}, {Kind::kConstant, 2}};
  Serve(1);
  const RowDecision decision = Judge(9);  // 9 and 10 meet both, 4 one of them, 2 none
  EXPECT_EQ(decision.verdict, Verdict::kFallback);
  EXPECT_EQ(decision.score, 2);
  std::vector<std::string> hit;
  for (const records::LimitHit& one : trace.note.hits) hit.push_back(one.limit);
  EXPECT_EQ(hit, (std::vector<std::string>{"low", "lower"}));
}

// Budgets are told to callers: what a fixed value spends says nothing of what the model had said.
TEST_F(RowJudgeTest, AFixedValueSpendsItselfAndNotWhatTheModelSaid) {
  ASSERT_FALSE(contract.output.name.empty());
  records::LimitRule bound;
  bound.name = "low";
  bound.kind = records::LimitKind::kBound;
  bound.max = data::Decimal(5);
  bound.then = records::LimitAction::kFallback;
  records::LimitRule sum;
  sum.name = "all";
  sum.kind = records::LimitKind::kSum;
  sum.quantity = contract.output.name;
  sum.window.kind = records::LimitWindow::Kind::kLifetime;
  sum.max = data::Decimal(100);
  contract.limits = {bound, sum};
  contract.fallback = {{Kind::kConstant, 4}};
  Serve(std::nullopt);
  EXPECT_EQ(Judge(9).score, 4);
  ASSERT_EQ(trace.note.deltas.size(), 1U);
  EXPECT_EQ(trace.note.deltas[0].op, records::LimitOp::kSpend);
  EXPECT_EQ(trace.note.deltas[0].amount, 4'000'000);
}

TEST_F(RowJudgeTest, WhatIsKilledSaysNothingAndTheChainAnswers) {
  contract.fallback = {{Kind::kPrevious, 0}, {Kind::kConstant, 4}};
  Serve(100);
  EXPECT_EQ(Judge(3).verdict, Verdict::kAdmit);
  EXPECT_EQ(trace.sources, std::vector<VersionNumber>{2});
  Kill({KillScope::Kind::kVersion, "m", 2});
  RowDecision decision = Judge(3);
  EXPECT_EQ(decision.verdict, Verdict::kFallback);
  EXPECT_EQ(decision.score, 103) << "the version before is not stopped";
  EXPECT_EQ(ReasonName(decision.reason), "killed");
  EXPECT_EQ(trace.sources, std::vector<VersionNumber>{1});
  Kill({KillScope::Kind::kModel, "m"});
  decision = Judge(3);
  EXPECT_EQ(decision.score, 4) << "a constant is nobody's opinion";
  EXPECT_EQ(decision.verdict, Verdict::kFallback);
  EXPECT_TRUE(trace.sources.empty());
}

TEST_F(RowJudgeTest, LooksWhatServesOnlyWhenAnotherVersionIsAsked) {
  contract.output.max = 10;
  contract.fallback = {{Kind::kPrevious, 0}, {Kind::kConstant, 4}};
  Serve(-8);
  data::Batch rows(served->shape->schema());
  for (const double x : {3, 11, 12}) rows.column(0).Append(x);
  rows.SetRows(3);
  const JudgedBy by{&serving, served.get(), &rows, "shop", &*kills};
  RowJudge judge(by, trace);
  EXPECT_EQ(judge.Judge(3, 0).verdict, Verdict::kAdmit);
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(judge.Judge(11, 1).score, 3);
  EXPECT_EQ(judge.Judge(12, 2).score, 4);
  EXPECT_EQ(asked, 1) << "one snapshot for all rows of a request";
}

TEST_F(RowJudgeTest, KilledWithoutAChainIsDenied) {
  Serve(100);
  Kill({KillScope::Kind::kCaller, "", 0, "", "shop"});
  const RowDecision decision = Judge(3);
  EXPECT_EQ(decision.verdict, Verdict::kDeny);
  EXPECT_TRUE(std::isnan(decision.score));
  EXPECT_EQ(decision.amount_minor, 0);
  EXPECT_TRUE(IsOfLimits(decision.reason));
}

TEST_F(RowJudgeTest, StopsTheRowsOfASegmentOnly) {
  Serve(std::nullopt);
  Kill({KillScope::Kind::kSegment, "m", 0, "x > 5"});
  EXPECT_EQ(Judge(5).verdict, Verdict::kAdmit);
  EXPECT_EQ(Judge(6).verdict, Verdict::kDeny);
}

}  // namespace
}  // namespace mooring::serving
