// From margins to answers, with the very arithmetic of the libraries that train: float32 and expf
// as libxgboost, float64 as LightGBM. Same inputs, same bits, on a machine with the same C library.
//
// Symbols: x the margins of one row, one a group. Thread safety: pure functions.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>

#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

// 1 / (1 + exp(-k x)). libxgboost (common/math.h) cuts -x at 88.7 so that expf does not overflow;
// its further summand 1e-16 is lost in float32.
inline float Sigmoid(float x, float) { return 1.0F / (std::exp(std::min(-x, 88.7F)) + 1.0F); }
inline double Sigmoid(double x, double k) { return 1.0 / (1.0 + std::exp(-k * x)); }

// Sums in float64 and divides in the type of the margins, as both libraries do.
template <typename Real>
void Softmax(std::span<Real> x) {
  Real largest = x[0];
  for (const Real value : x) largest = std::max(value, largest);
  double sum = 0;
  for (Real& value : x) {
    value = std::exp(value - largest);
    sum += value;
  }
  for (Real& value : x) value /= static_cast<Real>(sum);
}

// The first of the largest.
template <typename Real>
std::size_t Argmax(std::span<const Real> x) {
  return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
}

// Replaces margins by answers; kArgmax leaves its answer in x[0].
template <typename Real>
void ApplyTransform(Transform transform, Real parameter, std::span<Real> x) {
  switch (transform) {
    case Transform::kIdentity: return;
    case Transform::kSigmoid:
    case Transform::kSigmoidEach:
      for (Real& value : x) value = Sigmoid(value, parameter);
      return;
    case Transform::kSoftmax: return Softmax(x);
    case Transform::kArgmax:
      x[0] = static_cast<Real>(Argmax(std::span<const Real>(x)));
      return;
    case Transform::kExp:
      for (Real& value : x) value = std::exp(value);
      return;
    case Transform::kHinge:
      for (Real& value : x) value = value > 0 ? Real{1} : Real{0};
      return;
    case Transform::kSignedSquare:
      for (Real& value : x) value = std::copysign(value * value, value);
      return;
    case Transform::kLog1pExp:
      for (Real& value : x) value = std::log1p(std::exp(value));
      return;
  }
}

}  // namespace mooring::model
