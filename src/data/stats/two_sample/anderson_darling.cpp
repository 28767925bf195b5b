#include "data/stats/two_sample/anderson_darling.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "data/stats/two_sample/sample.h"
#include "data/stats/two_sample/sums.h"

namespace mooring::data {
namespace {

using Samples = std::vector<std::vector<double>>;

// A^2, or nothing to tell apart (0 distinct values counted as 1).
struct Spread {
  double a2 = 0;
  std::size_t distinct = 0;
};

Spread PooledSpread(const Samples& sorted, double total) {
  std::vector<std::size_t> place(sorted.size(), 0), equal(sorted.size(), 0);
  std::vector<BlockSum> inner(sorted.size());
  Spread spread;
  for (double below = 0; below < total; ++spread.distinct) {
    double value = INFINITY, ties = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (place[i] < sorted[i].size()) value = std::min(value, sorted[i][place[i]]);
    }
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      std::size_t end = place[i];
      while (end < sorted[i].size() && sorted[i][end] == value) ++end;
      equal[i] = end - place[i];
      ties += static_cast<double>(equal[i]);
    }
    const double b = below + ties / 2, width = b * (total - b) - total * ties / 4;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const double m = static_cast<double>(place[i]) + static_cast<double>(equal[i]) / 2;
      const double gap = total * m - b * static_cast<double>(sorted[i].size());
      if (width > 0) inner[i].Add(ties / total * gap * gap / width);
      place[i] += equal[i];
    }
    below += ties;
  }
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    spread.a2 += inner[i].Total() / static_cast<double>(sorted[i].size());
  }
  spread.a2 *= (total - 1) / total;
  return spread;
}

// The variance of A^2 when nothing differs; k samples, `inverse` the sum of 1 / n_i.
double VarianceOf(double k, double inverse, double total) {
  double h = 0, g = 0;
  for (double i = total - 1, place = 2; i >= 2; --i, ++place) {
    h += 1 / i;
    g += h / place;
  }
  h += 1;
  const double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
  const double b =
      (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const double c =
      (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h;
  const double d = (2 * h + 6) * k * k - 4 * h * k;
  return (((a * total + b) * total + c) * total + d) / ((total - 1) * (total - 2) * (total - 3));
}

constexpr std::size_t kLevels = 7;
using Levels = std::array<double, kLevels>;

double Dot(const Levels& x, const Levels& y) {
  double sum = 0;
  for (std::size_t i = 0; i < kLevels; ++i) sum += x[i] * y[i];
  return sum;
}

// The least-squares parabola through (x_i, y_i) at `at`, by polynomials that are orthogonal on x.
double ParabolaAt(const Levels& x, const Levels& y, double at) {
  const Levels one{1, 1, 1, 1, 1, 1, 1};
  const double middle = Dot(x, one) / kLevels;
  Levels p1, p2;
  for (std::size_t i = 0; i < kLevels; ++i) p1[i] = x[i] - middle;
  double cubed = 0;
  for (std::size_t i = 0; i < kLevels; ++i) cubed += p1[i] * p1[i] * p1[i];
  const double square = Dot(p1, p1), lean = cubed / square, size = square / kLevels;
  for (std::size_t i = 0; i < kLevels; ++i) p2[i] = p1[i] * (p1[i] - lean) - size;
  const double q1 = at - middle, q2 = q1 * (q1 - lean) - size;
  return Dot(y, one) / kLevels + Dot(y, p1) / square * q1 + Dot(y, p2) / Dot(p2, p2) * q2;
}

double PValue(double statistic, double k) {
  constexpr Levels level{0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};
  constexpr Levels b0{0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085};
  constexpr Levels b1{-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615};
  constexpr Levels b2{-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154};
  Levels critical, logs;
  for (std::size_t i = 0; i < kLevels; ++i) {
    critical[i] = b0[i] + b1[i] / std::sqrt(k - 1) + b2[i] / (k - 1);
    logs[i] = std::log(level[i]);
  }
  if (statistic < critical.front()) return level.front();
  if (statistic > critical.back()) return level.back();
  return std::exp(ParabolaAt(critical, logs, statistic));
}

}  // namespace

Result<TestResult> AndersonDarling(std::span<const std::span<const double>> samples) {
  if (samples.size() < 2) {
    return Error(Code::kInvalidArgument, "less than two samples to compare");
  }
  Samples sorted;
  double total = 0, inverse = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    RETURN_IF_ERROR(CheckSample(samples[i], fmt::format("sample {}", i + 1), {.finite = false}));
    sorted.push_back(SortedCopy(samples[i]));
    total += static_cast<double>(samples[i].size());
    inverse += 1 / static_cast<double>(samples[i].size());
  }
  if (total < 4) return Error(Code::kInvalidArgument, "less than 4 values in all samples together");
  const Spread spread = PooledSpread(sorted, total);
  if (spread.distinct < 2) {
    return Error(Code::kInvalidArgument, "all values of all samples are equal");
  }
  const auto k = static_cast<double>(samples.size());
  const double statistic = (spread.a2 - (k - 1)) / std::sqrt(VarianceOf(k, inverse, total));
  return TestResult{statistic, PValue(statistic, k)};
}

Result<TestResult> AndersonDarling(std::span<const double> a, std::span<const double> b) {
  const std::array<std::span<const double>, 2> samples{a, b};
  return AndersonDarling(samples);
}

}  // namespace mooring::data
