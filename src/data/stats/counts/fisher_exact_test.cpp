#include "data/stats/counts/fisher_exact.h"

#include <gtest/gtest.h>

#include "data/stats/counts/chi_squared.h"
#include "data/stats/counts/hypergeometric.h"
#include "data/stats/counts/recorded.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Off;

constexpr Alternative kAll[] = {Alternative::kTwoSided, Alternative::kLess, Alternative::kGreater};

// SciPy 1.10.1 to 1e-9 as promised, and exact fractions to 1e-11.
TEST(FisherExact, EqualsSciPyAndExactFractions) {
  const Json file = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/counts.json");
  const auto& cases = recorded::Items(At(file, "fisher"));
  ASSERT_EQ(cases.size(), 50U);
  for (const Json& one : cases) {
    const std::vector<std::uint64_t> t = recorded::Counts(At(one, "table"));
    SCOPED_TRACE(std::to_string(t[0]) + ' ' + std::to_string(t[1]) + ' ' + std::to_string(t[2]) +
                 ' ' + std::to_string(t[3]));
    for (std::size_t i = 0; i < 3; ++i) {
      const TestResult got = FisherExact({t[0], t[1], t[2], t[3]}, kAll[i]).value();
      const Json& due = At(At(one, "scipy"), i);
      EXPECT_LE(Off(got.statistic, Number(At(due, 0))), 1e-12);
      EXPECT_LE(Off(got.p_value, Number(At(due, 1))), 1e-9);
      if (one.Find("exact") == nullptr) continue;
      EXPECT_LE(Off(got.p_value, Number(At(At(one, "exact"), i))), 1e-11);
    }
  }
}

TEST(FisherExact, EqualsSciPyOnTheRecordedTables) {
  const Json file = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  int met = 0;
  for (const Json& one : recorded::Items(At(file, "contingency"))) {
    if (one.Find("fisher") == nullptr) continue;
    const std::vector<double> cells = recorded::Cells(At(one, "table"));
    const auto at = [&cells](std::size_t i) { return static_cast<std::uint64_t>(cells[i]); };
    for (std::size_t i = 0; i < 3; ++i) {
      const char* names[] = {"two-sided", "less", "greater"};
      const Json& due = At(At(one, "fisher"), names[i]);
      const TestResult got = FisherExact({at(0), at(1), at(2), at(3)}, kAll[i]).value();
      EXPECT_LE(Off(got.statistic, Number(At(due, 0))), 1e-12);
      EXPECT_LE(Off(got.p_value, Number(At(due, 1))), 1e-9);
      ++met;
    }
  }
  EXPECT_EQ(met, 15);
}

TEST(FisherExact, DoesNotCareForTheOrderOfRowsAndColumns) {
  Rng rng(3);
  for (int round = 0; round < 200; ++round) {
    const TwoByTwo t{rng.Below(30), rng.Below(300), rng.Below(40), rng.Below(200)};
    const double p = FisherExact(t).value().p_value;
    EXPECT_LE(Off(FisherExact({t.c, t.d, t.a, t.b}).value().p_value, p), 1e-11);
    EXPECT_LE(Off(FisherExact({t.b, t.a, t.d, t.c}).value().p_value, p), 1e-11);
    EXPECT_LE(Off(FisherExact({t.a, t.c, t.b, t.d}).value().p_value, p), 1e-11);
    const double less = FisherExact(t, Alternative::kLess).value().p_value;
    EXPECT_LE(Off(FisherExact({t.b, t.a, t.d, t.c}, Alternative::kGreater).value().p_value, less),
              1e-11);
  }
}

TEST(FisherExact, IsNearChiSquaredOfBigTables) {
  const TwoByTwo big{100'000'000, 900'000'000, 100'050'000, 899'950'000};
  const std::vector<double> cells = {1e8, 9e8, 100.05e6, 899.95e6};
  const double due = ChiSquaredContingency({cells, 2}).value().p_value;  // with Yates' correction
  EXPECT_LE(Off(FisherExact(big).value().p_value, due), 1e-6);
}

TEST(FisherExact, SaysNothingOfEmptyMarginsAndRefusesTooMuch) {
  for (const TwoByTwo t : {TwoByTwo{0, 0, 3, 4}, {3, 4, 0, 0}, {0, 5, 0, 6}, {5, 0, 6, 0}, {}}) {
    EXPECT_EQ(FisherExact(t).value().p_value, 1);
    EXPECT_TRUE(std::isnan(FisherExact(t).value().statistic));
  }
  const std::uint64_t most = Hypergeometric::kMaxTotal;
  for (const TwoByTwo t :
       {TwoByTwo{most, 1, 0, 0}, {~std::uint64_t{0}, 1, 1, 1}, {1, 2, most, 4}}) {
    EXPECT_EQ(FisherExact(t).error().code(), Code::kTooLarge);
  }
}

}  // namespace
}  // namespace mooring::data
