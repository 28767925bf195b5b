#include "data/stats/counts/chi_squared.h"

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

// [statistic, p, dof] as SciPy 1.10.1 has them, or its refusal.
void ExpectSame(const Result<CountTest>& got, const Json& due) {
  ASSERT_EQ(got.ok(), !recorded::Refused(due));
  if (!got.ok()) return;
  EXPECT_LE(Off(got.value().statistic, Number(At(due, 0))), 1e-12);
  EXPECT_LE(Off(got.value().p_value, Number(At(due, 1))), 1e-12);
  EXPECT_EQ(got.value().dof, At(due, 2).AsUint().value());
}

TEST(ChiSquared, EqualsSciPyOnOneSample) {
  const Json file = Recorded("counts.json");
  for (const Json& one : recorded::Items(At(file, "one_way"))) {
    const std::vector<double> observed = Numbers(At(one, "observed"));
    SCOPED_TRACE(testing::PrintToString(observed));
    const Result<CountTest> got =
        ChiSquared(observed, Numbers(At(one, "expected")), At(one, "fitted").AsUint().value());
    const Json& due = At(one, "chi_squared");
    ASSERT_EQ(got.ok(), !recorded::Refused(due));
    if (!got.ok()) continue;
    EXPECT_LE(Off(got.value().statistic, Number(At(due, 0))), 1e-12);
    if (got.value().dof == 0) continue;  // SciPy: NaN
    EXPECT_LE(Off(got.value().p_value, Number(At(due, 1))), 1e-12);
  }
}

TEST(ChiSquared, EqualsSciPyOnTables) {
  const Json own = Recorded("counts.json"), extra = Recorded("extra.json");
  std::size_t met = 0;
  for (const Json* file : {&own, &extra}) {
    for (const Json& one : recorded::Items(At(*file, "contingency"))) {
      const std::vector<double> cells = recorded::Cells(At(one, "table"));
      SCOPED_TRACE(testing::PrintToString(cells));
      const CountTable table{cells, recorded::Items(At(At(one, "table"), 0)).size()};
      const bool is_own = file == &own;
      ExpectSame(ChiSquaredContingency(table),
                 At(one, is_own ? "chi_squared_yates" : "chi2_yates"));
      ExpectSame(ChiSquaredContingency(table, false),
                 At(one, is_own ? "chi_squared_plain" : "chi2_plain"));
      ++met;
    }
  }
  EXPECT_EQ(met, 21U + 8U);
}

// extra.json's one-way tests of a table's second row beside its first, scaled.
TEST(ChiSquared, EqualsSciPyOnAReferenceTakenAsExact) {
  const Json file = Recorded("extra.json");
  for (const Json& one : recorded::Items(At(file, "contingency"))) {
    std::vector<double> first = Numbers(At(At(one, "table"), 0));
    const std::vector<double> second = Numbers(At(At(one, "table"), 1));
    double n = 0, m = 0;
    for (const double x : first) n += x;
    for (const double x : second) m += x;
    for (double& x : first) x = x * m / n;
    const Result<CountTest> got = ChiSquared(second, first);
    const Json& due = At(one, "oneway");
    if (std::isnan(Number(At(due, 0)))) {  // 0/0: refused here
      EXPECT_FALSE(got.ok());
      continue;
    }
    EXPECT_LE(Off(got.value().statistic, Number(At(due, 0))), 1e-12);
    EXPECT_LE(Off(got.value().p_value, Number(At(due, 1))), 1e-12);
  }
}

TEST(ChiSquared, AnUnseenCategoryIsProofAgainstAnExactReference) {
  const std::vector<double> seen = {99, 1}, due = {100, 0};
  const CountTest test = ChiSquared(seen, due).value();
  EXPECT_EQ(test.statistic, HUGE_VAL);
  EXPECT_EQ(test.p_value, 0);
}

TEST(ChiSquared, RefusesWhatMakesNoSense) {
  using V = std::vector<double>;
  struct Case {
    V observed, expected;
    std::size_t fitted;
    const char* message;
  };
  for (const Case& one : {Case{{}, {}, 0, "no groups to test"},
                          {{1, 2}, {1, 2, 3}, 0, "2 observed groups beside 3 expected"},
                          {{1, 2}, {}, 2, "2 fitted parameters leave nothing of 2 groups"},
                          {{1, std::nan("")}, {}, 0, "observed count 1 is nan"},
                          {{1, 2}, {-1, 4}, 0, "expected count 0 is -1"},
                          {{1, 2}, {1, 2.1}, 0, "observed counts sum to 3, expected to 3.1"},
                          {{0, 0}, {}, 0, "all counts are 0"},
                          {{0, 0}, {0, 0}, 0, "group 0 is neither seen nor expected"},
                          {{0, 3}, {0, 3}, 0, "group 0 is neither seen nor expected"}}) {
    const auto refused = ChiSquared(one.observed, one.expected, one.fitted);
    ASSERT_FALSE(refused.ok()) << one.message;
    EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(refused.error().message(), one.message);
  }
  EXPECT_TRUE(ChiSquared(V{1e8, 1e8 + 1}, V{1e8, 1e8}).ok()) << "5e-9 of the sum is let pass";
}

// The rule of pooling written a second time, and SciPy 1.10.1 on what it gives.
TEST(ChiSquaredHomogeneity, EqualsSciPyOnPooledGroups) {
  const Json file = Recorded("counts.json");
  const auto& cases = recorded::Items(At(file, "homogeneity"));
  ASSERT_EQ(cases.size(), 14U);
  for (const Json& one : cases) {
    const auto reference = recorded::Counts(At(one, "reference"));
    const auto current = recorded::Counts(At(one, "current"));
    SCOPED_TRACE(testing::PrintToString(current));
    const HomogeneityTest test = ChiSquaredHomogeneity(reference, current);
    EXPECT_EQ(test.groups, At(one, "groups").AsUint().value());
    const Json& due = At(one, "test");
    EXPECT_LE(Off(test.statistic, Number(At(due, 0))), 1e-12);
    EXPECT_LE(Off(test.p_value, Number(At(due, 1))), 1e-12);
    EXPECT_EQ(test.dof, At(due, 2).AsUint().value());
  }
}

using Counts = std::vector<std::uint64_t>;

TEST(ChiSquaredHomogeneity, EmptyGroupsChangeNothing) {
  const HomogeneityTest plain = ChiSquaredHomogeneity(Counts{30, 40, 50}, Counts{50, 40, 30});
  const HomogeneityTest holes =
      ChiSquaredHomogeneity(Counts{0, 30, 0, 40, 0, 50, 0}, Counts{0, 50, 0, 40, 0, 30, 0});
  EXPECT_EQ(plain.statistic, holes.statistic);
  EXPECT_EQ(plain.p_value, holes.p_value);
  EXPECT_EQ(plain.groups, 3U);
  EXPECT_EQ(holes.groups, 3U);
  EXPECT_EQ(ChiSquaredHomogeneity(Counts{50, 40, 30}, Counts{30, 40, 50}).statistic,
            plain.statistic);
}

TEST(ChiSquaredHomogeneity, SaysNothingOfTooLittle) {
  for (const Counts& none : {Counts{}, Counts{0, 0}}) {
    const HomogeneityTest test = ChiSquaredHomogeneity(none, none);
    EXPECT_TRUE(std::isnan(test.statistic) && std::isnan(test.p_value));
    EXPECT_EQ(test.groups, 0U);
  }
  EXPECT_TRUE(std::isnan(ChiSquaredHomogeneity(Counts{5, 5}, Counts{0, 0}).p_value));
  for (const auto& [a, b] :
       {std::pair(Counts{3, 4}, Counts{4, 3}), std::pair(Counts{900}, Counts{800}),
        std::pair(Counts{900, 0}, Counts{800, 0}), std::pair(Counts{900, 3}, Counts{900, 1})}) {
    const HomogeneityTest test = ChiSquaredHomogeneity(a, b);
    EXPECT_EQ(test.groups, 1U);
    EXPECT_EQ(test.statistic, 0);
    EXPECT_EQ(test.p_value, 1);
  }
}

// When nothing differs, p-values are uniform: below 0.05 in about 5 % of rounds, also with many
// sparse groups, which is what pooling is for. 4 standard errors of 2000 rounds are 1.9 %.
TEST(ChiSquaredHomogeneity, KeepsItsLevelOnSparseGroups) {
  Rng rng(11);
  int low = 0;
  constexpr int kRounds = 2000, kGroups = 40;
  for (int round = 0; round < kRounds; ++round) {
    Counts a(kGroups), b(kGroups);
    const auto draw = [&rng] {  // shares fall off by a fifth from group to group
      const double u = rng.Uniform();
      return std::min(kGroups - 1, static_cast<int>(std::log(1 - u) / std::log(0.8)));
    };
    for (int i = 0; i < 600; ++i) ++a[static_cast<std::size_t>(draw())];
    for (int i = 0; i < 200; ++i) ++b[static_cast<std::size_t>(draw())];
    low += ChiSquaredHomogeneity(a, b).p_value < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(low / static_cast<double>(kRounds), 0.05, 0.019);
}

}  // namespace
}  // namespace mooring::data
