#include "data/stats/counts/g_statistic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/stats/counts/deviance.h"

namespace mooring::data {
Result<CountTest> GTest(std::span<const double> observed, std::span<const double> expected,
                        std::size_t fitted) {
  RETURN_IF_ERROR(CheckOneWay(observed, expected, fitted));
  const double sum = std::accumulate(observed.begin(), observed.end(), 0.0);
  if (sum == 0) return Error(Code::kInvalidArgument, "all counts are 0");
  const double mean = sum / static_cast<double>(observed.size());
  // A deviance is O ln(O / E) - (O - E). What it takes off sums to nothing, or to as much as given
  // sums may differ, in the ninth digit.
  double half = 0, surplus = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double due = expected.empty() ? mean : expected[i];
    half += Deviance(observed[i], due);
    surplus += expected.empty() ? 0 : observed[i] - due;
  }
  return JudgeByChiSquared(2 * (half + surplus), observed.size() - 1 - fitted);
}

Result<CountTest> GTestContingency(const CountTable& table, bool yates) {
  ASSIGN_OR_RETURN(const Margins margins, Margins::Of(table));
  if (margins.dof() == 0) return CountTest{.statistic = 0, .p_value = 1};
  const double correction = yates && margins.dof() == 1 ? 0.5 : 0;
  double half = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (std::size_t j = 0; j < table.columns; ++j) {
      const double expected = margins.Expected(i, j);
      const double away = expected - table.at(i, j);
      const double step = std::copysign(std::min(correction, std::abs(away)), away);
      half += Deviance(table.at(i, j) + step, expected);
    }
  }
  return JudgeByChiSquared(2 * half, margins.dof());
}

}  // namespace mooring::data
