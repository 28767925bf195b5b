#include "monitoring/multivariate/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mooring::monitoring {
namespace {

constexpr int kMostSweeps = 60;  // convergence is quadratic: ten are usual

double SquaredOffDiagonal(const std::vector<double>& a, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) sum += a[i * n + j] * a[i * n + j];
  }
  return sum;
}

// Makes a[p][q] zero by a rotation in the plane (p, q); rows of `v` are turned along.
void Rotate(std::vector<double>& a, std::vector<double>& v, std::size_t n, std::size_t p,
            std::size_t q) {
  const double off = a[p * n + q];
  if (off == 0) return;
  const double theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
  // The smaller root of t^2 + 2 theta t - 1 = 0.
  const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
  const double c = 1 / std::hypot(t, 1.0), s = t * c;
  for (std::size_t k = 0; k < n; ++k) {
    const double kp = a[k * n + p], kq = a[k * n + q];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double pk = a[p * n + k], qk = a[q * n + k];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const double vp = v[p * n + k], vq = v[q * n + k];
    v[p * n + k] = c * vp - s * vq;
    v[q * n + k] = s * vp + c * vq;
  }
  a[p * n + q] = a[q * n + p] = 0;
}

}  // namespace

EigenPairs SymmetricEigen(std::vector<double> a, std::size_t n) {
  std::vector<double> v(n * n, 0.0);
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    v[i * n + i] = 1;
    for (std::size_t j = 0; j < i; ++j) {
      a[i * n + j] = a[j * n + i] = (a[i * n + j] + a[j * n + i]) / 2;
    }
  }
  for (const double x : a) squares += x * x;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    if (SquaredOffDiagonal(a, n) <= 1e-34 * squares) break;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) Rotate(a, v, n, p, q);
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t i, std::size_t j) { return a[i * n + i] > a[j * n + j]; });
  EigenPairs pairs;
  for (const std::size_t i : order) {
    pairs.values.push_back(a[i * n + i]);
    const auto row = v.begin() + static_cast<std::ptrdiff_t>(i * n);
    const auto end = row + static_cast<std::ptrdiff_t>(n);
    const double largest =
        *std::max_element(row, end, [](double x, double y) { return std::abs(x) < std::abs(y); });
    std::transform(row, end, std::back_inserter(pairs.vectors),
                   [&](double x) { return largest < 0 ? -x : x; });
  }
  return pairs;
}

}  // namespace mooring::monitoring
