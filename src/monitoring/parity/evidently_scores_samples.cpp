// Tests of samples of numbers.
#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "data/stats/two_sample/anderson_darling.h"
#include "data/stats/two_sample/cramer_von_mises.h"
#include "data/stats/two_sample/energy_distance.h"
#include "data/stats/two_sample/epps_singleton.h"
#include "data/stats/two_sample/kolmogorov_smirnov.h"
#include "data/stats/two_sample/mann_whitney.h"
#include "data/stats/two_sample/mmd.h"
#include "data/stats/two_sample/students_t.h"
#include "data/stats/two_sample/wasserstein.h"
#include "monitoring/parity/evidently_scores.h"

namespace mooring::monitoring {
namespace {

using Numbers = std::span<const double>;

constexpr double kLeastDeviation = 0.001;  // what a constant's distance is divided by

double PopulationDeviation(Numbers values) {
  double sum = 0, squares = 0;
  const auto n = static_cast<double>(values.size());
  for (const double x : values) sum += x;
  for (const double x : values) squares += (x - sum / n) * (x - sum / n);
  return std::sqrt(squares / n);
}

Result<double> PValueOf(const Result<data::TestResult>& test) {
  if (!test.ok()) return test.error();
  return test->p_value;
}

bool IsConstant(Numbers a, Numbers b) {
  const auto same = [&](double x) { return x == a[0]; };
  return std::ranges::all_of(a, same) && std::ranges::all_of(b, same);
}

Result<double> StudentP(Numbers r, Numbers c) {
  if (IsConstant(r, c)) return std::nan("");
  ASSIGN_OR_RETURN(const data::TTestResult t, data::TTest(r, c, data::Variances::kEqual));
  return t.test.p_value;
}

}  // namespace

Result<double> SampleScore(EvidentlyTest test, const EvidentlyPair& pair) {
  const Numbers r = pair.reference.numbers, c = pair.current.numbers;
  switch (test) {
    case EvidentlyTest::kKs: {
      ASSIGN_OR_RETURN(const data::KsResult ks, data::KolmogorovSmirnov(r, c));
      return ks.p_value;
    }
    case EvidentlyTest::kWasserstein: {
      ASSIGN_OR_RETURN(const double distance, data::Wasserstein(r, c));
      return distance / std::max(PopulationDeviation(r), kLeastDeviation);
    }
    case EvidentlyTest::kAnderson: return PValueOf(data::AndersonDarling(r, c));
    case EvidentlyTest::kCramerVonMises: return PValueOf(data::CramerVonMises(r, c));
    case EvidentlyTest::kMannWhitney:
      return PValueOf(data::MannWhitney(r, c, data::Alternative::kLess));
    case EvidentlyTest::kEnergyDistance: return data::EnergyDistance(r, c);
    case EvidentlyTest::kEppsSingleton: {
      ASSIGN_OR_RETURN(const data::EppsSingletonResult es, data::EppsSingleton(r, c));
      return es.test.p_value;
    }
    case EvidentlyTest::kTTest: return StudentP(r, c);
    case EvidentlyTest::kMmd: {
      Rng rng(pair.seed);
      return PValueOf(data::MmdTest(r, c, {}, rng));
    }
    default: return Error(Code::kInvalidArgument, "not a test of samples");
  }
}

Result<double> MmdSquaredOf(const EvidentlyPair& pair) {
  ASSIGN_OR_RETURN(const double sigma, data::MmdMedianSigma(pair.reference.numbers, 1));
  return data::MmdSquared(pair.reference.numbers, pair.current.numbers, 1, sigma);
}

}  // namespace mooring::monitoring
