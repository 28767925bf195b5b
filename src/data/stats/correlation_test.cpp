#include "data/stats/correlation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "data/stats/counts/recorded.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Numbers;
using recorded::Off;
using V = std::vector<double>;

Json Recorded(std::string_view name) {
  return recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/" + std::string(name));
}

// p falls as (1 - |r|)^(n/2): near 1 the last digit of r is many of p's.
void ExpectSame(const TestResult& got, const Json& due, std::size_t pairs) {
  const double r = Number(At(due, 0)), p = Number(At(due, 1));
  EXPECT_LE(Off(got.statistic, r, 1), 1e-12);
  if (pairs == 2) {
    EXPECT_EQ(got.p_value, 1);
    return;
  }
  if (std::isnan(p)) {
    EXPECT_TRUE(std::isnan(r) && std::isnan(got.p_value));
    return;
  }
  const double off = std::abs(got.statistic - r) + 1e-16, room = std::max(1 - std::abs(r), 1e-16);
  const double tolerance = 1e-12 + 2 * static_cast<double>(pairs) * off / room;
  EXPECT_TRUE(Off(got.p_value, p) <= tolerance || (p == 0 && got.p_value < 1e-15)) << p;
}

// SciPy 1.10.1 pearsonr, spearmanr, kendalltau on inputs in the files.
TEST(Correlation, EqualsSciPy) {
  const Json own = Recorded("counts.json"), extra = Recorded("extra.json");
  const auto expect = [](const Json& one) {
    const V x = Numbers(At(one, "x")), y = Numbers(At(one, "y"));
    SCOPED_TRACE(x.size());
    ExpectSame(PearsonCorrelation(x, y).value(), At(one, "pearson"), x.size());
    ExpectSame(SpearmanCorrelation(x, y).value(), At(one, "spearman"), x.size());
    const TestResult kendall = KendallCorrelation(x, y).value();
    EXPECT_LE(Off(kendall.statistic, Number(At(At(one, "kendall"), 0)), 1), 1e-14);
    EXPECT_LE(Off(kendall.p_value, Number(At(At(one, "kendall"), 1))), 1e-12);
  };
  ASSERT_EQ(recorded::Items(At(own, "correlations")).size(), 18U);
  for (const Json& one : recorded::Items(At(own, "correlations"))) expect(one);
  int met = 0;
  for (const Json& one : recorded::Items(At(extra, "two_samples"))) {
    if (one.Find("pearson") == nullptr) continue;
    expect(one);
    ++met;
  }
  EXPECT_EQ(met, 1);
}

// Pair by pair, the definition of tau-b.
double SlowKendall(const V& x, const V& y) {
  double sum = 0, in_x = 0, in_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int a = (x[i] > x[j]) - (x[i] < x[j]), b = (y[i] > y[j]) - (y[i] < y[j]);
      sum += a * b;
      in_x += a * a;
      in_y += b * b;
    }
  }
  return sum / std::sqrt(in_x * in_y);
}

TEST(Correlation, KendallIsItsDefinitionWithTies) {
  Rng rng(12);
  for (int round = 0; round < 50; ++round) {
    V x(2 + rng.Below(60)), y(x.size());
    for (double& v : x) v = static_cast<double>(rng.Below(8));
    for (double& v : y) v = static_cast<double>(rng.Below(5));
    EXPECT_LE(Off(KendallCorrelation(x, y).value().statistic, SlowKendall(x, y), 1), 1e-14);
  }
}

TEST(Correlation, DoesNotCareForOrderScaleAndSide) {
  Rng rng(6);
  V x(50), y(50);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = rng.Uniform();
    y[i] = x[i] + rng.Uniform();
  }
  V scaled = x, turned = y;
  for (double& v : scaled) v = v * 1e200 + 1e200;
  for (double& v : turned) v = -v;
  for (const auto correlation : {PearsonCorrelation, SpearmanCorrelation, KendallCorrelation}) {
    const TestResult one = correlation(x, y).value();
    EXPECT_NEAR(correlation(y, x).value().statistic, one.statistic, 1e-14);
    EXPECT_NEAR(correlation(scaled, y).value().statistic, one.statistic, 1e-13);
    EXPECT_NEAR(correlation(x, turned).value().statistic, -one.statistic, 1e-14);
    EXPECT_LE(Off(correlation(x, turned).value().p_value, one.p_value), 1e-11);
  }
  V monotone = x;
  for (double& v : monotone) v = std::exp(20 * v);
  EXPECT_EQ(SpearmanCorrelation(x, monotone).value().statistic, 1);
  EXPECT_EQ(KendallCorrelation(x, monotone).value().statistic, 1);
}

TEST(Correlation, HoldsItsCorners) {
  for (const auto correlation : {PearsonCorrelation, SpearmanCorrelation, KendallCorrelation}) {
    const TestResult constant = correlation(V{3, 3, 3}, V{1, 2, 3}).value();
    EXPECT_TRUE(std::isnan(constant.statistic) && std::isnan(constant.p_value));
    EXPECT_NEAR(correlation(V{1, 2}, V{7, 9}).value().statistic, 1, 1e-15);
    EXPECT_EQ(correlation(V{1, 2}, V{7, 9}).value().p_value, 1);
    EXPECT_NEAR(correlation(V{-1e308, 0, 1e308}, V{-1e-310, 0, 1e-310}).value().statistic, 1,
                1e-15);
    EXPECT_FALSE(correlation(V{1}, V{1}).ok());
    EXPECT_FALSE(correlation(V{}, V{}).ok());
    EXPECT_FALSE(correlation(V{1, 2}, V{1, 2, 3}).ok());
    EXPECT_FALSE(correlation(V{1, std::nan("")}, V{1, 2}).ok());
    EXPECT_FALSE(correlation(V{1, 2}, V{std::nan(""), 2}).ok());
  }
  EXPECT_FALSE(PearsonCorrelation(V{1, HUGE_VAL}, V{1, 2}).ok());
  EXPECT_NEAR(SpearmanCorrelation(V{1, HUGE_VAL}, V{1, 2}).value().statistic, 1, 1e-15);
}

// SciPy 1.10.1 contingency.association(method="cramer").
TEST(CramersV, EqualsSciPy) {
  const Json file = Recorded("counts.json");
  int met = 0;
  for (const Json& one : recorded::Items(At(file, "contingency"))) {
    if (one.Find("cramer") == nullptr) continue;
    const V cells = recorded::Cells(At(one, "table"));
    const CountTable table{cells, recorded::Items(At(At(one, "table"), 0)).size()};
    const Json& due = At(one, "cramer");
    const auto got = CramersV(table);
    ASSERT_EQ(got.ok(), !recorded::Refused(due));
    if (!got.ok()) continue;
    EXPECT_LE(Off(got.value().statistic, Number(due)), 1e-12);
    EXPECT_LE(Off(got.value().p_value, Number(At(At(one, "chi_squared_plain"), 1))), 1e-12);
    ++met;
  }
  EXPECT_GE(met, 15);
  EXPECT_NEAR(CramersV({V{5, 0, 0, 7}, 2}).value().statistic, 1, 1e-15);
  EXPECT_TRUE(std::isnan(CramersV({V{5, 7}, 2}).value().statistic));
}

}  // namespace
}  // namespace mooring::data
