// The 120 recorded cases of golden.json whose samples are drawn, not stored: counts of equal
// values, their tests, Sturges edges of both samples together, the distance on them. SciPy 1.10.1.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "base/rng.h"
#include "data/stats/counts/fisher_exact.h"
#include "data/stats/counts/g_statistic.h"
#include "data/stats/counts/recorded.h"
#include "data/stats/histogram_edges.h"
#include "data/stats/share_distances.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Off;

double Normal(Rng& rng) {
  const double u = rng.Uniform(), v = rng.Uniform();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

std::vector<double> Draw(std::string_view kind, std::uint64_t n, std::uint64_t seed, double shift) {
  Rng rng(seed);
  std::vector<double> values(n);
  for (double& x : values) {
    if (kind == "normal") x = Normal(rng) + shift;
    if (kind == "lognormal") x = std::exp(Normal(rng) + shift);
    if (kind == "ties") x = std::floor(3 * Normal(rng) + 2 * shift);
    if (kind == "uniform") x = rng.Uniform() + shift;
    if (kind == "const") x = 1 + shift;
    if (kind == "two") x = rng.Uniform() < 0.3 + 0.2 * shift ? 1 : 0;
  }
  return values;
}

struct Samples {
  std::vector<double> x, y;
};

// Row by row, x's counts of each distinct value, then y's.
std::vector<double> Table(const Samples& samples) {
  std::map<double, std::pair<double, double>> counts;
  for (const double v : samples.x) ++counts[v].first;
  for (const double v : samples.y) ++counts[v].second;
  std::vector<double> cells;
  for (const auto& [value, count] : counts) cells.push_back(count.first);
  for (const auto& [value, count] : counts) cells.push_back(count.second);
  return cells;
}

void ExpectCountTests(const Json& record, const Samples& samples) {
  const std::vector<double> cells = Table(samples);
  const CountTable table{cells, cells.size() / 2};
  const std::size_t rows = samples.x.size() + samples.y.size();
  for (const auto& [name, got] : {std::pair("chi2c", ChiSquaredContingency(table).value()),
                                  std::pair("g", GTestContingency(table).value())}) {
    const Json& due = At(record, name);
    const double statistic = Number(At(due, 0));
    // SciPy sums G's terms of the size of the counts: its own rounding is some 1e-16 of their sum.
    const double rounding = name[0] == 'g' ? 4e-16 * static_cast<double>(rows) : 0;
    EXPECT_LE(std::abs(got.statistic - statistic), 1e-12 * statistic + rounding) << name;
    EXPECT_LE(Off(got.p_value, Number(At(due, 1))), 1e-11 + 1e-12 * statistic + rounding) << name;
    EXPECT_EQ(static_cast<double>(got.dof), Number(At(due, 2))) << name;
  }
  if (const Json* due = record.Find("fisher")) {
    const auto at = [&cells](std::size_t i) { return static_cast<std::uint64_t>(cells[i]); };
    const TestResult got = FisherExact({at(0), at(1), at(2), at(3)}).value();
    EXPECT_LE(Off(got.statistic, Number(At(*due, 0))), 1e-12);
    EXPECT_LE(Off(got.p_value, Number(At(*due, 1))), 1e-9);
  }
}

void ExpectHistogram(const Json& record, const Samples& samples) {
  std::vector<double> pooled = samples.x;
  pooled.insert(pooled.end(), samples.y.begin(), samples.y.end());
  const std::vector<double> edges = HistogramEdges(pooled, EdgeRule::kSturges).value();
  const Json& due = At(record, "edges");
  EXPECT_LE(Off(edges.front(), Number(At(due, 0))), 1e-12);
  EXPECT_LE(Off(edges.back(), Number(At(due, 1))), 1e-12);
  EXPECT_EQ(edges.size(), At(due, 2).AsUint().value());
  const auto share = [&edges](const std::vector<double>& sample) {
    const std::vector<std::uint64_t> counts = HistogramCounts(sample, edges);
    return std::vector<double>(counts.begin(), counts.end());
  };
  const double got = JensenShannonDistance(share(samples.x), share(samples.y)).value();
  EXPECT_LE(Off(got, Number(At(At(record, "js_sturges"), 0)), 1e-3), 1e-12);
}

TEST(GoldenCounts, EqualSciPyOnDrawnSamples) {
  const Json file = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/golden.json");
  ASSERT_EQ(recorded::Items(file).size(), 120U);
  int tables = 0;
  for (const Json& record : recorded::Items(file)) {
    const auto kind = record.GetString("kind").value();
    const std::uint64_t n = record.GetUint("n").value(), m = record.GetUint("m").value();
    const double shift = record.GetDouble("shift").value();
    SCOPED_TRACE(std::string(kind) + ' ' + std::to_string(shift) + ' ' + std::to_string(n));
    const Samples samples{Draw(kind, n, 1000 + n, 0), Draw(kind, m, 2000 + m, shift)};
    ExpectHistogram(record, samples);
    if (record.Find("chi2c") == nullptr) continue;
    ExpectCountTests(record, samples);
    ++tables;
  }
  EXPECT_GE(tables, 50);
}

}  // namespace
}  // namespace mooring::data
