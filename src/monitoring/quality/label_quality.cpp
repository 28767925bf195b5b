#include "monitoring/quality/label_quality.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/stats/metrics/binary_metrics.h"
#include "data/stats/metrics/confusion_matrix.h"

namespace mooring::monitoring {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

double Ratio(double part, double whole) { return whole > 0 ? part / whole : kUndefined; }

// Mean of those that are defined.
class DefinedMean {
 public:
  void Add(double value) {
    if (std::isnan(value)) return;
    sum_ += value;
    ++count_;
  }
  double value() const { return Ratio(sum_, count_); }

 private:
  double sum_ = 0, count_ = 0;
};

double Rate(LabelMeasureKind kind, const data::BinaryCells& c) {
  switch (kind) {
    case LabelMeasureKind::kPrecision:
      return Ratio(c.true_positive, c.true_positive + c.false_positive);
    case LabelMeasureKind::kRecall:
      return Ratio(c.true_positive, c.true_positive + c.false_negative);
    case LabelMeasureKind::kSpecificity:
      return Ratio(c.true_negative, c.true_negative + c.false_positive);
    case LabelMeasureKind::kF1:
      return Ratio(c.true_positive, c.true_positive + (c.false_positive + c.false_negative) / 2);
    default: return kUndefined;
  }
}

double ScaledCell(const data::ConfusionMatrix& matrix, CellScale scale, std::size_t truth,
                  std::size_t predicted) {
  const double cell = matrix.cell(truth, predicted);
  switch (scale) {
    case CellScale::kShareOfAll: return Ratio(cell, matrix.total());
    case CellScale::kShareOfTrue: return Ratio(cell, matrix.OfClass(truth).support);
    case CellScale::kShareOfPredicted: return Ratio(cell, matrix.OfClass(predicted).predicted);
    case CellScale::kRows: break;
  }
  return cell;
}

double Worth(const LabelProblem& problem, const data::ConfusionMatrix& matrix) {
  const std::size_t classes = problem.classes.size();
  double sum = 0;
  for (std::size_t b = 0; b < classes; ++b) {
    // A class that was never predicted brings nothing, by share too.
    if (matrix.OfClass(b).predicted == 0) continue;
    for (std::size_t a = 0; a < classes; ++a) {
      const CellScale scale =
          problem.worth_by_share ? CellScale::kShareOfPredicted : CellScale::kRows;
      sum += problem.worth[a * classes + b] * ScaledCell(matrix, scale, a, b);
    }
  }
  return sum;
}

// What follows from cells alone; NaN for the measures of ranks.
double FromCells(const LabelProblem& problem, const LabelMeasure& measure,
                 const data::ConfusionMatrix& matrix) {
  switch (measure.kind) {
    case LabelMeasureKind::kRocAuc:
    case LabelMeasureKind::kAveragePrecision: return kUndefined;
    case LabelMeasureKind::kAccuracy: return matrix.Accuracy();
    case LabelMeasureKind::kCell:
      return ScaledCell(matrix, problem.cells, measure.truth, measure.predicted);
    case LabelMeasureKind::kWorth: return Worth(problem, matrix);
    default: break;
  }
  if (problem.binary()) return Rate(measure.kind, matrix.AgainstRest(1));
  DefinedMean mean;
  for (std::size_t k = 0; k < problem.classes.size(); ++k) {
    mean.Add(Rate(measure.kind, matrix.AgainstRest(k)));
  }
  return mean.value();
}

std::vector<double> AllFromCells(const LabelProblem& problem,
                                 const std::vector<LabelMeasure>& measures,
                                 const data::ConfusionMatrix& matrix) {
  std::vector<double> values;
  values.reserve(measures.size());
  for (const LabelMeasure& measure : measures) {
    values.push_back(FromCells(problem, measure, matrix));
  }
  return values;
}

// Five decimals, half to even.
double Rounded(double sum) { return std::nearbyint(sum * 1e5) / 1e5; }

struct Ranked {
  double roc_auc = kUndefined, average_precision = kUndefined;
};

// c in descending order of score, rows of equal score sharing their mean.
std::vector<double> ByScore(std::span<const double> scores, std::span<const double> chances) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return scores[i]; });
  std::vector<double> sorted(scores.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double sum = 0;
    bool equal = true;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end) {
      sum += chances[order[end]];
      equal = equal && chances[order[end]] == chances[order[begin]];
    }
    const double mean = equal ? chances[order[begin]] : sum / static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) sorted[i] = mean;
  }
  return sorted;
}

Ranked ExpectedRanked(std::span<const double> scores, std::span<const double> chances) {
  const std::vector<double> sorted = ByScore(scores, chances);
  double all_hits = 0, all_misses = 0;
  for (const double c : sorted) {
    all_hits += c;
    all_misses += 1 - c;
  }
  all_hits = Rounded(all_hits);
  all_misses = Rounded(all_misses);
  double hits = 0, misses = 0, area = 0, precision = 0, rank = 0;
  double hit_share = 0, miss_share = 0;  // up to the row before
  for (const double c : sorted) {
    hits += c;
    misses += 1 - c;
    ++rank;
    const double next_hit = Rounded(hits) / all_hits, next_miss = Rounded(misses) / all_misses;
    area += (next_miss - miss_share) * (next_hit + hit_share) / 2;
    precision += (next_hit - hit_share) * (Rounded(hits) / rank);
    hit_share = next_hit;
    miss_share = next_miss;
  }
  Ranked ranked;
  if (all_hits > 0) ranked.average_precision = precision;
  if (all_hits > 0 && all_misses > 0) ranked.roc_auc = area;
  return ranked;
}

// Ranked measures of class 1, or the mean over the classes.
template <typename OfClass>
Ranked MeanRanked(const LabelProblem& problem, OfClass of_class) {
  if (problem.binary()) return of_class(std::size_t{1});
  DefinedMean area, precision;
  for (std::size_t k = 0; k < problem.classes.size(); ++k) {
    const Ranked one = of_class(k);
    area.Add(one.roc_auc);
    precision.Add(one.average_precision);
  }
  return {area.value(), precision.value()};
}

void Put(const std::vector<LabelMeasure>& measures, const Ranked& ranked,
         std::vector<double>& values) {
  for (std::size_t i = 0; i < measures.size(); ++i) {
    if (measures[i].kind == LabelMeasureKind::kRocAuc) values[i] = ranked.roc_auc;
    if (measures[i].kind == LabelMeasureKind::kAveragePrecision) {
      values[i] = ranked.average_precision;
    }
  }
}

LabelMeasure CellMeasure(const LabelProblem& problem, std::uint32_t truth, std::uint32_t predicted,
                         std::string name) {
  const bool counts = problem.cells == CellScale::kRows;
  const double most = counts ? std::numeric_limits<double>::infinity() : 1;
  return {.kind = LabelMeasureKind::kCell,
          .truth = truth,
          .predicted = predicted,
          .name = std::move(name),
          .limits = {0, most},
          .is_sum = counts};
}

}  // namespace

Status CheckProblem(const LabelProblem& problem) {
  const std::size_t classes = problem.classes.size();
  if (classes < 2) return Wrong("fewer than two classes");
  if (problem.score_each && classes > 2) return Wrong("more than two classes always score each");
  if (problem.worth.empty()) return Ok();
  if (problem.worth.size() != classes * classes) {
    return Wrong("the business matrix is not classes by classes");
  }
  for (const double worth : problem.worth) {
    if (!std::isfinite(worth)) return Wrong("the business matrix is not finite");
  }
  return Ok();
}

Status CheckRows(const LabelProblem& problem, const LabelRows& rows, bool needs_truth) {
  const std::size_t n = rows.predicted.size(), classes = problem.classes.size();
  if (n == 0) return Wrong("no rows");
  if (rows.scores.size() != n * problem.columns() || (needs_truth && rows.truth.size() != n)) {
    return Wrong("scores, predictions and truth do not fit each other");
  }
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    if (rows.scores[i] >= 0 && rows.scores[i] <= 1) continue;
    return Wrong("score is no probability in row " + std::to_string(i / problem.columns()));
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (rows.predicted[i] >= classes || (needs_truth && rows.truth[i] >= classes)) {
      return Wrong("class out of range in row " + std::to_string(i));
    }
  }
  return Ok();
}

std::vector<LabelMeasure> MeasuresOf(const LabelProblem& problem) {
  using Kind = LabelMeasureKind;
  std::vector<LabelMeasure> measures;
  const auto rate = [&](Kind kind, const char* name) {
    measures.push_back({.kind = kind, .name = name, .limits = {0, 1}});
  };
  rate(Kind::kRocAuc, "roc_auc");
  rate(Kind::kAveragePrecision, "average_precision");
  rate(Kind::kF1, "f1");
  rate(Kind::kPrecision, "precision");
  rate(Kind::kRecall, "recall");
  rate(Kind::kSpecificity, "specificity");
  rate(Kind::kAccuracy, "accuracy");
  if (problem.binary()) {
    measures.push_back(CellMeasure(problem, 1, 1, "true_positive"));
    measures.push_back(CellMeasure(problem, 0, 0, "true_negative"));
    measures.push_back(CellMeasure(problem, 0, 1, "false_positive"));
    measures.push_back(CellMeasure(problem, 1, 0, "false_negative"));
  } else {
    const auto classes = static_cast<std::uint32_t>(problem.classes.size());
    for (std::uint32_t a = 0; a < classes; ++a) {
      for (std::uint32_t b = 0; b < classes; ++b) {
        measures.push_back(CellMeasure(
            problem, a, b, "true_" + problem.classes[a] + "_pred_" + problem.classes[b]));
      }
    }
  }
  if (!problem.worth.empty()) {
    measures.push_back(
        {.kind = Kind::kWorth, .name = "business_value", .is_sum = !problem.worth_by_share});
  }
  return measures;
}

OneAgainstRest AgainstRest(const LabelProblem& problem, const LabelRows& rows, std::size_t k) {
  const std::size_t n = rows.predicted.size(), columns = problem.columns();
  OneAgainstRest one;
  one.scores.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    one.scores[i] = rows.scores[i * columns + (problem.binary() ? 0 : k)];
  }
  if (problem.binary() && k == 0) {
    for (double& score : one.scores) score = 1 - score;
  }
  one.truth.reserve(rows.truth.size());
  for (const std::uint32_t truth : rows.truth) one.truth.push_back(truth == k ? 1 : 0);
  return one;
}

std::vector<double> ExpectedQuality(const LabelProblem& problem, const LabelRows& rows,
                                    std::span<const double> probabilities) {
  const std::size_t n = rows.predicted.size(), columns = problem.columns();
  data::ConfusionMatrix matrix(problem.classes.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (problem.binary()) {
      matrix.Add(1, rows.predicted[i], probabilities[i]);
      matrix.Add(0, rows.predicted[i], 1 - probabilities[i]);
    } else {
      for (std::size_t k = 0; k < columns; ++k) {
        matrix.Add(k, rows.predicted[i], probabilities[i * columns + k]);
      }
    }
  }
  const std::vector<LabelMeasure> measures = MeasuresOf(problem);
  std::vector<double> values = AllFromCells(problem, measures, matrix);
  const LabelRows expected{.scores = probabilities, .predicted = rows.predicted};
  const LabelRows raw{.scores = rows.scores, .predicted = rows.predicted};
  const auto of_class = [&](std::size_t k) {
    return ExpectedRanked(AgainstRest(problem, raw, k).scores,
                          AgainstRest(problem, expected, k).scores);
  };
  Put(measures, MeanRanked(problem, of_class), values);
  return values;
}

std::vector<double> RealisedQuality(const LabelProblem& problem, const LabelRows& rows) {
  data::ConfusionMatrix matrix(problem.classes.size());
  for (std::size_t i = 0; i < rows.truth.size(); ++i) matrix.Add(rows.truth[i], rows.predicted[i]);
  const std::vector<LabelMeasure> measures = MeasuresOf(problem);
  std::vector<double> values = AllFromCells(problem, measures, matrix);
  const auto of_class = [&](std::size_t k) {
    const OneAgainstRest one = AgainstRest(problem, rows, k);
    const Result<double> area = data::RocAuc({.scores = one.scores, .truth = one.truth});
    const Result<double> precision =
        data::AveragePrecision({.scores = one.scores, .truth = one.truth});
    return Ranked{area.ok() ? *area : kUndefined, precision.ok() ? *precision : kUndefined};
  };
  Put(measures, MeanRanked(problem, of_class), values);
  return values;
}

}  // namespace mooring::monitoring
