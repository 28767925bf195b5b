#include "data/stats/two_sample/epps_singleton.h"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <vector>

#include "data/stats/two_sample/sample.h"
#include "data/stats/two_sample/sums.h"

namespace mooring::data {
namespace {

constexpr std::size_t kTerms = 4;
constexpr double kRankTolerance = 1e-13;
using Vector = std::array<double, kTerms>;
using Matrix = std::array<Vector, kTerms>;

// Quantile p of sorted values, linear between neighbours.
double Quantile(std::span<const double> sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

struct Waves {
  Vector mean{};
  Matrix covariance{};
};

Waves WavesOf(std::span<const double> values, double spread) {
  std::vector<Vector> waves;
  waves.reserve(values.size());
  for (const double x : values) {
    const double slow = 0.4 / spread * x, fast = 0.8 / spread * x;
    waves.push_back({std::cos(slow), std::cos(fast), std::sin(slow), std::sin(fast)});
  }
  Waves result;
  const auto n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < kTerms; ++i) {
    BlockSum sum;
    for (const Vector& wave : waves) sum.Add(wave[i]);
    result.mean[i] = sum.Total() / n;
  }
  for (std::size_t i = 0; i < kTerms; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      BlockSum sum;
      for (const Vector& wave : waves) {
        sum.Add((wave[i] - result.mean[i]) * (wave[j] - result.mean[j]));
      }
      result.covariance[i][j] = result.covariance[j][i] = sum.Total() / n;
    }
  }
  return result;
}

// One rotation that makes m[p][q] zero; the columns of `axes` turn with it.
void Rotate(Matrix& m, Matrix& axes, std::size_t p, std::size_t q) {
  if (m[p][q] == 0) return;
  const double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
  const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::hypot(theta, 1));
  const double c = 1 / std::hypot(t, 1), s = t * c;
  for (std::size_t k = 0; k < kTerms; ++k) {
    const double x = m[k][p], y = m[k][q];
    m[k][p] = c * x - s * y;
    m[k][q] = s * x + c * y;
  }
  for (std::size_t k = 0; k < kTerms; ++k) {
    const double x = m[p][k], y = m[q][k];
    m[p][k] = c * x - s * y;
    m[q][k] = s * x + c * y;
    const double u = axes[k][p], v = axes[k][q];
    axes[k][p] = c * u - s * v;
    axes[k][q] = s * u + c * v;
  }
}

// Jacobi's method: afterwards the diagonal of m holds the eigenvalues, the columns of the result
// the axes. Ten sweeps are more than a 4 x 4 matrix needs.
Matrix Diagonalise(Matrix& m) {
  Matrix axes{};
  for (std::size_t i = 0; i < kTerms; ++i) axes[i][i] = 1;
  for (int sweep = 0; sweep < 10; ++sweep) {
    for (std::size_t p = 0; p < kTerms; ++p) {
      for (std::size_t q = p + 1; q < kTerms; ++q) Rotate(m, axes, p, q);
    }
  }
  return axes;
}

// d' C^+ d and the rank of C.
struct QuadraticForm {
  double value = 0;
  int rank = 0;
};

QuadraticForm Whiten(Matrix c, const Vector& d) {
  const Matrix axes = Diagonalise(c);
  double largest = 0;
  for (std::size_t i = 0; i < kTerms; ++i) largest = std::max(largest, c[i][i]);
  QuadraticForm form;
  for (std::size_t i = 0; i < kTerms; ++i) {
    if (!(c[i][i] > largest * kRankTolerance)) continue;
    double along = 0;
    for (std::size_t k = 0; k < kTerms; ++k) along += axes[k][i] * d[k];
    form.value += along * along / c[i][i];
    ++form.rank;
  }
  return form;
}

double ChiSquaredTail(double x, int degrees) {
  using Policy = boost::math::policies::policy<
      boost::math::policies::domain_error<boost::math::policies::ignore_error>,
      boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
      boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
      boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;
  return std::clamp(boost::math::gamma_q(degrees / 2.0, x / 2, Policy()), 0.0, 1.0);
}

bool IsConstant(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [&](double x) { return x == values[0]; });
}

// Of values whose largest magnitude is no trouble.
Result<EppsSingletonResult> Compare(std::span<const double> a, std::span<const double> b) {
  std::vector<double> pooled(a.begin(), a.end());
  pooled.insert(pooled.end(), b.begin(), b.end());
  std::sort(pooled.begin(), pooled.end());
  const double spread = (Quantile(pooled, 0.75) - Quantile(pooled, 0.25)) / 2;
  if (!(spread > 0)) {
    return Error(Code::kInvalidArgument, "the interquartile range of both samples together is 0")
        .Help("use a test for categories");
  }
  const Waves first = WavesOf(a, spread), second = WavesOf(b, spread);
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size()), total = n + m;
  Matrix covariance;
  Vector difference;
  for (std::size_t i = 0; i < kTerms; ++i) {
    difference[i] = first.mean[i] - second.mean[i];
    for (std::size_t j = 0; j < kTerms; ++j) {
      covariance[i][j] = total / n * first.covariance[i][j] + total / m * second.covariance[i][j];
    }
  }
  const QuadraticForm form = Whiten(covariance, difference);
  EppsSingletonResult result{.degrees = form.rank};
  double w = total * form.value;
  if (std::max(n, m) < 25) {
    w /= 1 + std::pow(total, -0.45) + 10.1 * (std::pow(n, -1.7) + std::pow(m, -1.7));
  }
  result.test = {w, ChiSquaredTail(w, form.rank)};
  return result;
}

}  // namespace

Result<EppsSingletonResult> EppsSingleton(std::span<const double> a, std::span<const double> b) {
  RETURN_IF_ERROR(CheckSamples(a, b, {.values = 5}));
  if (IsConstant(a) && IsConstant(b)) {
    return Error(Code::kInvalidArgument, "both samples are constant");
  }
  if (IsTameMagnitude(std::max(LargestMagnitude(a), LargestMagnitude(b)))) return Compare(a, b);
  const ScaledSamples scaled = ScaleToOne(a, b);
  return Compare(scaled.a, scaled.b);
}

}  // namespace mooring::data
