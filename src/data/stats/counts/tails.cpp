#include "data/stats/counts/tails.h"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "data/stats/counts/hypergeometric.h"

namespace mooring::data::tails {
namespace {

namespace policies = boost::math::policies;
// No exceptions: a fault gives NaN or infinity, and the domain is checked here before.
using Quiet = policies::policy<policies::domain_error<policies::errno_on_error>,
                               policies::pole_error<policies::errno_on_error>,
                               policies::overflow_error<policies::errno_on_error>,
                               policies::evaluation_error<policies::errno_on_error>,
                               policies::rounding_error<policies::errno_on_error>>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace

double ChiSquaredUpper(double x, double dof) {
  if (std::isnan(x) || !(dof > 0) || std::isinf(dof)) return kNan;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return boost::math::gamma_q(dof / 2, x / 2, Quiet());
}

double NormalUpper(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

double NormalQuantile(double p) {
  if (!(p >= 0 && p <= 1)) return kNan;
  if (p == 0) return -kInf;
  if (p == 1) return kInf;
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p, Quiet());
}

double Beta(double a, double b, double x) {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1) || std::isinf(a) || std::isinf(b)) return kNan;
  return boost::math::ibeta(a, b, x, Quiet());
}

double BetaQuantile(double a, double b, double p) {
  if (!(a > 0 && b > 0 && p >= 0 && p <= 1) || std::isinf(a) || std::isinf(b)) return kNan;
  return boost::math::ibeta_inv(a, b, p, Quiet());
}

double FairCoin(std::uint64_t k, std::uint64_t n) {
  return k > n ? 0 : BinomialMass(static_cast<double>(k), static_cast<double>(n), 0.5);
}

double FairCoinLower(std::uint64_t k, std::uint64_t n) {
  if (k >= n) return 1;
  return Beta(static_cast<double>(n - k), static_cast<double>(k) + 1, 0.5);
}

}  // namespace mooring::data::tails
