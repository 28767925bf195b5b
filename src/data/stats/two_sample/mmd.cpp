#include "data/stats/two_sample/mmd.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "data/stats/two_sample/sample.h"

namespace mooring::data {
namespace {

// What one sample after the other is, without copying: row i of both.
class Rows {
 public:
  Rows(std::span<const double> a, std::span<const double> b, std::size_t dim)
      : a_(a), b_(b), dim_(dim), first_(a.size() / dim) {}

  std::size_t first() const { return first_; }
  std::size_t size() const { return first_ + b_.size() / dim_; }
  double SquaredDistance(std::size_t i, std::size_t j) const {
    const double* const x = Row(i);
    const double* const y = Row(j);
    double sum = 0;
    for (std::size_t k = 0; k < dim_; ++k) sum += (x[k] - y[k]) * (x[k] - y[k]);
    return sum;
  }

 private:
  const double* Row(std::size_t i) const {
    return i < first_ ? a_.data() + i * dim_ : b_.data() + (i - first_) * dim_;
  }
  std::span<const double> a_, b_;
  std::size_t dim_, first_;
};

Status CheckRows(std::span<const double> rows, std::string_view name, std::size_t dim) {
  RETURN_IF_ERROR(CheckSample(rows, name, {.values = 2 * std::max<std::size_t>(dim, 1)}));
  if (dim == 0 || rows.size() % dim != 0) {
    return Error(Code::kInvalidArgument,
                 fmt::format("{} numbers of the {} are no rows of {}", rows.size(), name, dim));
  }
  if (rows.size() / dim > kMmdRows) {
    return Error(Code::kTooLarge, fmt::format("{} rows in the {}", rows.size() / dim, name))
        .Why(fmt::format("at most {} rows are compared", kMmdRows))
        .Help("draw a sample of the rows");
  }
  return Ok();
}

Status CheckBoth(std::span<const double> a, std::span<const double> b, std::size_t dim,
                 double sigma) {
  RETURN_IF_ERROR(CheckRows(a, "first sample", dim));
  RETURN_IF_ERROR(CheckRows(b, "second sample", dim));
  if ((a.size() + b.size()) / dim > kMmdRows) {
    return Error(Code::kTooLarge, fmt::format("{} rows together", (a.size() + b.size()) / dim))
        .Why(fmt::format("at most {} rows are compared", kMmdRows))
        .Help("draw a sample of the rows");
  }
  if (!(sigma > 0) || !std::isfinite(sigma)) {
    return Error(Code::kInvalidArgument, fmt::format("a kernel width of {}", sigma));
  }
  return Ok();
}

// Kernel sums over the pairs i < j inside of the first, inside of the second, and across.
struct PairSums {
  double first = 0, second = 0, across = 0;
};

double Unbiased(const PairSums& sums, double n, double m) {
  return 2 * sums.first / (n * (n - 1)) + 2 * sums.second / (m * (m - 1)) -
         2 * sums.across / (n * m);
}

double Biased(const PairSums& sums, double n, double m) {
  return (2 * sums.first + n) / (n * n) + (2 * sums.second + m) / (m * m) -
         2 * sums.across / (n * m);
}

// The kernel of each pair i > j, row after row.
std::vector<double> KernelTriangle(const Rows& rows, double gamma) {
  std::vector<double> kernel;
  kernel.reserve(rows.size() * (rows.size() - 1) / 2);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      kernel.push_back(std::exp(-gamma * rows.SquaredDistance(i, j)));
    }
  }
  return kernel;
}

// With side[i] 1 for rows of the second sample: sums over all pairs, over pairs with exactly one
// and with two such rows, without a branch.
PairSums SumBySide(const std::vector<double>& kernel, const std::vector<double>& side) {
  PairSums sums;
  const double* row = kernel.data();
  for (std::size_t i = 1; i < side.size(); row += i, ++i) {
    double all = 0, second = 0;
    for (std::size_t j = 0; j < i; ++j) {
      all += row[j];
      second += row[j] * side[j];
    }
    if (side[i] == 0) {
      sums.first += all - second;
      sums.across += second;
    } else {
      sums.second += second;
      sums.across += all - second;
    }
  }
  return sums;
}

void Shuffle(std::vector<double>& values, Rng& rng) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[rng.Below(i)]);
  }
}

}  // namespace

Result<double> MmdSquared(std::span<const double> rows_a, std::span<const double> rows_b,
                          std::size_t dim, double sigma, MmdForm form) {
  RETURN_IF_ERROR(CheckBoth(rows_a, rows_b, dim, sigma));
  const Rows rows(rows_a, rows_b, dim);
  const double gamma = 1 / (2 * sigma * sigma);
  PairSums sums;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    double with_first = 0, with_second = 0;
    for (std::size_t j = 0; j < i; ++j) {
      const double kernel = std::exp(-gamma * rows.SquaredDistance(i, j));
      (j < rows.first() ? with_first : with_second) += kernel;
    }
    (i < rows.first() ? sums.first : sums.across) += with_first;
    sums.second += with_second;
  }
  const auto n = static_cast<double>(rows.first());
  const double m = static_cast<double>(rows.size()) - n;
  return form == MmdForm::kUnbiased ? Unbiased(sums, n, m) : Biased(sums, n, m);
}

Result<double> MmdMedianSigma(std::span<const double> rows, std::size_t dim) {
  RETURN_IF_ERROR(CheckRows(rows, "reference", dim));
  const Rows all(rows, {}, dim);
  const std::size_t n = all.size();
  std::vector<double> distances;
  distances.reserve(n * (n - 1) / 2);
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) distances.push_back(all.SquaredDistance(i, j));
  }
  // The middle of n^2 sorted distances: n of a row with itself, then each pair twice; of two middle
  // ones that with the even place.
  const std::size_t middle = n * n / 2;
  double median = 0;
  if (middle >= n) {
    const auto at = distances.begin() + static_cast<std::ptrdiff_t>((middle - n) / 2);
    std::nth_element(distances.begin(), at, distances.end());
    median = *at;
  }
  return std::sqrt(median > 0 ? median / 2 : 0.5);
}

Result<TestResult> MmdTest(std::span<const double> rows_a, std::span<const double> rows_b,
                           const MmdOptions& options, Rng& rng) {
  double sigma = 0;
  if (options.sigma) {
    sigma = *options.sigma;
  } else {
    ASSIGN_OR_RETURN(sigma, MmdMedianSigma(rows_a, options.dim));
  }
  RETURN_IF_ERROR(CheckBoth(rows_a, rows_b, options.dim, sigma));
  if (options.permutations == 0) return Error(Code::kInvalidArgument, "no permutations");
  const Rows rows(rows_a, rows_b, options.dim);
  const std::vector<double> kernel = KernelTriangle(rows, 1 / (2 * sigma * sigma));
  std::vector<double> side(rows.size(), 0);
  std::fill(side.begin() + static_cast<std::ptrdiff_t>(rows.first()), side.end(), 1);
  const auto n = static_cast<double>(rows.first());
  const double m = static_cast<double>(rows.size()) - n;
  TestResult result{.statistic = Unbiased(SumBySide(kernel, side), n, m)};
  std::size_t at_least = 0;
  for (std::size_t round = 0; round < options.permutations; ++round) {
    Shuffle(side, rng);
    at_least += Unbiased(SumBySide(kernel, side), n, m) >= result.statistic ? 1 : 0;
  }
  result.p_value = static_cast<double>(at_least) / static_cast<double>(options.permutations);
  return result;
}

}  // namespace mooring::data
