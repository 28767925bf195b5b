// Samples for tests that a script of ours draws in the same way, so that golden files need hold no
// data: splitmix64 (base/rng.h), uniform in [0, 1), and the cosine branch of Box and Muller. Only
// tests include it.
//
// Each value is drawn in order from one seed. The last digit of a normal value may differ from
// machine to machine with its log and cos: compare results, never draws.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <vector>

#include "base/rng.h"

namespace mooring::data::testing {

inline double DrawNormal(Rng& rng) {
  const double u = rng.Uniform(), v = rng.Uniform();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

// One value of the shape; shapes that are not known give 0.
inline double DrawOne(std::string_view shape, double shift, Rng& rng) {
  if (shape == "normal") return DrawNormal(rng) + shift;
  if (shape == "wide") return 2 * DrawNormal(rng) + shift;
  if (shape == "lognormal") return std::exp(DrawNormal(rng) + shift);
  if (shape == "ties") return std::floor(3 * DrawNormal(rng) + 2 * shift);
  if (shape == "uniform") return rng.Uniform() + shift;
  if (shape == "const") return 1.0 + shift;
  if (shape == "two") return rng.Uniform() < 0.3 + 0.2 * shift ? 1 : 0;
  if (shape == "huge") return (2 * rng.Uniform() - 1) * (1 - shift) * 1e308;
  if (shape == "denormal") return std::floor(1000 * rng.Uniform() + shift) * 0x1p-1074;
  return 0;
}

inline std::vector<double> Draw(std::string_view shape, std::size_t n, std::uint64_t seed,
                                double shift) {
  Rng rng(seed);
  std::vector<double> values(n);
  for (double& x : values) x = DrawOne(shape, shift, rng);
  return values;
}

}  // namespace mooring::data::testing
