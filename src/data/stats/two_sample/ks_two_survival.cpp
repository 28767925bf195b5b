#include "data/stats/two_sample/ks_two_survival.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace mooring::data {
namespace {

constexpr double kPi = std::numbers::pi;

// ln k! minus Stirling's formula.
double StirlingError(double k) {
  if (k >= 16) {
    const double r = 1 / (k * k);
    return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / k;
  }
  double factorial = 1;
  for (double i = 2; i <= k; ++i) factorial *= i;
  return std::log(factorial) - (k * std::log(k) - k + 0.5 * std::log(2 * kPi * k));
}

double Square(double x) { return x * x; }

// n d <= 1: P(D_n < d) = n! ((2 n d - 1) / n)^n.
double CdfOfLeast(double t, double n) {
  return std::exp(0.5 * std::log(2 * kPi * n) - n + StirlingError(n) + n * std::log(2 * t - 1));
}

// A square matrix times a power of two.
struct Scaled {
  std::vector<double> cells;
  int exponent = 0;
};

void Multiply(const Scaled& x, const Scaled& y, std::size_t size, Scaled& into) {
  into.cells.assign(size * size, 0);
  for (std::size_t i = 0; i < size; ++i) {
    double* const row = &into.cells[i * size];
    for (std::size_t k = 0; k < size; ++k) {
      const double factor = x.cells[i * size + k];
      const double* const other = &y.cells[k * size];
      for (std::size_t j = 0; j < size; ++j) row[j] += factor * other[j];
    }
  }
  into.exponent = x.exponent + y.exponent;
  if (std::abs(into.cells[(size / 2) * size + size / 2]) > 0x1p128) {
    for (double& cell : into.cells) cell *= 0x1p-128;
    into.exponent += 128;
  }
}

// Durbin's matrix for n d = k - h: 1 / (i - j + 1)! on and below the first superdiagonal, with the
// first column and the last row corrected for the part h of a step.
Scaled DurbinMatrix(std::size_t size, double h) {
  std::vector<double> inverse_factorial(size + 1, 1);
  for (std::size_t i = 1; i <= size; ++i) {
    inverse_factorial[i] = inverse_factorial[i - 1] / static_cast<double>(i);
  }
  Scaled matrix{std::vector<double>(size * size, 0)};
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= std::min(i + 1, size - 1); ++j) {
      matrix.cells[i * size + j] = inverse_factorial[i + 1 - j];
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    const auto power = static_cast<double>(i + 1);
    double edge = 1 - std::pow(h, power);
    if (i + 1 == size) edge += std::pow(std::max(2 * h - 1, 0.0), power) - std::pow(h, power);
    matrix.cells[i * size] = edge * inverse_factorial[i + 1];
    matrix.cells[(size - 1) * size + (size - 1 - i)] = edge * inverse_factorial[i + 1];
  }
  return matrix;
}

// P(D_n < d) as n!/n^n times the middle cell of the n-th power.
double CdfByMatrix(double d, std::uint64_t n) {
  const double t = static_cast<double>(n) * d, k = std::ceil(t);
  const std::size_t size = 2 * static_cast<std::size_t>(k) - 1;
  Scaled base = DurbinMatrix(size, k - t), power{std::vector<double>(size * size, 0)}, next;
  for (std::size_t i = 0; i < size; ++i) power.cells[i * size + i] = 1;
  for (std::uint64_t left = n; left > 0; left /= 2) {
    if (left % 2 == 1) {
      Multiply(power, base, size, next);
      std::swap(power, next);
    }
    if (left == 1) break;
    Multiply(base, base, size, next);
    std::swap(base, next);
  }
  double p = power.cells[(size / 2) * size + size / 2];
  int exponent = power.exponent;
  for (std::uint64_t i = 1; i <= n; ++i) {
    p = static_cast<double>(i) * p / static_cast<double>(n);
    if (p < 0x1p-128) {
      p *= 0x1p128;
      exponent -= 128;
    }
  }
  return std::ldexp(p, exponent);
}

// P(D_n < d) as K0(z) + K1(z) / n^(1/2) + K2(z) / n + K3(z) / n^(3/2), z = d n^(1/2), each a sum
// over theta functions that converges fast for small z.
double CdfBySeries(double d, double n) {
  const double z2 = n * d * d, z = std::sqrt(z2), z4 = z2 * z2, z6 = z4 * z2;
  const double pi2 = kPi * kPi, pi4 = pi2 * pi2, pi6 = pi4 * pi2;
  std::array<double, 4> k{};
  for (double odd = 1; odd * odd * pi2 / (8 * z2) < 100; odd += 2) {
    const double m2 = odd * odd, m4 = m2 * m2, q = std::exp(-m2 * pi2 / (8 * z2));
    k[0] += q;
    k[1] += q * (pi2 / 4 * m2 - z2);
    k[2] += q * (6 * z6 + 2 * z4 + pi2 / 4 * (2 * z4 - 5 * z2) * m2 + pi4 / 16 * (1 - 2 * z2) * m4);
    k[3] += q * (-30 * z6 - 90 * z4 * z4 + pi2 / 4 * (135 * z4 - 96 * z6) * m2 +
                 pi4 / 16 * (212 * z4 - 60 * z2) * m4 + pi6 / 64 * (5 - 30 * z2) * m4 * m2);
  }
  k[0] /= z;
  k[1] /= 6 * z4;
  k[2] /= 72 * z6 * z;
  k[3] /= 6480 * z6 * z4;
  for (double i = 1; i * i * pi2 / (2 * z2) < 100; ++i) {
    const double i2 = i * i, q = i2 * std::exp(-i2 * pi2 / (2 * z2));
    k[2] -= q * pi2 / (36 * z2 * z);
    k[3] += q * pi2 * (3 * z2 - pi2 * i2) / (216 * z6);
  }
  const double root = std::sqrt(n);
  return std::sqrt(2 * kPi) * (k[0] + (k[1] + (k[2] + k[3] / root) / root) / root);
}

double Complement(double p) { return std::clamp(1 - p, 0.0, 1.0); }

}  // namespace

// d sum_v C(n, v) (d + v/n)^(v-1) (1 - d - v/n)^(n-v) over v < n (1 - d). Each term is a binomial
// probability divided by d + v/n, taken by Loader's form of its logarithm, where nothing large
// cancels. For large n the terms are a smooth hump in v that has died out at both ends, so every
// stride-th stands for all (the trapezoid rule; its error is below 1e-20 of the sum from 1024
// terms).
double KsOneSurvival(double d, std::uint64_t n) {
  // SciPy's own shortcut (Maag, Dicaire), kept so that both agree.
  const auto size = static_cast<double>(n);
  if (n > 1'000'000) return std::exp(-Square(6 * size * d + 1) / (18 * size));
  const double t = size * d, whole = StirlingError(size) + 0.5 * std::log(size / (2 * kPi));
  const std::uint64_t stride = std::max<std::uint64_t>(1, n / 4096);
  double sum = std::exp(size * std::log1p(-d)) / d;
  for (std::uint64_t i = stride; static_cast<double>(i) + t < size; i += stride) {
    const auto v = static_cast<double>(i), rest = size - v;
    const double exponent = v * std::log1p(t / v) + rest * std::log1p(-t / rest) + whole -
                            StirlingError(v) - StirlingError(rest) - 0.5 * std::log(v * rest);
    if (exponent > -800) sum += std::exp(exponent) / (d + v / size);
  }
  return std::min(1.0, d * sum * static_cast<double>(stride));
}

double KsTwoSurvival(double d, std::uint64_t n) {
  if (std::isnan(d) || n == 0) return std::numeric_limits<double>::quiet_NaN();
  if (d >= 1) return 0;
  const auto size = static_cast<double>(n);
  const double t = size * d, z2 = t * d;
  if (t <= 0.5) return 1;
  if (t <= 1) return Complement(CdfOfLeast(t, size));
  if (t >= size - 1) return std::min(1.0, 2 * std::pow(1 - d, size));
  if (z2 >= 370) return 0;
  if (d >= 0.5 || z2 > 4 || (n > 140 && z2 >= 2.2)) return std::min(1.0, 2 * KsOneSurvival(d, n));
  // Below z^2 = 0.04 the distribution function is below 1e-12 whoever computes it.
  const bool matrix = n <= 140 || (n <= 100'000 && size * std::pow(d, 1.5) <= 1.4 && z2 > 0.04);
  return Complement(matrix ? CdfByMatrix(d, n) : CdfBySeries(d, size));
}

}  // namespace mooring::data
