// The maximum mean discrepancy: how far apart two samples of rows lie in the space of a Gaussian
// kernel. The one test here that sees several columns at once, such as an embedding.
//
// Use it for small samples of rows with several numbers each. Its work grows with the square of the
// rows: draw a sample first. For one column the other tests here are faster and sharper.
//
//   k(x, y) = exp(-|x - y|^2 / (2 sigma^2))
//   MMD^2 = sum_{i != j} k(x_i, x_j) / (n (n-1)) + the same of y - 2 / (n m) sum_{i,j} k(x_i, y_j)
// unbiased, so that it may be below 0; the biased form divides by n^2 and counts i = j.
//
// Source: Gretton, Borgwardt, Rasch, Schoelkopf, Smola, JMLR 13 (2012). The defaults are those of
// Evidently's empirical_mmd: unbiased, sigma^2 half the median of the squared distances of all
// pairs of reference rows, each with itself included (1/2 where that is 0), p the share of
// permutations with an MMD^2 at least as large.
//
// Failure: kInvalidArgument for less than two rows, ragged rows, sigma <= 0, values that are NaN or
// infinite; kTooLarge above kMmdRows rows together. Thread safety: pure functions; the Rng is the
// caller's. Cost: MmdSquared N^2/2 kernels and no memory; MmdTest 4 N^2 bytes, N^2/2 additions a
// permutation (N = n + m: 4096 rows, 100 permutations: 64 MiB, about a second).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/result.h"
#include "base/rng.h"
#include "data/stats/test_result.h"

namespace mooring::data {

inline constexpr std::size_t kMmdRows = 4096;  // of both samples together

enum class MmdForm { kUnbiased, kBiased };

// Rows lie one after another, `dim` numbers each.
Result<double> MmdSquared(std::span<const double> rows_a, std::span<const double> rows_b,
                          std::size_t dim, double sigma, MmdForm form = MmdForm::kUnbiased);

// The median rule above, from the reference.
Result<double> MmdMedianSigma(std::span<const double> rows, std::size_t dim);

struct MmdOptions {
  std::size_t dim = 1;
  std::optional<double> sigma;  // none: the median rule on the first sample
  std::size_t permutations = 100;
};

// The first sample is the reference. p is a multiple of 1 / permutations, 0 included.
Result<TestResult> MmdTest(std::span<const double> rows_a, std::span<const double> rows_b,
                           const MmdOptions& options, Rng& rng);

}  // namespace mooring::data
