#include "monitoring/quality/quality_window.h"

#include <gtest/gtest.h>

#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

using Fate = QualityWindow::Fate;
constexpr std::chrono::hours kHour{1};

QualityWindow Empty(const records::Contract& contract) {
  const Decided none = Decide(contract, {});
  return QualityWindow({"m", 1},
                       std::make_shared<QualityPlan>(ReferenceOf(contract), none.Block()));
}

records::Outcome Late(Time at, double value = 1) {
  return {.decision = {}, .at = at, .name = "late", .value = value, .text = ""};
}

TEST(QualityWindow, IsFullByRowsAndOverByTime) {
  QualityWindow window = Empty(BinaryContract());
  EXPECT_FALSE(window.Over(kMorning + 100 * kHour)) << "nothing has begun";
  Decided block = Decide(BinaryContract(), std::vector<double>(60, 0.5));
  block.first.ordinal = 7;
  EXPECT_EQ(window.Add(block.Block()), 0U);
  EXPECT_FALSE(window.Full());
  block.first.ordinal = 90;
  block.at = kMorning + Micros(5);
  EXPECT_EQ(window.Add(block.Block()), 60U) << "the place of its first row";
  EXPECT_TRUE(window.Full());
  EXPECT_EQ(window.first(), (DecisionId{1, 1, 7}));
  EXPECT_EQ(window.last(), (DecisionId{1, 1, 149}));
  EXPECT_FALSE(window.Over(kMorning + kHour - Micros(1)));
  EXPECT_TRUE(window.Over(kMorning + kHour));
}

TEST(QualityWindow, AClockThatGoesBackDoesNotShortenIt) {
  QualityWindow window = Empty(BinaryContract());
  Decided block = Decide(BinaryContract(), {0.5});
  for (const int second : {0, 50, 10, -20}) {
    block.at = kMorning + std::chrono::seconds(second);
    window.Add(block.Block());
  }
  EXPECT_EQ(window.start(), kMorning);
  EXPECT_EQ(window.end(), kMorning + std::chrono::seconds(50));
  EXPECT_FALSE(window.Mature(kMorning + 24 * kHour));
  EXPECT_TRUE(window.Mature(kMorning + 24 * kHour + std::chrono::seconds(50)));
}

TEST(QualityWindow, TheNewestFactOfADecisionCounts) {
  QualityWindow window = Empty(BinaryContract());
  Decided block = Decide(BinaryContract(), {0.5, 0.5});
  window.Add(block.Block());
  const Time noon = kMorning + 4 * kHour;
  EXPECT_EQ(window.Learn(0, Late(kMorning - Micros(1))), Fate::kTooEarly);
  EXPECT_EQ(window.Learn(0, Late(noon, 7)), Fate::kNotOurs);
  EXPECT_EQ(window.rows().labelled, 0U);
  EXPECT_EQ(window.Learn(0, Late(noon)), Fate::kTaken);
  EXPECT_EQ(window.Learn(0, Late(noon)), Fate::kSame) << "told twice";
  EXPECT_EQ(window.rows().labelled, 1U);
  EXPECT_EQ(window.Learn(0, Late(kMorning, 0)), Fate::kTaken) << "said later, of an earlier moment";
  EXPECT_EQ(window.rows().truth[0], 0);
  EXPECT_EQ(window.rows().delay_s[0], 0);
  EXPECT_EQ(window.rows().labelled, 1U) << "a row is not counted twice";
  EXPECT_EQ(window.Learn(1, Late(kMorning)), Fate::kTaken) << "known at once is not too early";
  EXPECT_EQ(window.rows().labelled, 2U);
}

TEST(QualityWindow, BeginsAReportWithWhoAndWhen) {
  QualityWindow window = Empty(BinaryContract());
  Decided block = Decide(BinaryContract(), {0.5, 0.5});
  window.Add(block.Block());
  window.Learn(1, Late(kMorning + kHour));
  const QualityReport report = window.Begin(kMorning + 24 * kHour);
  EXPECT_EQ(report.model, "m");
  EXPECT_EQ(report.version, 1U);
  EXPECT_EQ(report.start, kMorning);
  EXPECT_EQ(report.rows, 2U);
  EXPECT_EQ(report.labelled, 1U);
  EXPECT_TRUE(report.mature);
  EXPECT_FALSE(window.Begin(kMorning + 23 * kHour).mature);
}

}  // namespace
}  // namespace mooring::monitoring
