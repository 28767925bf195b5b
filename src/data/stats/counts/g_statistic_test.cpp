#include "data/stats/counts/g_statistic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "data/stats/counts/recorded.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Numbers;
using recorded::Off;

Json Recorded(std::string_view name) {
  return recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/" + std::string(name));
}

// SciPy sums terms of the size of the counts, so its own statistic is good to some 1e-16 of their
// sum; p follows with the statistic's own error.
void ExpectSame(const Result<CountTest>& got, const Json& due, double sum) {
  ASSERT_EQ(got.ok(), !recorded::Refused(due));
  if (!got.ok()) return;
  const double statistic = Number(At(due, 0)), rounding = 4e-16 * sum;
  EXPECT_LE(Off(got.value().statistic, statistic), 1e-12 + rounding / std::max(statistic, 1e-300));
  if (got.value().dof == 0) return;
  EXPECT_LE(Off(got.value().p_value, Number(At(due, 1))),
            1e-12 * std::max(1.0, statistic) + rounding);
}

double Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x;
  return sum;
}

TEST(GTest, EqualsSciPyOnOneSample) {
  const Json file = Recorded("counts.json");
  for (const Json& one : recorded::Items(At(file, "one_way"))) {
    const std::vector<double> observed = Numbers(At(one, "observed"));
    SCOPED_TRACE(testing::PrintToString(observed));
    ExpectSame(GTest(observed, Numbers(At(one, "expected")), At(one, "fitted").AsUint().value()),
               At(one, "g"), Sum(observed));
  }
}

TEST(GTest, EqualsSciPyOnTables) {
  const Json own = Recorded("counts.json"), extra = Recorded("extra.json");
  for (const Json* file : {&own, &extra}) {
    for (const Json& one : recorded::Items(At(*file, "contingency"))) {
      const std::vector<double> cells = recorded::Cells(At(one, "table"));
      SCOPED_TRACE(testing::PrintToString(cells));
      const CountTable table{cells, recorded::Items(At(At(one, "table"), 0)).size()};
      if (file == &own) ExpectSame(GTestContingency(table), At(one, "g_yates"), Sum(cells));
      const Result<CountTest> plain = GTestContingency(table, false);
      if (const Json* exact = one.Find("g_exact")) {  // from 60-digit decimals
        EXPECT_LE(Off(plain.value().statistic, Number(*exact)), 1e-12);
      }
      ExpectSame(plain, At(one, file == &own ? "g_plain" : "g"), Sum(cells));
    }
  }
}

// Near equality G is chi-squared: for counts of 10^12 that differ by d, 2 d^2 / (2 10^12) each.
TEST(GTest, KeepsItsDigitsOnBigCounts) {
  const std::vector<double> counts = {1e12 + 1000, 1e12 - 1000};
  EXPECT_LE(Off(GTest(counts).value().statistic, 2e-6), 1e-9);
  const std::vector<double> cells = {1e12 + 1000, 1e12 - 1000, 1e12 - 1000, 1e12 + 1000};
  EXPECT_LE(Off(GTestContingency({cells, 2}, false).value().statistic, 4e-6), 1e-9);
}

TEST(GTest, HoldsItsCorners) {
  using V = std::vector<double>;
  EXPECT_EQ(GTest(V{5, 5}).value().statistic, 0);
  EXPECT_EQ(GTest(V{5, 5}).value().p_value, 1);
  EXPECT_EQ(GTest(V{9, 1}, V{10, 0}).value().statistic, HUGE_VAL);
  EXPECT_EQ(GTest(V{9, 1}, V{10, 0}).value().p_value, 0);
  EXPECT_EQ(GTest(V{7}).value().p_value, 1) << "dof 0";
  EXPECT_FALSE(GTest(V{}).ok());
  EXPECT_FALSE(GTest(V{0, 0}).ok());
  EXPECT_FALSE(GTest(V{1, 2}, V{1, 3}).ok());
  EXPECT_FALSE(GTestContingency({V{0, 1, 0, 1}, 2}).ok());
}

// Nested groupings add up: of {a, b, c} it is that of {a + b, c} and that of {a, b} within.
TEST(GTest, PartsAddUp) {
  Rng rng(2);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> t(6);
    for (double& cell : t) cell = static_cast<double>(1 + rng.Below(100));
    const double whole = GTestContingency({t, 3}, false).value().statistic;
    const std::vector<double> joined = {t[0] + t[1], t[2], t[3] + t[4], t[5]};
    const std::vector<double> within = {t[0], t[1], t[3], t[4]};
    EXPECT_NEAR(GTestContingency({joined, 2}, false).value().statistic +
                    GTestContingency({within, 2}, false).value().statistic,
                whole, 1e-10);
  }
}

}  // namespace
}  // namespace mooring::data
