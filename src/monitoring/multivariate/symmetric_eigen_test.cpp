#include "monitoring/multivariate/symmetric_eigen.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace mooring::monitoring {
namespace {

// [[2, 1], [1, 2]] has 3 along (1, 1) and 1 along (1, -1).
TEST(SymmetricEigen, SolvesTwoByTwoByHand) {
  const EigenPairs pairs = SymmetricEigen({2, 1, 1, 2}, 2);
  EXPECT_NEAR(pairs.values[0], 3, 1e-15);
  EXPECT_NEAR(pairs.values[1], 1, 1e-15);
  EXPECT_NEAR(pairs.vectors[0], std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(pairs.vectors[1], std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(std::abs(pairs.vectors[2]), std::sqrt(0.5), 1e-15);
}

TEST(SymmetricEigen, DiagonalZeroOneAndNoneAreFine) {
  const EigenPairs diagonal = SymmetricEigen({1, 0, 0, 0, 3, 0, 0, 0, 2}, 3);
  EXPECT_EQ(diagonal.values, (std::vector<double>{3, 2, 1}));
  EXPECT_EQ(diagonal.vectors, (std::vector<double>{0, 1, 0, 0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(SymmetricEigen({0, 0, 0, 0}, 2).values, (std::vector<double>{0, 0}));
  EXPECT_EQ(SymmetricEigen({5}, 1).values, std::vector<double>{5});
  EXPECT_TRUE(SymmetricEigen({}, 0).values.empty());
}

// A v = lambda v, vectors orthonormal, values descending, trace kept: for random matrices, also of
// low rank and with values over twelve orders of magnitude.
TEST(SymmetricEigen, PairsFulfilTheirEquation) {
  Rng rng(3);
  for (const std::size_t n : {2U, 5U, 17U, 40U}) {
    for (const std::size_t rank : {std::size_t{1}, n / 2 + 1, 2 * n}) {
      std::vector<double> matrix(n * n, 0.0);
      for (std::size_t r = 0; r < rank; ++r) {
        std::vector<double> x(n);
        for (double& value : x) value = (rng.Uniform() - 0.5) * (r == 0 ? 1e6 : 1);
        for (std::size_t i = 0; i < n; ++i) {
          for (std::size_t j = 0; j < n; ++j) matrix[i * n + j] += x[i] * x[j];
        }
      }
      const EigenPairs pairs = SymmetricEigen(matrix, n);
      const double scale = pairs.values[0];
      double trace = 0;
      for (std::size_t k = 0; k < n; ++k) {
        trace += matrix[k * n + k] - pairs.values[k];
        EXPECT_LE(pairs.values[k], pairs.values[k == 0 ? 0 : k - 1]);
        for (std::size_t i = 0; i < n; ++i) {
          double image = 0, dot = 0;
          for (std::size_t j = 0; j < n; ++j) {
            image += matrix[i * n + j] * pairs.vectors[k * n + j];
            dot += pairs.vectors[i * n + j] * pairs.vectors[k * n + j];
          }
          EXPECT_NEAR(image, pairs.values[k] * pairs.vectors[k * n + i], 1e-13 * scale);
          EXPECT_NEAR(dot, i == k ? 1 : 0, 1e-13);
        }
      }
      EXPECT_NEAR(trace, 0, 1e-13 * scale);
    }
  }
}

}  // namespace
}  // namespace mooring::monitoring
