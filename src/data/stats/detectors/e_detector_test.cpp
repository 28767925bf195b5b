#include "data/stats/detectors/e_detector.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

#include "base/rng.h"

namespace mooring::data {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

BernoulliEDetector Rates(const EDetectorOptions& options) {
  return BernoulliEDetector::Make(options).value();
}
BoundedEDetector Bounded(const EDetectorOptions& options) {
  return BoundedEDetector::Make(options).value();
}

// The same sums, written from the definition: likelihood ratios of the eight alternative rates.
double EvidenceByDefinition(double m, const std::vector<bool>& values) {
  double mean_of_all = 0;
  for (int j = 0; j < 8; ++j) {
    const double z = 0.05 * std::pow(20, j / 7.0), s = std::sqrt(m * (1 - m));
    const double alternative = m + m * (1 - m) / (m + s / z);
    double sum = 0;
    for (const bool x : values) {
      sum = (1 + sum) * (x ? alternative / m : (1 - alternative) / (1 - m));
    }
    mean_of_all += sum / 8;
  }
  return mean_of_all;
}

TEST(EDetector, IsTheMixtureOfLikelihoodRatios) {
  for (const double m : {0.001, 0.2, 0.7}) {
    BernoulliEDetector detector = Rates({.baseline = m, .alarm_rows = 1e15});
    Rng rng(7);
    std::vector<bool> values;
    for (int i = 0; i < 300; ++i) {
      values.push_back(rng.Uniform() < m * 1.2);
      detector.Add(values.back());
      const double expected = EvidenceByDefinition(m, values);
      ASSERT_NEAR(detector.Evidence(), expected, 1e-10 * expected) << m << " " << i;
    }
  }
}

// The heart of the bound: for 0/1 values the mean evidence after n values of rate exactly m is n.
// Over all 2^12 streams of 12 values, by their probabilities.
TEST(EDetector, MeanEvidenceAfterNValuesIsN) {
  constexpr int kRows = 12;
  const double m = 0.3;
  for (const Direction direction : {Direction::kUp, Direction::kDown, Direction::kBoth}) {
    double mean = 0;
    for (unsigned stream = 0; stream < 1U << kRows; ++stream) {
      BernoulliEDetector detector =
          Rates({.baseline = m, .direction = direction, .alarm_rows = 1e15});
      double probability = 1;
      for (int i = 0; i < kRows; ++i) {
        const bool x = (stream >> i & 1) != 0;
        probability *= x ? m : 1 - m;
        detector.Add(x);
      }
      mean += probability * detector.Evidence();
    }
    EXPECT_NEAR(mean, kRows, 1e-9);
  }
}

// The theorem says at most one alarm per alarm_rows in the mean; here 2,000 values, 500 times.
// The exact number depends on the seed; twice the standard deviation of a count of 500 is 45.
TEST(EDetector, KeepsItsBoundForAnyDistributionOfTheMean) {
  constexpr double kAlarmRows = 2000;
  constexpr int kRows = 1'000'000;
  const auto count = [&](auto draw, const EDetectorOptions& options) {
    BoundedEDetector detector = Bounded(options);
    Rng rng(21);
    int alarms = 0;
    for (int i = 0; i < kRows; ++i) {
      if (detector.Add(draw(rng)) == DetectorState::kDrift) {
        ++alarms;
        detector.Reset();
      }
    }
    return alarms;
  };
  const double most = kRows / kAlarmRows + 45;
  const EDetectorOptions rate = {.baseline = 0.2,
                                 .direction = Direction::kBoth,
                                 .alarm_rows = kAlarmRows,
                                 .warning_rows = 100};
  EXPECT_LT(count([](Rng& rng) { return rng.Uniform() < 0.2 ? 1.0 : 0.0; }, rate), most);
  EDetectorOptions uniform = rate;
  uniform.baseline = 0.5;
  uniform.deviation = std::sqrt(1.0 / 12);
  EXPECT_LT(count([](Rng& rng) { return rng.Uniform(); }, uniform), most);
  // A wrong deviation costs delay, not the bound.
  uniform.deviation = 0.01;
  EXPECT_LT(count([](Rng& rng) { return rng.Uniform(); }, uniform), most);
}

// A family of five on the very same stream, all with five times the threshold of one.
TEST(EDetector, AFamilyWaitsForItsShareOfTheEvidence) {
  BernoulliEDetector one = Rates({.baseline = 0.2});
  BernoulliEDetector of_five = Rates({.baseline = 0.2, .family = 5});
  while (one.Add(true) != DetectorState::kDrift) of_five.Add(true);
  EXPECT_EQ(of_five.Add(true), DetectorState::kWarning);
  EXPECT_NEAR(of_five.Evidence(), one.Evidence() / 5, 1e-6);
}

TEST(EDetector, WarnsBeforeItAlarmsAndThenStandsStillUntilReset) {
  BernoulliEDetector detector = Rates({.baseline = 0.2});
  Rng rng(4);
  for (int i = 0; i < 2000; ++i)
    ASSERT_EQ(detector.Add(rng.Uniform() < 0.19), DetectorState::kStable);
  int warnings = 0, rows = 0;
  for (; detector.Add(rng.Uniform() < 0.4) != DetectorState::kDrift; ++rows) {
    ASSERT_EQ(detector.state() == DetectorState::kWarning, detector.Evidence() >= 1e4);
    warnings += detector.state() == DetectorState::kWarning;
    ASSERT_LT(rows, 1000);
  }
  EXPECT_GT(warnings, 0);
  const double evidence = detector.Evidence();
  EXPECT_GE(evidence, 1e5);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(detector.Add(false), DetectorState::kDrift);
  EXPECT_EQ(detector.Evidence(), evidence);
  detector.Reset();
  EXPECT_EQ(detector.state(), DetectorState::kStable);
  EXPECT_EQ(detector.Evidence(), 0);
}

TEST(EDetector, DirectionsMirrorEachOther) {
  BernoulliEDetector up = Rates({.baseline = 0.3, .reference_rows = 1000});
  BernoulliEDetector down =
      Rates({.baseline = 0.7, .reference_rows = 1000, .direction = Direction::kDown});
  Rng rng(8);
  for (int i = 0; i < 500; ++i) {
    const bool x = rng.Uniform() < 0.35;
    up.Add(x);
    down.Add(!x);
    ASSERT_NEAR(up.Evidence(), down.Evidence(), 1e-9 * up.Evidence());
  }
}

TEST(EDetector, BothDirectionsSeeEither) {
  for (const double rate : {0.1, 0.9}) {
    BernoulliEDetector detector = Rates({.baseline = 0.5, .direction = Direction::kBoth});
    Rng rng(8);
    int rows = 0;
    while (detector.Add(rng.Uniform() < rate) != DetectorState::kDrift) ASSERT_LT(++rows, 60);
  }
}

// Wilson's ends for 1,000 of 5,000 at z = 1.5: statsmodels 0.13.5, proportion_confint.
TEST(EDetector, MarginIsWilsonsForRatesAndOfTheDeviationForOthers) {
  const EDetectorOptions options = {.baseline = 0.2, .reference_rows = 5000};
  EXPECT_NEAR(Rates(options).highest_mean(), 0.2086193852334267, 1e-14);
  EXPECT_NEAR(Rates(options).lowest_mean(), 0.1916504933212237, 1e-14);
  EXPECT_EQ(Rates({.baseline = 0.2}).highest_mean(), 0.2);
  EDetectorOptions scores = options;
  scores.deviation = 0.1;
  const double margin = 1.5 * 0.1 / std::sqrt(5000) + 2.25 / 5000;
  EXPECT_NEAR(Bounded(scores).highest_mean(), 0.2 + margin, 1e-15);
  EXPECT_NEAR(Bounded(scores).lowest_mean(), 0.2 - margin, 1e-15);
}

TEST(EDetector, AMarginLeavesChangesWithinItUnseen) {
  BoundedEDetector detector = Bounded({.baseline = 0.5, .deviation = 0.1, .reference_rows = 100});
  for (int i = 0; i < 200'000; ++i) ASSERT_NE(detector.Add(0.535), DetectorState::kDrift);
}

TEST(EDetector, FlagsThatNeverWereSetAreSeenSoon) {
  BernoulliEDetector nulls = Rates({.baseline = 0, .reference_rows = 5000});
  EXPECT_NEAR(nulls.highest_mean(), 2.25 / 5002.25, 1e-12);
  for (int i = 0; i < 1000; ++i) nulls.Add(false);
  int rows = 1;
  while (nulls.Add(true) != DetectorState::kDrift) ASSERT_LT(++rows, 10);
}

TEST(EDetector, EndsOfTheRangeStayFinite) {
  for (const double baseline : {0.0, 1.0}) {
    for (const double rows : {0.0, 1.0, 1e9}) {
      BoundedEDetector detector =
          Bounded({.baseline = baseline, .reference_rows = rows, .direction = Direction::kBoth});
      for (int i = 0; i < 1000; ++i) detector.Add(i % 7 == 0 ? 1 : 0);
      EXPECT_TRUE(std::isfinite(detector.Evidence())) << baseline << " " << rows;
    }
  }
}

TEST(EDetector, ValuesOutsideAreClippedAndOthersIgnored) {
  BoundedEDetector one = Bounded({.baseline = 0.4}), other = one;
  for (const double x : {0.5, 2.0, -3.0, 1e308, kNan, kInfinity, -kInfinity}) one.Add(x);
  for (const double x : {0.5, 1.0, 0.0, 1.0}) other.Add(x);
  EXPECT_EQ(one.Evidence(), other.Evidence());
}

TEST(EDetector, StateSurvivesAsBytes) {
  for (const Direction direction : {Direction::kUp, Direction::kDown, Direction::kBoth}) {
    const EDetectorOptions options = {.baseline = 0.3, .direction = direction};
    BoundedEDetector whole = Bounded(options), first = whole, second = whole;
    Rng rng(2);
    for (int i = 0; i < 100; ++i) {
      const double x = rng.Uniform();
      whole.Add(x);
      first.Add(x);
    }
    std::array<std::byte, sizeof(EDetectorState)> bytes{};
    std::memcpy(bytes.data(), &first.evidence_state(), bytes.size());
    EDetectorState stored;
    std::memcpy(&stored, bytes.data(), bytes.size());
    ASSERT_TRUE(second.Restore(stored).ok());
    EXPECT_EQ(second.state(), first.state());
    for (int i = 0; i < 100; ++i) {
      const double x = rng.Uniform();
      ASSERT_EQ(whole.Add(x), second.Add(x));
    }
    EXPECT_EQ(whole.Evidence(), second.Evidence());
  }
}

TEST(EDetector, RestoresAnAlarmAndRefusesWhatIsNoEvidence) {
  BoundedEDetector detector = Bounded({.baseline = 0.3});
  while (detector.Add(0.9) != DetectorState::kDrift) {
  }
  BoundedEDetector again = Bounded({.baseline = 0.3});
  ASSERT_TRUE(again.Restore(detector.evidence_state()).ok());
  EXPECT_EQ(again.state(), DetectorState::kDrift);
  for (const double bad : {kNan, -1.0, kInfinity}) {
    EDetectorState damaged = detector.evidence_state();
    damaged.up[3] = bad;
    EXPECT_EQ(again.Restore(damaged).error().code(), Code::kInvalidArgument) << bad;
  }
  EDetectorState down;
  down.down[0] = 1;
  EXPECT_FALSE(again.Restore(down).ok()) << "it looks up only";
}

TEST(EDetector, RefusesOptionsThatMakeNoSense) {
  const EDetectorOptions wrong[] = {
      {.baseline = -0.1},       {.baseline = 1.1},     {.baseline = kNan},
      {.deviation = -1},        {.deviation = 2},      {.reference_rows = -1},
      {.reference_rows = kNan}, {.margin_errors = -1}, {.margin_errors = kNan},
      {.alarm_rows = 1e16},     {.warning_rows = 0.5}, {.alarm_rows = 10, .warning_rows = 11},
      {.alarm_rows = kNan},     {.family = 0.5},       {.family = kNan}};
  for (const EDetectorOptions& options : wrong) {
    EXPECT_EQ(BernoulliEDetector::Make(options).error().code(), Code::kInvalidArgument);
    EXPECT_EQ(BoundedEDetector::Make(options).error().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace mooring::data
