// Rng: the only source of randomness, always from a seed that somebody chose, so that every run can
// be repeated. Not for secrets: those come from base/crypto.
//
// The generator is splitmix64 (Steele, Lea, Flood 2014): state += 0x9E3779B97F4A7C15, then two
// xor-multiply mixes. Thread safety: none; give each thread its own.
#pragma once

#include <cstdint>

namespace mooring {

class Rng {
 public:
  using result_type = std::uint64_t;
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  // Uniform in [0, bound); bound 0 gives 0. The bias is below bound / 2^64.
  std::uint64_t Below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }

  // For the standard library's shuffles and distributions.
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }
  std::uint64_t operator()() { return Next(); }

 private:
  std::uint64_t state_;
};

}  // namespace mooring
