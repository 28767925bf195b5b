#include "data/stats/counts/proportions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/stats/counts/recorded.h"
#include "data/stats/counts/tails.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Off;

Json Recorded(std::string_view name) {
  return recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/" + std::string(name));
}

void ExpectInterval(const Result<Interval>& got, double low, double high, double tolerance) {
  EXPECT_LE(Off(got.value().low, low, 1e-4), tolerance);
  EXPECT_LE(Off(got.value().high, high), tolerance);
}

// statsmodels 0.13.5 proportion_confint at 95 %: [successes, rows, method, low, high].
TEST(Intervals, EqualStatsmodelsAtNinetyFive) {
  const Json file = Recorded("extra.json");
  for (const Json& row : recorded::Items(At(file, "proportion_95"))) {
    const Proportion of{At(row, 0).AsUint().value(), At(row, 1).AsUint().value()};
    const auto method = At(row, 2).AsString().value();
    const double low = Number(At(row, 3)), high = Number(At(row, 4));
    if (method == "wilson") ExpectInterval(WilsonInterval(of), low, high, 1e-12);
    if (method == "beta") ExpectInterval(ClopperPearsonInterval(of), low, high, 1e-9);
  }
}

// The same at other levels and sizes: [successes, rows, confidence, low, high, method].
TEST(Intervals, EqualStatsmodelsAtOtherLevels) {
  const Json file = Recorded("counts.json");
  int met = 0;
  for (const Json& row : recorded::Items(At(At(file, "proportions"), "intervals"))) {
    const Proportion of{At(row, 0).AsUint().value(), At(row, 1).AsUint().value()};
    const double confidence = Number(At(row, 2)), low = Number(At(row, 3)),
                 high = Number(At(row, 4));
    SCOPED_TRACE(std::to_string(of.successes) + " of " + std::to_string(of.rows));
    if (At(row, 5).AsString().value() == "wilson") {
      ExpectInterval(WilsonInterval(of, confidence), low, high, 1e-12);
    } else {
      ExpectInterval(ClopperPearsonInterval(of, confidence), low, high, 1e-9);
    }
    ++met;
  }
  EXPECT_EQ(met, 64);
}

// The recorded vectors, to the digits they were given with.
TEST(Intervals, EqualTheRecordedVectors) {
  struct Case {
    Proportion of;
    double low, high;
  };
  for (const Case& one :
       {Case{{0, 100}, 0, .0370}, {{5, 100}, .0215, .1118}, {{990, 1000}, .9817, .9946}}) {
    EXPECT_NEAR(WilsonInterval(one.of).value().low, one.low, 5e-5);
    EXPECT_NEAR(WilsonInterval(one.of).value().high, one.high, 5e-5);
  }
  EXPECT_NEAR(UpperBoundOfNoEvents(3000).value(), .000998, 5e-7);
  EXPECT_EQ(WilsonInterval({0, 20}).value().low, 0) << "exactly";
  EXPECT_EQ(WilsonInterval({20, 20}).value().high, 1) << "exactly";
}

TEST(Intervals, AreMirroredAndHoldTheShare) {
  for (const std::uint64_t n : {1U, 7U, 100U}) {
    for (std::uint64_t k = 0; k <= n; ++k) {
      for (const auto interval : {WilsonInterval, ClopperPearsonInterval}) {
        const Interval here = interval({k, n}, 0.9).value(),
                       there = interval({n - k, n}, 0.9).value();
        EXPECT_NEAR(here.low, 1 - there.high, 1e-12);
        EXPECT_LE(here.low, static_cast<double>(k) / static_cast<double>(n));
        EXPECT_GE(here.high, static_cast<double>(k) / static_cast<double>(n));
      }
    }
  }
  // With no events the one-sided bound at 97.5 % is the upper end at 95 %.
  EXPECT_NEAR(ClopperPearsonInterval({0, 50}).value().high, UpperBoundOfNoEvents(50, 0.975).value(),
              1e-12);
}

TEST(Intervals, RefuseWhatIsNoShare) {
  EXPECT_EQ(WilsonInterval({0, 0}).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(WilsonInterval({3, 2}).error().message(), "3 successes among 2 rows");
  EXPECT_EQ(UpperBoundOfNoEvents(0).error().code(), Code::kInvalidArgument);
  for (const double confidence : {0.0, 1.0, -1.0, std::nan("")}) {
    EXPECT_FALSE(WilsonInterval({1, 2}, confidence).ok());
    EXPECT_FALSE(ClopperPearsonInterval({1, 2}, confidence).ok());
    EXPECT_FALSE(UpperBoundOfNoEvents(9, confidence).ok());
  }
}

// statsmodels 0.13.5 proportions_ztest: [k, n, l, m, z, two-sided, smaller, larger].
TEST(TwoProportionZ, EqualsStatsmodels) {
  const Json file = Recorded("counts.json");
  for (const Json& row : recorded::Items(At(At(file, "proportions"), "z"))) {
    const auto at = [&row](std::size_t i) { return At(row, i).AsUint().value(); };
    const Proportion first{at(0), at(1)}, second{at(2), at(3)};
    SCOPED_TRACE(std::to_string(at(0)) + " of " + std::to_string(at(1)));
    const TestResult both = TwoProportionZ(first, second).value();
    EXPECT_LE(Off(both.statistic, Number(At(row, 4)), 1e-3), 1e-11);
    // p's own sensitivity: an error of z grows by z itself.
    const double tolerance = 1e-12 * (10 + both.statistic * both.statistic);
    EXPECT_LE(Off(both.p_value, Number(At(row, 5))), tolerance);
    EXPECT_LE(
        Off(TwoProportionZ(first, second, Alternative::kLess).value().p_value, Number(At(row, 6))),
        tolerance);
    EXPECT_LE(Off(TwoProportionZ(first, second, Alternative::kGreater).value().p_value,
                  Number(At(row, 7))),
              tolerance);
  }
}

TEST(TwoProportionZ, SquaredIsChiSquared) {
  // extra.json: [[500, 300], [450, 410]] without Yates.
  const TestResult z = TwoProportionZ({500, 800}, {450, 860}).value();
  EXPECT_NEAR(z.statistic * z.statistic, 17.528056958642942, 1e-12);
  EXPECT_LE(Off(z.p_value, 2.8309907444899384e-05), 1e-12);
}

TEST(TwoProportionZ, HasNothingToSayOfConstants) {
  for (const std::uint64_t k : {0U, 1U}) {
    const TestResult same = TwoProportionZ({k * 10, 10}, {k * 30, 30}).value();
    EXPECT_EQ(same.statistic, 0);
    EXPECT_EQ(same.p_value, 1);
    EXPECT_EQ(TwoProportionZ({k * 10, 10}, {k * 30, 30}, Alternative::kLess).value().p_value, 0.5);
  }
  EXPECT_FALSE(TwoProportionZ({0, 0}, {1, 2}).ok());
  EXPECT_FALSE(TwoProportionZ({1, 2}, {0, 0}).ok());
  EXPECT_FALSE(TwoProportionZ({1, 2}, {3, 2}).ok());
}

// statsmodels 0.13.5 mcnemar: [b, c, exact, chi-squared, its p].
TEST(McNemar, EqualsStatsmodels) {
  const Json file = Recorded("counts.json");
  for (const Json& row : recorded::Items(At(At(file, "proportions"), "mcnemar"))) {
    const std::uint64_t b = At(row, 0).AsUint().value(), c = At(row, 1).AsUint().value();
    SCOPED_TRACE(std::to_string(b) + " : " + std::to_string(c));
    const McNemarTest test = McNemar(b, c);
    EXPECT_LE(Off(test.exact_p, Number(At(row, 2))), 1e-9);
    EXPECT_LE(Off(test.chi_squared, Number(At(row, 3))), 1e-12);
    EXPECT_LE(Off(test.chi_squared_p, Number(At(row, 4))), 1e-12);
    EXPECT_EQ(McNemar(c, b).exact_p, test.exact_p);
    EXPECT_LE(test.mid_p, test.exact_p);
    EXPECT_GE(test.mid_p, 0);
  }
}

TEST(McNemar, EqualsTheRecordedVectors) {
  struct Case {
    std::uint64_t b, c;
    double exact, mid, chi_squared;
  };
  for (const Case& one : {Case{10, 2, .038574, .022461, 5.3333},
                          {25, 15, .15386, .117275, 2.5},
                          {121, 59, 4e-6, 3e-6, 21.3556},
                          {5, 5, 1, .753906, 0},
                          {0, 6, .03125, .015625, 6}}) {
    const McNemarTest test = McNemar(one.b, one.c);
    EXPECT_NEAR(test.exact_p, one.exact, 1e-6);
    EXPECT_NEAR(test.mid_p, one.mid, 1e-6);
    EXPECT_NEAR(test.chi_squared, one.chi_squared, 5e-5);
  }
  const McNemarTest nothing = McNemar(0, 0);
  EXPECT_EQ(nothing.exact_p, 1);
  EXPECT_EQ(nothing.mid_p, 1);
  EXPECT_EQ(nothing.chi_squared, 0);
  EXPECT_EQ(nothing.chi_squared_p, 1);
}

}  // namespace
}  // namespace mooring::data
