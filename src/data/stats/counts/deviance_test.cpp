#include "data/stats/counts/deviance.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::data {
namespace {

// Where nothing cancels, the formula itself; where it does, the first terms of its expansion,
// m (d^2/2 - d^3/6 + d^4/12) and so on, with d = (x - m)/m.
TEST(Deviance, HasAllDigitsFarAndNear) {
  for (const double m : {0.3, 7.0, 1e6, 1e12}) {
    for (const double times : {1e-6, 0.1, 0.7, 0.8, 0.85, 1.2, 1.3, 2.0, 1e5}) {
      const long double x = static_cast<long double>(m) * times;
      const long double due = x * std::log(x / m) + m - x;
      EXPECT_NEAR(Deviance(m * times, m) / static_cast<double>(due), 1, 3e-15) << m << ' ' << times;
    }
    for (const double away : {1e-3, -1e-3, 1e-5, -1e-9}) {
      const double x = m * (1 + away), d = (x - m) / m;
      const double due =
          m * d * d * (0.5 - d / 6 + d * d / 12 - d * d * d / 20 + d * d * d * d / 30);
      EXPECT_NEAR(Deviance(x, m) / due, 1, 1e-14) << m << ' ' << away;
    }
  }
}

TEST(Deviance, HoldsItsCorners) {
  EXPECT_EQ(Deviance(5, 5), 0);
  EXPECT_EQ(Deviance(0, 5), 5);
  EXPECT_EQ(Deviance(0, 0), 0);
  EXPECT_EQ(Deviance(5, 0), HUGE_VAL);
}

}  // namespace
}  // namespace mooring::data
