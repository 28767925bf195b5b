#include "data/stats/calibration/calibration_error.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace mooring::data {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::errno_on_error>,
                               policies::pole_error<policies::errno_on_error>,
                               policies::overflow_error<policies::errno_on_error>,
                               policies::evaluation_error<policies::errno_on_error>>;

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

Status Check(std::span<const double> probabilities, std::span<const std::uint8_t> truth) {
  if (probabilities.empty()) return Wrong("no rows");
  if (probabilities.size() != truth.size()) return Wrong("scores and truth differ in length");
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!(probabilities[i] >= 0 && probabilities[i] <= 1)) {
      return Wrong("score is no probability in row " + std::to_string(i));
    }
    if (truth[i] > 1) return Wrong("truth is neither 0 nor 1 in row " + std::to_string(i));
  }
  return Ok();
}

void Finish(ReliabilityBin& bin, double score_sum, double truth_sum) {
  const auto rows = static_cast<double>(bin.rows);
  bin.mean_score = bin.rows == 0 ? kUndefined : score_sum / rows;
  bin.rate = bin.rows == 0 ? kUndefined : truth_sum / rows;
}

std::vector<ReliabilityBin> EqualCount(std::span<const double> probabilities,
                                       std::span<const std::uint8_t> truth, std::size_t bins) {
  const std::size_t n = truth.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return probabilities[i]; });
  std::vector<ReliabilityBin> table(bins);
  for (std::size_t b = 0; b < bins; ++b) {
    const std::size_t begin = b * (n / bins), end = b + 1 == bins ? n : begin + n / bins;
    double score_sum = 0, truth_sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
      score_sum += probabilities[order[i]];
      truth_sum += truth[order[i]];
    }
    table[b] = {.rows = end - begin,
                .low = probabilities[order[begin]],
                .high = probabilities[order[end - 1]]};
    Finish(table[b], score_sum, truth_sum);
  }
  return table;
}

std::vector<ReliabilityBin> EqualWidth(std::span<const double> probabilities,
                                       std::span<const std::uint8_t> truth, std::size_t bins) {
  const auto count = static_cast<double>(bins);
  std::vector<ReliabilityBin> table(bins);
  std::vector<double> score_sums(bins), truth_sums(bins);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto b = std::min(bins - 1, static_cast<std::size_t>(probabilities[i] * count));
    ++table[b].rows;
    score_sums[b] += probabilities[i];
    truth_sums[b] += truth[i];
  }
  for (std::size_t b = 0; b < bins; ++b) {
    table[b].low = static_cast<double>(b) / count;
    table[b].high = static_cast<double>(b + 1) / count;
    Finish(table[b], score_sums[b], truth_sums[b]);
  }
  return table;
}

// Log-odds of p with p clipped.
double LogOdds(double p) {
  constexpr double kClip = 1e-12;
  p = std::clamp(p, kClip, 1 - kClip);
  return std::log(p) - std::log1p(-p);
}

// Gradient and observed information of the log-likelihood at (intercept, slope).
struct Curvature {
  double likelihood = 0;
  double gradient_intercept = 0, gradient_slope = 0;
  double information_00 = 0, information_01 = 0, information_11 = 0;
  double determinant() const {
    return information_00 * information_11 - information_01 * information_01;
  }
};

Curvature CurvatureAt(std::span<const double> log_odds, std::span<const std::uint8_t> truth,
                      double intercept, double slope) {
  Curvature c;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double x = log_odds[i], z = intercept + slope * x;
    const double q = 1 / (1 + std::exp(-z)), error = truth[i] - q, spread = q * (1 - q);
    // ln(1 + e^z) without overflow.
    c.likelihood += (truth[i] == 1 ? z : 0) - std::max(z, 0.0) - std::log1p(std::exp(-std::abs(z)));
    c.gradient_intercept += error;
    c.gradient_slope += error * x;
    c.information_00 += spread;
    c.information_01 += spread * x;
    c.information_11 += spread * x * x;
  }
  return c;
}

constexpr int kMostSteps = 100;
constexpr double kSmallStep = 1e-12;
// Log-odds of rows whose classes are parted wholly run away: a real slope is never that steep.
constexpr double kSteepest = 1e4;

Error NoLine(std::string why) {
  return Error(Code::kFailedPrecondition, "no calibration line").Why(std::move(why));
}

Result<double> FitInTheLarge(std::span<const double> log_odds,
                             std::span<const std::uint8_t> truth) {
  double intercept = 0;
  for (int step = 0; step < kMostSteps; ++step) {
    const Curvature c = CurvatureAt(log_odds, truth, intercept, 1);
    if (!(c.information_00 > 0)) return NoLine("the scores are certain");
    // Short steps: far away the curve is nearly flat and a full step overshoots.
    const double move = std::clamp(c.gradient_intercept / c.information_00, -2.0, 2.0);
    intercept += move;
    if (std::abs(move) <= kSmallStep * (1 + std::abs(intercept))) return intercept;
  }
  return NoLine("Newton's steps do not settle");
}

}  // namespace

Result<std::vector<ReliabilityBin>> ReliabilityTable(std::span<const double> probabilities,
                                                     std::span<const std::uint8_t> truth,
                                                     std::size_t bins, Binning binning) {
  RETURN_IF_ERROR(Check(probabilities, truth));
  if (bins == 0) return Wrong("no bins");
  if (binning == Binning::kEqualWidth) return EqualWidth(probabilities, truth, bins);
  if (bins > truth.size()) return Wrong("more bins than rows");
  return EqualCount(probabilities, truth, bins);
}

double ExpectedCalibrationError(std::span<const ReliabilityBin> table) {
  double sum = 0, rows = 0;
  for (const ReliabilityBin& bin : table) {
    if (bin.rows == 0) continue;
    sum += static_cast<double>(bin.rows) * std::abs(bin.mean_score - bin.rate);
    rows += static_cast<double>(bin.rows);
  }
  return rows == 0 ? kUndefined : sum / rows;
}

double GreatestCalibrationError(std::span<const ReliabilityBin> table) {
  double greatest = kUndefined;
  for (const ReliabilityBin& bin : table) {
    if (bin.rows != 0) greatest = std::fmax(greatest, std::abs(bin.mean_score - bin.rate));
  }
  return greatest;
}

Result<CalibrationLine> FitCalibrationLine(std::span<const double> probabilities,
                                           std::span<const std::uint8_t> truth) {
  RETURN_IF_ERROR(Check(probabilities, truth));
  const auto positives = std::accumulate(truth.begin(), truth.end(), std::size_t{0});
  if (positives == 0 || positives == truth.size()) return NoLine("there is only one class");
  std::vector<double> log_odds(truth.size());
  std::ranges::transform(probabilities, log_odds.begin(), LogOdds);
  CalibrationLine line;
  ASSIGN_OR_RETURN(line.in_the_large, FitInTheLarge(log_odds, truth));
  Curvature here = CurvatureAt(log_odds, truth, 0, 0);
  for (int step = 0; step < kMostSteps; ++step) {
    const double determinant = here.determinant();
    if (!(determinant > 1e-12 * here.information_00 * here.information_11)) {
      return NoLine(step == 0 ? "all scores are equal" : "the scores part the classes wholly");
    }
    double by_intercept = (here.information_11 * here.gradient_intercept -
                           here.information_01 * here.gradient_slope) /
                          determinant;
    double by_slope = (here.information_00 * here.gradient_slope -
                       here.information_01 * here.gradient_intercept) /
                      determinant;
    Curvature next =
        CurvatureAt(log_odds, truth, line.intercept + by_intercept, line.slope + by_slope);
    // The likelihood is concave: a step that lowers it went too far.
    for (int half = 0; half < 30 && !(next.likelihood >= here.likelihood - 1e-9); ++half) {
      by_intercept /= 2;
      by_slope /= 2;
      next = CurvatureAt(log_odds, truth, line.intercept + by_intercept, line.slope + by_slope);
    }
    line.intercept += by_intercept;
    line.slope += by_slope;
    here = next;
    if (std::abs(line.slope) > kSteepest) return NoLine("the scores part the classes wholly");
    if (std::abs(by_intercept) <= kSmallStep * (1 + std::abs(line.intercept)) &&
        std::abs(by_slope) <= kSmallStep * (1 + std::abs(line.slope))) {
      line.intercept_error = std::sqrt(here.information_11 / here.determinant());
      line.slope_error = std::sqrt(here.information_00 / here.determinant());
      return line;
    }
  }
  return NoLine("the scores part the classes wholly");
}

HosmerLemeshowResult HosmerLemeshow(std::span<const ReliabilityBin> table) {
  HosmerLemeshowResult result{.statistic = kUndefined, .p_value = kUndefined};
  double sum = 0;
  std::size_t bins = 0;
  for (const ReliabilityBin& bin : table) {
    if (bin.rows == 0) continue;
    ++bins;
    const auto rows = static_cast<double>(bin.rows);
    const double away = rows * (bin.rate - bin.mean_score);
    if (away != 0) sum += away * away / (rows * bin.mean_score * (1 - bin.mean_score));
  }
  if (bins < 3) return result;
  result.statistic = sum;
  result.degrees = bins - 2;
  result.p_value = std::isinf(sum) ? 0
                                   : boost::math::gamma_q(static_cast<double>(result.degrees) / 2,
                                                          sum / 2, Quiet());
  return result;
}

}  // namespace mooring::data
