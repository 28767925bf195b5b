#include "monitoring/quality/reference_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/stats/intervals/bootstrap.h"
#include "data/stats/intervals/delong.h"
#include "data/stats/metrics/confusion_matrix.h"
#include "data/stats/metrics/score_ranking.h"

namespace mooring::monitoring {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kBootstrapRows = 20'000;
constexpr std::size_t kReplicates = 200;
constexpr double kClassesAucFactor = 1.2;

// Of a share `hits / of` that is seen in `of` of `all` rows.
double ShareError(double hits, double of, double all) {
  if (of == 0) return kUndefined;
  const double q = hits / of;
  return std::sqrt(q * (1 - q) / (of / all));
}

double RateError(LabelMeasureKind kind, const data::BinaryCells& c, bool binary) {
  const double all = c.total();
  switch (kind) {
    case LabelMeasureKind::kPrecision:
      return ShareError(c.true_positive, c.true_positive + c.false_positive, all);
    case LabelMeasureKind::kRecall:
      return ShareError(c.true_positive, c.true_positive + c.false_negative, all);
    case LabelMeasureKind::kSpecificity:
      return ShareError(c.true_negative, c.true_negative + c.false_positive, all);
    default: break;
  }
  const double wrong = c.false_positive + c.false_negative, relevant = c.true_positive + wrong;
  const double factor = binary ? relevant / (c.true_positive + wrong / 2) : 1;
  return factor * ShareError(c.true_positive, relevant, all);
}

// The deviation of the rows' influence on F1; rows that are true negatives have none.
double DeltaF1Error(const data::BinaryCells& c) {
  const double wrong = c.false_positive + c.false_negative, all = c.total();
  const double whole = 2 * c.true_positive + wrong;
  if (whole == 0) return kUndefined;
  const double f1 = 2 * c.true_positive / whole, hit = 2 * (1 - f1);
  return std::sqrt((c.true_positive * hit * hit + wrong * f1 * f1) / all) / (whole / all);
}

double DeltaAucError(const OneAgainstRest& one) {
  const auto interval = data::AucInterval(one.scores, one.truth);
  if (!interval.ok()) return kUndefined;
  return interval->standard_error * std::sqrt(static_cast<double>(one.truth.size()));
}

double CellError(const LabelProblem& problem, const LabelMeasure& measure,
                 const data::ConfusionMatrix& matrix) {
  const double cell = matrix.cell(measure.truth, measure.predicted), all = matrix.total();
  double of = all;
  if (problem.cells == CellScale::kShareOfTrue) of = matrix.OfClass(measure.truth).support;
  if (problem.cells == CellScale::kShareOfPredicted) {
    of = matrix.OfClass(measure.predicted).predicted;
  }
  return ShareError(cell, of, all);
}

double WorthError(const LabelProblem& problem, const data::ConfusionMatrix& matrix) {
  const double all = matrix.total();
  const std::size_t classes = problem.classes.size();
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < classes * classes; ++i) {
    mean += matrix.cell(i / classes, i % classes) / all * problem.worth[i];
  }
  for (std::size_t i = 0; i < classes * classes; ++i) {
    const double away = problem.worth[i] - mean;
    squares += matrix.cell(i / classes, i % classes) / all * away * away;
  }
  return std::sqrt(squares);
}

double AucError(OneAgainstRest one) {
  const auto n = static_cast<double>(one.truth.size());
  auto rare = static_cast<double>(std::ranges::count(one.truth, 1));
  if (rare / n > 0.5) {
    for (std::uint8_t& truth : one.truth) truth ^= 1;
    for (double& score : one.scores) score = -score;
    rare = n - rare;
  }
  if (rare == 0) return kUndefined;
  std::vector<double> others;
  for (std::size_t i = 0; i < one.truth.size(); ++i) {
    if (one.truth[i] == 0) others.push_back(one.scores[i]);
  }
  std::ranges::sort(others);
  std::vector<double> below;
  for (std::size_t i = 0; i < one.truth.size(); ++i) {
    if (one.truth[i] == 0) continue;
    const auto [low, high] = std::equal_range(others.begin(), others.end(), one.scores[i]);
    const auto twice = static_cast<double>((low - others.begin()) + (high - others.begin()));
    below.push_back(twice / 2 / static_cast<double>(others.size()));
  }
  double mean = 0, squares = 0;
  for (const double share : below) mean += share / rare;
  for (const double share : below) squares += (share - mean) * (share - mean) / rare;
  return std::sqrt(squares / (rare / n));
}

double AveragePrecisionError(const OneAgainstRest& one) {
  // Every k-th row of a large reference.
  const std::size_t step = (one.truth.size() + kBootstrapRows - 1) / kBootstrapRows;
  OneAgainstRest some;
  for (std::size_t i = 0; i < one.truth.size(); i += step) {
    some.scores.push_back(one.scores[i]);
    some.truth.push_back(one.truth[i]);
  }
  const auto ranking = data::ScoreRanking::Make(some.scores, some.truth);
  if (!ranking.ok()) return kUndefined;
  const auto statistic = [&](std::span<const double> weights) {
    return ranking->AveragePrecision(weights);
  };
  const auto result =
      data::Bootstrap(some.truth.size(), {}, statistic, {.replicates = kReplicates, .seed = 1});
  if (!result.ok()) return kUndefined;
  return result->estimate.standard_error * std::sqrt(static_cast<double>(some.truth.size()));
}

// The error of one class where the problem is binary, else of the mean over the classes.
template <typename OfClass>
double MeanError(const LabelProblem& problem, OfClass of_class) {
  if (problem.binary()) return of_class(std::size_t{1});
  double squares = 0, count = 0;
  for (std::size_t k = 0; k < problem.classes.size(); ++k) {
    const double error = of_class(k);
    if (std::isnan(error)) continue;
    squares += error * error;
    ++count;
  }
  return count == 0 ? kUndefined : std::sqrt(squares) / count;
}

}  // namespace

std::vector<double> ErrorsOfOneRow(const LabelProblem& problem, const LabelRows& reference,
                                   ErrorRule rule) {
  using Kind = LabelMeasureKind;
  data::ConfusionMatrix matrix(problem.classes.size());
  for (std::size_t i = 0; i < reference.truth.size(); ++i) {
    matrix.Add(reference.truth[i], reference.predicted[i]);
  }
  const auto count = static_cast<double>(problem.classes.size());
  const auto error_of = [&](const LabelMeasure& measure) {
    switch (measure.kind) {
      case Kind::kAccuracy: return ShareError(matrix.Accuracy(), 1, 1);
      case Kind::kCell: return CellError(problem, measure, matrix);
      case Kind::kWorth: return WorthError(problem, matrix);
      case Kind::kRocAuc:
        return (problem.binary() ? 1 : kClassesAucFactor) * MeanError(problem, [&](std::size_t k) {
                 const OneAgainstRest one = AgainstRest(problem, reference, k);
                 return rule == ErrorRule::kDelta ? DeltaAucError(one) : AucError(one);
               });
      case Kind::kAveragePrecision:
        return (problem.binary() ? 1 : std::sqrt(count)) * MeanError(problem, [&](std::size_t k) {
                 return AveragePrecisionError(AgainstRest(problem, reference, k));
               });
      default:
        return MeanError(problem, [&](std::size_t k) {
          const data::BinaryCells cells = matrix.AgainstRest(k);
          if (rule == ErrorRule::kDelta && measure.kind == Kind::kF1) return DeltaF1Error(cells);
          return RateError(measure.kind, cells, problem.binary());
        });
    }
  };
  std::vector<double> errors;
  for (const LabelMeasure& measure : MeasuresOf(problem)) errors.push_back(error_of(measure));
  return errors;
}

double SamplingError(const LabelMeasure& measure, double error_of_one_row, double rows) {
  return measure.is_sum ? error_of_one_row * std::sqrt(rows) : error_of_one_row / std::sqrt(rows);
}

}  // namespace mooring::monitoring
