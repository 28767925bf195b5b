#include "data/stats/counts/hypergeometric.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "data/stats/counts/deviance.h"

namespace mooring::data {
namespace {

// What Stirling's formula leaves of ln n!: ln n! - (n + 1/2) ln n + n - ln sqrt(2 pi).
double StirlingRest(double n) {
  // n = 0 … 15, to 20 digits from the definition.
  static constexpr std::array<double, 16> kExact = {0.0,  // never asked for: no sum has a factor 0!
                                                    0.081061466795327258219670,
                                                    0.041340695955409294093822,
                                                    0.027677925684998339148789,
                                                    0.020790672103765093111523,
                                                    0.016644691189821192163195,
                                                    0.013876128823070747998746,
                                                    0.011896709945891770095056,
                                                    0.010411265261972096497479,
                                                    0.009255462182712732917729,
                                                    0.008330563433362871256469,
                                                    0.007573675487951840794972,
                                                    0.006942840107209529865664,
                                                    0.006408994188004207068440,
                                                    0.005951370112758847735624,
                                                    0.005554733551962801371039};
  if (n < kExact.size()) return kExact[static_cast<std::size_t>(n)];
  // The Stirling series; its sixth term is below 1e-16 from 16 on.
  const double r = 1 / n, s = r * r;
  const double rest = 1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * 691.0 / 360360));
  return r * (1.0 / 12 - s * (1.0 / 360 - s * rest));
}

constexpr double kNegligible = 1e-17;

}  // namespace

double BinomialMass(double k, double n, double p) {
  const double q = 1 - p;
  if (p <= 0) return k == 0 ? 1 : 0;
  if (q <= 0) return k == n ? 1 : 0;
  if (k == 0) return n == 0 ? 1 : std::exp(n * std::log1p(-p));
  if (k == n) return std::exp(n * std::log(p));
  const double exponent = StirlingRest(n) - StirlingRest(k) - StirlingRest(n - k) -
                          Deviance(k, n * p) - Deviance(n - k, n * q);
  return std::exp(exponent) * std::sqrt(n / (2 * std::numbers::pi * k * (n - k)));
}

Hypergeometric::Hypergeometric(const Urn& urn) : urn_(urn) {
  CHECK(urn.total <= kMaxTotal && urn.marked <= urn.total && urn.drawn <= urn.total);
  const std::uint64_t plain = urn.total - urn.marked;
  min_ = urn.drawn > plain ? urn.drawn - plain : 0;
  max_ = std::min(urn.drawn, urn.marked);
  const auto product = static_cast<unsigned __int128>(urn.drawn + 1) * (urn.marked + 1);
  mode_ = std::clamp(static_cast<std::uint64_t>(product / (urn.total + 2)), min_, max_);
}

// Three binomial masses of one probability, the share drawn: the powers of it cancel.
double Hypergeometric::Mass(std::uint64_t k) const {
  if (k < min_ || k > max_) return 0;
  if (min_ == max_) return 1;
  const auto total = static_cast<double>(urn_.total), marked = static_cast<double>(urn_.marked);
  const auto drawn = static_cast<double>(urn_.drawn), got = static_cast<double>(k);
  const double share = drawn / total, rest = (total - drawn) / total;
  // Near 1 a share has lost the digits that its logarithm needs; the other one has them.
  const double log_share = share < 0.5 ? std::log(share) : std::log1p(-rest);
  const double log_rest = share < 0.5 ? std::log1p(-share) : std::log(rest);
  const auto log_mass = [=](double x, double trials) {
    if (x == 0) return trials * log_rest;
    if (x == trials) return trials * log_share;
    return StirlingRest(trials) - StirlingRest(x) - StirlingRest(trials - x) -
           Deviance(x, trials * share) - Deviance(trials - x, trials * rest) -
           0.5 * std::log(2 * std::numbers::pi * x * ((trials - x) / trials));
  };
  return std::exp(log_mass(got, marked) + log_mass(drawn - got, total - marked) -
                  log_mass(drawn, total));
}

double Hypergeometric::Ratio(std::uint64_t k) const {
  const auto up = static_cast<double>(urn_.marked - k) * static_cast<double>(urn_.drawn - k);
  // In this order nothing goes below zero: k is at least marked + drawn - total.
  const std::uint64_t left = urn_.total + k + 1 - urn_.marked - urn_.drawn;
  return up / (static_cast<double>(k + 1) * static_cast<double>(left));
}

double Hypergeometric::LowerTail(std::uint64_t k) const {
  if (k < min_) return 0;
  if (k >= max_) return 1;
  // Beyond the mode the terms grow at first: the other tail is the shorter way.
  if (k > mode_) return 1 - UpperTail(k + 1);
  double sum = 1, term = 1;
  for (std::uint64_t at = k; at > min_; --at) {
    term /= Ratio(at - 1);
    sum += term;
    if (term < kNegligible * sum) break;
  }
  return std::min(1.0, Mass(k) * sum);
}

double Hypergeometric::UpperTail(std::uint64_t k) const {
  if (k <= min_) return 1;
  if (k > max_) return 0;
  if (k <= mode_) return 1 - LowerTail(k - 1);
  double sum = 1, term = 1;
  for (std::uint64_t at = k; at < max_; ++at) {
    term *= Ratio(at);
    sum += term;
    if (term < kNegligible * sum) break;
  }
  return std::min(1.0, Mass(k) * sum);
}

std::uint64_t Hypergeometric::Draw(Rng& rng) const {
  double left = rng.Uniform();
  std::uint64_t below = mode_, above = mode_;
  double mass_below = Mass(mode_), mass_above = mass_below;
  left -= mass_below;
  while (left >= 0) {
    // The masses may sum to a little less than one: then any value at the end will do.
    if ((above == max_ || mass_above < 1e-30) && (below == min_ || mass_below < 1e-30))
      return mode_;
    if (above < max_) {
      mass_above *= Ratio(above++);
      if ((left -= mass_above) < 0) return above;
    }
    if (below > min_) {
      mass_below /= Ratio(--below);
      if ((left -= mass_below) < 0) return below;
    }
  }
  return mode_;
}

}  // namespace mooring::data
