#include "data/stats/counts/deviance.h"

#include <cmath>
#include <limits>

namespace mooring::data {

double Deviance(double x, double m) {
  if (x == 0) return m;
  if (m == 0) return std::numeric_limits<double>::infinity();
  const double difference = x - m;
  if (std::abs(difference) >= 0.1 * (x + m)) return x * std::log(x / m) - difference;
  // With v = (x - m)/(x + m), ln(x / m) = 2 (v + v^3/3 + v^5/5 + …); |v| < 0.1, so 16 terms do.
  const double v = difference / (x + m), square = v * v;
  double sum = difference * v, power = 2 * x * v;
  for (int odd = 3; odd < 35; odd += 2) {
    power *= square;
    sum += power / odd;
  }
  return sum;
}

}  // namespace mooring::data
