#include "monitoring/quality/loss_stream.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;

// Scores uniform in [0.1, 0.5]; truth with that probability, and `more` beside.
struct Outcomes {
  explicit Outcomes(std::uint64_t seed) : rng(seed) {}
  std::pair<double, double> Next(double more) {
    const double score = 0.1 + 0.4 * rng.Uniform();
    return {score, rng.Uniform() < score + more ? 1.0 : 0.0};
  }
  Rng rng;
};

QualityReference Reference(Task task) {
  QualityRows rows;
  Outcomes outcomes(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto [score, truth] = outcomes.Next(0);
    rows.scores.push_back(score);
    rows.truth.push_back(task == Task::kRegression ? score + truth : truth);
  }
  rows.labelled = rows.truth.size();
  const std::vector<std::string> classes =
      task == Task::kRegression ? std::vector<std::string>() : std::vector<std::string>{"0", "1"};
  return QualityReference::Learn(task, classes, task == Task::kBinary, rows, "holdout").value();
}

TEST(LossStream, SaysNothingWhileNothingHasChanged) {
  const QualityReference reference = Reference(Task::kBinary);
  int alarms = 0;
  for (std::uint64_t seed = 10; seed < 15; ++seed) {
    auto stream = LossStream::Of(Task::kBinary, reference);
    ASSERT_TRUE(stream);
    Outcomes outcomes(seed);
    for (int i = 0; i < 20'000; ++i) {
      const auto [score, truth] = outcomes.Next(0);
      alarms += stream->Add(score, truth) ? 1 : 0;
    }
  }
  EXPECT_EQ(alarms, 0);
}

TEST(LossStream, ARiseIsAnAlarmOnce) {
  auto stream = LossStream::Of(Task::kBinary, Reference(Task::kBinary));
  ASSERT_TRUE(stream);
  Outcomes outcomes(3);
  int alarms = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto [score, truth] = outcomes.Next(0.4);
    alarms += stream->Add(score, truth) ? 1 : 0;
  }
  EXPECT_EQ(alarms, 1);
  EXPECT_LT(stream->outcomes(), 1000U);
  const Finding finding = stream->Alarm("price");
  EXPECT_EQ(finding.kind, "sequential");
  EXPECT_TRUE(finding.certain);
  EXPECT_GE(finding.value, LossStream::kAlarmRows);
  EXPECT_NE(finding.help.find("route rollback price"), std::string::npos);
}

TEST(LossStream, NumbersHaveALossToo) {
  auto stream = LossStream::Of(Task::kRegression, Reference(Task::kRegression));
  ASSERT_TRUE(stream);
  int alarms = 0;
  for (int i = 0; i < 2000; ++i) alarms += stream->Add(1, 3) ? 1 : 0;
  EXPECT_EQ(alarms, 1);
  EXPECT_FALSE(stream->Add(std::nan(""), 1));
}

TEST(LossStream, ClassesHaveNone) {
  EXPECT_FALSE(LossStream::Of(Task::kMulticlass, Reference(Task::kBinary)));
}

}  // namespace
}  // namespace mooring::monitoring
