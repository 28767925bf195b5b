// All two-sample tests against SciPy 1.10.1 on the same samples: 120 cases of golden.json, 89 of
// two_sample.json (written by tools/golden/two_sample_vectors.py), and those of extra.json, which
// holds its data.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "data/stats/testing/draws.h"
#include "data/stats/testing/golden.h"
#include "data/stats/two_sample/anderson_darling.h"
#include "data/stats/two_sample/cramer_von_mises.h"
#include "data/stats/two_sample/energy_distance.h"
#include "data/stats/two_sample/epps_singleton.h"
#include "data/stats/two_sample/kolmogorov_smirnov.h"
#include "data/stats/two_sample/mann_whitney.h"
#include "data/stats/two_sample/students_t.h"
#include "data/stats/two_sample/wasserstein.h"

namespace mooring::data {
namespace {

using testing::IsClose;
using Values = std::vector<double>;

constexpr char kGolden[] = MOORING_SOURCE_DIR "/tests/golden/scipy/golden.json";
constexpr char kExtra[] = MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json";
constexpr char kTwoSample[] = MOORING_SOURCE_DIR "/tests/golden/scipy/two_sample.json";

// The tolerances of the headers.
void CheckPair(const TestResult& actual, const Values& expected, double relative,
               double statistic_absolute = 1e-300) {
  EXPECT_TRUE(IsClose(actual.statistic, expected[0], relative, statistic_absolute)) << "statistic";
  EXPECT_TRUE(IsClose(actual.p_value, expected[1], relative)) << "p-value";
}

void CheckKs(const Values& a, const Values& b, const Json& expected, KsMethod method) {
  const KsResult actual = KolmogorovSmirnov(a, b, method).value();
  const Values numbers = testing::NumbersOf(expected);
  EXPECT_TRUE(IsClose(actual.statistic, numbers[0], 0, 1e-15)) << "statistic";
  EXPECT_TRUE(IsClose(actual.p_value, numbers[1], actual.exact ? 1e-12 : 1e-8)) << "p-value";
}

// SciPy's t of two constants is infinite or as large as rounding makes it.
void CheckT(const Values& a, const Values& b, const Json& expected, Variances variances,
            Alternative alternative) {
  const TestResult actual = TTest(a, b, variances, alternative).value().test;
  const Values numbers = testing::NumbersOf(expected);
  if (std::abs(numbers[0]) > 1e14) {
    EXPECT_EQ(std::signbit(actual.statistic), std::signbit(numbers[0]));
    EXPECT_TRUE(std::isinf(actual.statistic));
    EXPECT_EQ(actual.p_value, numbers[1]);
    return;
  }
  CheckPair(actual, numbers, 1e-12, 1e-13);
}

void CheckMannWhitney(const Values& a, const Values& b, const Json& expected,
                      Alternative alternative) {
  CheckPair(MannWhitney(a, b, alternative).value(), testing::NumbersOf(expected), 1e-12);
}

// SciPy's own T cancels: 4 n m / (6 (n + m)) is subtracted in doubles. Ours is exact.
void CheckCramerVonMises(const Values& a, const Values& b, const Json& expected) {
  const TestResult actual = CramerVonMises(a, b).value();
  const Values numbers = testing::NumbersOf(expected);
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  EXPECT_TRUE(IsClose(actual.statistic, numbers[0], 1e-12, 1e-15 * n * m / (n + m) + 1e-15));
  EXPECT_TRUE(IsClose(actual.p_value, numbers[1], 1e-12, 1e-7)) << "p-value";
}

void CheckAnderson(const Values& a, const Values& b, const Json& expected) {
  const auto actual = AndersonDarling(a, b);
  EXPECT_EQ(actual.ok(), !testing::IsRefusal(expected));
  if (actual.ok()) CheckPair(actual.value(), testing::NumbersOf(expected), 1e-8);
}

// Where the covariance has no full rank SciPy inverts rounding errors: nothing to agree with.
void CheckEppsSingleton(const Values& a, const Values& b, const Json& expected) {
  const auto actual = EppsSingleton(a, b);
  if (!actual.ok()) {
    const bool constant =
        *std::min_element(a.begin(), a.end()) == *std::max_element(a.begin(), a.end());
    EXPECT_TRUE(testing::IsRefusal(expected) || constant) << actual.error().ToString();
    return;
  }
  ASSERT_FALSE(testing::IsRefusal(expected));
  if (actual.value().degrees == 4) {
    // In the tail an error of w shows in p as w / 2 times as large.
    const Values numbers = testing::NumbersOf(expected);
    EXPECT_TRUE(IsClose(actual.value().test.statistic, numbers[0], 1e-9)) << "statistic";
    EXPECT_TRUE(
        IsClose(actual.value().test.p_value, numbers[1], std::max(1e-9, 1e-11 * numbers[0])))
        << "p-value";
  } else {
    EXPECT_LT(std::max(std::set<double>(a.begin(), a.end()).size(),
                       std::set<double>(b.begin(), b.end()).size()),
              4U);
  }
}

using Check = std::function<void(const Values&, const Values&, const Json&)>;

Check OfMannWhitney(Alternative alternative) {
  return [=](const Values& a, const Values& b, const Json& expected) {
    CheckMannWhitney(a, b, expected, alternative);
  };
}

Check OfKs(KsMethod method) {
  return [=](const Values& a, const Values& b, const Json& expected) {
    CheckKs(a, b, expected, method);
  };
}

Check OfT(Variances variances, Alternative alternative) {
  return [=](const Values& a, const Values& b, const Json& expected) {
    CheckT(a, b, expected, variances, alternative);
  };
}

Check OfDistance(Result<double> (*distance)(std::span<const double>, std::span<const double>)) {
  return [=](const Values& a, const Values& b, const Json& expected) {
    const Values numbers =
        expected.IsArray() ? testing::NumbersOf(expected) : Values{testing::NumberOf(expected)};
    EXPECT_TRUE(IsClose(distance(a, b).value(), numbers[0], 1e-12, 0x1p-1074));
  };
}

// By the keys of the golden files.
const std::map<std::string, Check, std::less<>>& Checks() {
  static const std::map<std::string, Check, std::less<>> checks{
      {"ks", OfKs(KsMethod::kAuto)},
      {"ks_asymp", OfKs(KsMethod::kAsymptotic)},
      {"ks_asymptotic", OfKs(KsMethod::kAsymptotic)},
      {"w1", OfDistance(Wasserstein)},
      {"wasserstein", OfDistance(Wasserstein)},
      {"energy", OfDistance(EnergyDistance)},
      {"t", OfT(Variances::kEqual, Alternative::kTwoSided)},
      {"student", OfT(Variances::kEqual, Alternative::kTwoSided)},
      {"t_equal", OfT(Variances::kEqual, Alternative::kTwoSided)},
      {"welch", OfT(Variances::kDifferent, Alternative::kTwoSided)},
      {"t_welch", OfT(Variances::kDifferent, Alternative::kTwoSided)},
      {"welch_less", OfT(Variances::kDifferent, Alternative::kLess)},
      {"mwu", OfMannWhitney(Alternative::kTwoSided)},
      {"mwu_less", OfMannWhitney(Alternative::kLess)},
      {"mwu_greater", OfMannWhitney(Alternative::kGreater)},
      {"cvm", CheckCramerVonMises},
      {"ad", CheckAnderson},
      {"anderson", CheckAnderson},
      {"es", CheckEppsSingleton},
      {"epps_singleton", CheckEppsSingleton}};
  return checks;
}

// Every member of the record that names a test.
std::size_t CheckRecord(const Json& record, const Values& a, const Values& b) {
  std::size_t checked = 0;
  for (const auto& [key, expected] : *record.AsObject().value()) {
    const auto check = Checks().find(key);
    if (check == Checks().end() || expected.IsObject()) continue;
    SCOPED_TRACE(key);
    check->second(a, b, expected);
    ++checked;
  }
  return checked;
}

TEST(TwoSampleGolden, EveryTestAgreesWithSciPyOnTheCommonCases) {
  const Json document = testing::ReadGolden(kGolden);
  std::size_t checked = 0;
  for (const Json& record : *document.AsArray().value()) {
    const std::string kind(record.GetString("kind").value());
    const auto n = record.GetUint("n").value(), m = record.GetUint("m").value();
    const double shift = record.GetDouble("shift").value();
    SCOPED_TRACE(fmt::format("{} shift {} n {} m {}", kind, shift, n, m));
    checked += CheckRecord(record, testing::Draw(kind, n, 1000 + n, 0),
                           testing::Draw(kind, m, 2000 + m, shift));
  }
  EXPECT_EQ(checked, 120U * 9);
}

TEST(TwoSampleGolden, EveryTestAgreesWithSciPyOnSizesAndShapes) {
  const Json document = testing::ReadGolden(kTwoSample);
  std::size_t checked = 0;
  for (const Json& record : *document.GetArray("samples").value()) {
    const std::string first(record.GetString("first").value());
    const std::string second(record.GetString("second").value());
    const auto n = record.GetUint("n").value(), m = record.GetUint("m").value();
    const double shift = record.GetDouble("shift").value();
    SCOPED_TRACE(fmt::format("{} {} shift {} n {} m {}", first, second, shift, n, m));
    checked += CheckRecord(record, testing::Draw(first, n, 3000 + n, 0),
                           testing::Draw(second, m, 4000 + m, shift));
  }
  EXPECT_EQ(checked, 84U * 13 + 5 * 7);
}

TEST(TwoSampleGolden, EveryTestAgreesWithSciPyOnStoredSamples) {
  const Json document = testing::ReadGolden(kExtra);
  std::size_t checked = 0;
  for (const Json& record : *document.GetArray("two_samples").value()) {
    const Values a = testing::NumbersIn(record, "x"), b = testing::NumbersIn(record, "y");
    SCOPED_TRACE(fmt::format("n {} m {}", a.size(), b.size()));
    checked += CheckRecord(record, a, b);
    CheckKs(a, b, *record.Get("ks").value()->Get("two-sided").value(), KsMethod::kAuto);
    const Json& ranks = *record.Get("mannwhitney").value();
    CheckMannWhitney(a, b, *ranks.Get("two-sided").value(), Alternative::kTwoSided);
    CheckMannWhitney(a, b, *ranks.Get("less").value(), Alternative::kLess);
    CheckMannWhitney(a, b, *ranks.Get("greater").value(), Alternative::kGreater);
  }
  EXPECT_EQ(checked, 6U * 7);
}

TEST(TwoSampleGolden, WeightedWassersteinAgreesWithSciPy) {
  const Json document = testing::ReadGolden(kTwoSample);
  for (const Json& record : *document.GetArray("weighted").value()) {
    const Values x = testing::NumbersIn(record, "x"), y = testing::NumbersIn(record, "y");
    const Values u = testing::NumbersIn(record, "u"), v = testing::NumbersIn(record, "v");
    const double actual = Wasserstein({x, u}, {y, v}).value();
    EXPECT_TRUE(IsClose(actual, testing::NumberOf(*record.Get("w1").value()), 1e-12));
  }
}

TEST(TwoSampleGolden, AndersonDarlingOfManySamplesAgreesWithSciPy) {
  const Json document = testing::ReadGolden(kTwoSample);
  for (const Json& record : *document.GetArray("many").value()) {
    const Values sizes = testing::NumbersIn(record, "sizes");
    const Values shifts = testing::NumbersIn(record, "shifts");
    std::vector<Values> samples;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto n = static_cast<std::size_t>(sizes[i]);
      samples.push_back(testing::Draw(record.GetString("shape").value(), n, 3000 + n, shifts[i]));
    }
    const std::vector<std::span<const double>> views(samples.begin(), samples.end());
    CheckPair(AndersonDarling(views).value(), testing::NumbersIn(record, "anderson"), 1e-8);
  }
}

}  // namespace
}  // namespace mooring::data
