#include "data/stats/counts/chi_squared.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "data/stats/counts/tails.h"

namespace mooring::data {
namespace {

constexpr double kSumTolerance = 1e-8;

double Sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double Term(double observed, double expected) {
  const double difference = observed - expected;
  return difference * difference / expected;
}

// Rows of both samples that were pooled.
struct Pool {
  double reference = 0, current = 0;
  double both() const { return reference + current; }
  void Add(const Pool& other) {
    reference += other.reference;
    current += other.current;
  }
};

// Adds the terms of pools as they close. The last closed one is held back: a rest may join it.
class Pooling {
 public:
  Pooling(double n, double m) : n_(n), m_(m), least_both_(kLeastExpectedCount * (n + m)) {}

  void Add(const Pool& group) {
    open_.Add(group);
    // The sample with fewer rows has the lesser expected counts.
    if (open_.both() * std::min(n_, m_) < least_both_) return;
    if (groups_ > 0) Close(held_);
    held_ = open_;
    open_ = {};
    ++groups_;
  }
  HomogeneityTest Finish() {
    if (groups_ == 0) groups_ = 1;
    held_.Add(open_);
    if (groups_ == 1) return {.statistic = 0, .p_value = 1, .groups = 1};
    Close(held_);
    const CountTest test = JudgeByChiSquared(sum_, groups_ - 1);
    return {test.statistic, test.p_value, test.dof, groups_};
  }

 private:
  void Close(const Pool& pool) {
    const double all = n_ + m_;
    sum_ +=
        Term(pool.reference, n_ * pool.both() / all) + Term(pool.current, m_ * pool.both() / all);
  }

  double n_, m_, least_both_;
  Pool held_, open_;
  std::size_t groups_ = 0;  // closed ones, the held among them
  double sum_ = 0;
};

double Total(std::span<const std::uint64_t> counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

}  // namespace

CountTest JudgeByChiSquared(double statistic, std::size_t dof) {
  CountTest test{.statistic = statistic, .dof = dof};
  if (dof > 0) test.p_value = tails::ChiSquaredUpper(statistic, static_cast<double>(dof));
  if (dof == 0 && statistic == 0) test.p_value = 1;
  return test;
}

Status CheckOneWay(std::span<const double> observed, std::span<const double> expected,
                   std::size_t fitted) {
  if (observed.empty()) return Error(Code::kInvalidArgument, "no groups to test");
  if (fitted >= observed.size()) {
    return Error(
        Code::kInvalidArgument,
        fmt::format("{} fitted parameters leave nothing of {} groups", fitted, observed.size()));
  }
  RETURN_IF_ERROR(CheckCounts(observed, "observed count"));
  if (expected.empty()) return Ok();
  if (expected.size() != observed.size()) {
    return Error(Code::kInvalidArgument, fmt::format("{} observed groups beside {} expected",
                                                     observed.size(), expected.size()));
  }
  RETURN_IF_ERROR(CheckCounts(expected, "expected count"));
  const double seen = Sum(observed), due = Sum(expected);
  if (!(std::abs(seen - due) <= kSumTolerance * std::min(seen, due))) {
    return Error(Code::kInvalidArgument,
                 fmt::format("observed counts sum to {}, expected to {}", seen, due))
        .Help("scale the expected counts to the observed total");
  }
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (observed[i] != 0 || expected[i] != 0) continue;
    return Error(Code::kInvalidArgument, fmt::format("group {} is neither seen nor expected", i))
        .Help("leave it out");
  }
  return Ok();
}

Result<CountTest> ChiSquared(std::span<const double> observed, std::span<const double> expected,
                             std::size_t fitted) {
  RETURN_IF_ERROR(CheckOneWay(observed, expected, fitted));
  const double mean = Sum(observed) / static_cast<double>(observed.size());
  if (expected.empty() && mean == 0) return Error(Code::kInvalidArgument, "all counts are 0");
  double statistic = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    statistic += Term(observed[i], expected.empty() ? mean : expected[i]);
  }
  return JudgeByChiSquared(statistic, observed.size() - 1 - fitted);
}

Result<CountTest> ChiSquaredContingency(const CountTable& table, bool yates) {
  ASSIGN_OR_RETURN(const Margins margins, Margins::Of(table));
  if (margins.dof() == 0) return CountTest{.statistic = 0, .p_value = 1};
  const double correction = yates && margins.dof() == 1 ? 0.5 : 0;
  double statistic = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (std::size_t j = 0; j < table.columns; ++j) {
      const double expected = margins.Expected(i, j);
      const double away = std::abs(table.at(i, j) - expected);
      const double difference = away - std::min(correction, away);
      statistic += difference * difference / expected;
    }
  }
  return JudgeByChiSquared(statistic, margins.dof());
}

HomogeneityTest ChiSquaredHomogeneity(std::span<const std::uint64_t> reference,
                                      std::span<const std::uint64_t> current) {
  CHECK(reference.size() == current.size());
  const double n = Total(reference), m = Total(current);
  if (n == 0 || m == 0) return {};
  Pooling pooling(n, m);
  for (std::size_t i = 0; i < reference.size(); ++i) {
    pooling.Add({static_cast<double>(reference[i]), static_cast<double>(current[i])});
  }
  return pooling.Finish();
}

}  // namespace mooring::data
