#include "monitoring/quality/losses.h"

#include <algorithm>
#include <cmath>

#include "data/stats/metrics/binary_metrics.h"
#include "data/stats/metrics/confusion_matrix.h"
#include "data/stats/metrics/multiclass_metrics.h"
#include "data/stats/metrics/regression_metrics.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;

constexpr double kLeastProbability = std::numeric_limits<double>::epsilon();
const double kNan = std::numeric_limits<double>::quiet_NaN();

double Clipped(double p) { return std::clamp(p, kLeastProbability, 1 - kLeastProbability); }

// The probability that the row's scores give to a class.
double ProbabilityOf(const LossRule& rule, const double* scores, std::size_t index) {
  if (rule.task != Task::kBinary) return scores[index];
  return index == 1 ? scores[0] : 1 - scores[0];
}

double LogLossOf(const LossRule& rule, const double* scores, std::size_t index) {
  const double p = Clipped(ProbabilityOf(rule, scores, index));
  if (rule.task == Task::kBinary) return -std::log(p);
  double sum = 0;
  for (std::size_t k = 0; k < rule.classes; ++k) sum += Clipped(scores[k]);
  return -std::log(p / sum);
}

double ValueOr(const Result<double>& value) { return value.ok() ? *value : kNan; }

void AddClassRates(const LossRule& rule, const Labelled& labelled, std::vector<NamedMetric>& into) {
  data::ConfusionMatrix cells(rule.classes);
  for (std::size_t i = 0; i < labelled.predicted.size(); ++i) {
    cells.Add(labelled.truth_class[i], labelled.predicted[i]);
  }
  const bool binary = rule.task == Task::kBinary;
  const data::ClassRates rates = binary ? cells.OfClass(1) : cells.Macro();
  into.push_back({"accuracy", cells.Accuracy(), true});
  into.push_back({"precision", rates.precision, true});
  into.push_back({"recall", rates.recall, true});
  into.push_back({"f1", rates.f1, true});
  into.push_back({"mcc", cells.Matthews(), true});
}

std::vector<NamedMetric> Binary(const LossRule& rule, const Labelled& labelled) {
  const data::ScoredLabels rows{.scores = labelled.scores, .truth = labelled.positive};
  std::vector<NamedMetric> metrics = {{"log_loss", ValueOr(data::LogLoss(rows)), false},
                                      {"brier", ValueOr(data::Brier(rows)), false},
                                      {"auc", ValueOr(data::RocAuc(rows)), true}};
  AddClassRates(rule, labelled, metrics);
  return metrics;
}

std::vector<NamedMetric> Multiclass(const LossRule& rule, const Labelled& labelled) {
  std::vector<NamedMetric> metrics;
  if (rule.probabilities) {
    const data::ClassProbabilities rows{rule.classes, labelled.scores, labelled.truth_class};
    metrics.push_back({"log_loss", ValueOr(data::MulticlassLogLoss(rows)), false});
    metrics.push_back({"auc", ValueOr(data::MacroOneVsRestAuc(rows)), true});
  }
  AddClassRates(rule, labelled, metrics);
  return metrics;
}

std::vector<NamedMetric> Regression(const Labelled& labelled) {
  const auto measured =
      data::MeasureRegression({.truth = labelled.truth, .predicted = labelled.scores});
  const data::RegressionMetrics m = measured.ok() ? *measured : data::RegressionMetrics();
  return {{"mae", m.mae, false},   {"rmse", m.rmse, false}, {"mape", m.mape, false},
          {"wape", m.wape, false}, {"r2", m.r2, true},      {"bias", m.mean_error, false}};
}

}  // namespace

bool HasScores(const QualityRows& rows, std::size_t row) {
  const double* scores = rows.scores.data() + row * rows.score_columns;
  return std::none_of(scores, scores + rows.score_columns, [](double s) { return std::isnan(s); });
}

std::uint32_t PredictedClass(const LossRule& rule, const QualityRows& rows, std::size_t row) {
  const double* scores = rows.scores.data() + row * rows.score_columns;
  if (rule.task == Task::kBinary) return scores[0] >= 0.5 ? 1 : 0;
  if (rule.probabilities) {
    return static_cast<std::uint32_t>(std::max_element(scores, scores + rule.classes) - scores);
  }
  const double last = static_cast<double>(rule.classes - 1);
  return static_cast<std::uint32_t>(std::clamp(std::round(scores[0]), 0.0, last));
}

std::vector<double> LossesOf(const LossRule& rule, const QualityRows& rows) {
  std::vector<double> losses(rows.rows(), kNan);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const double* scores = rows.scores.data() + row * rows.score_columns;
    if (!rows.known(row) || !HasScores(rows, row)) continue;
    const double truth = rows.truth[row];
    if (rule.task == Task::kRegression) {
      const double error = scores[0] - truth;
      losses[row] = rule.squared ? error * error : std::abs(error);
    } else if (rule.probabilities) {
      losses[row] = LogLossOf(rule, scores, static_cast<std::size_t>(truth));
    } else {
      losses[row] = PredictedClass(rule, rows, row) == static_cast<std::uint32_t>(truth) ? 0 : 1;
    }
  }
  return losses;
}

Result<std::vector<double>> ExpectedLossesOf(const LossRule& rule, const CbpeModel& cbpe,
                                             const QualityRows& rows) {
  std::vector<double> scores, expected(rows.rows(), kNan);
  std::vector<std::uint32_t> predicted;
  std::vector<std::size_t> places;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const double* of = rows.scores.data() + row * rows.score_columns;
    if (!HasScores(rows, row)) continue;
    places.push_back(row);
    scores.insert(scores.end(), of, of + rows.score_columns);
    predicted.push_back(PredictedClass(rule, rows, row));
  }
  if (places.empty()) return expected;
  ASSIGN_OR_RETURN(const std::vector<double> calibrated,
                   cbpe.Calibrate({.scores = scores, .predicted = predicted}));
  if (cbpe.problem().classes.size() != rule.classes) {
    return Error(Code::kInvalidArgument, "the estimate is of other classes");
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < rule.classes; ++k) {
      const double c = ProbabilityOf(rule, calibrated.data() + i * rows.score_columns, k);
      sum += c * LogLossOf(rule, scores.data() + i * rows.score_columns, k);
    }
    expected[places[i]] = sum;
  }
  return expected;
}

Labelled LabelledRows(const LossRule& rule, const QualityRows& rows) {
  Labelled labelled;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const double* scores = rows.scores.data() + row * rows.score_columns;
    if (!rows.known(row) || !HasScores(rows, row)) continue;
    labelled.places.push_back(row);
    labelled.scores.insert(labelled.scores.end(), scores, scores + rows.score_columns);
    labelled.truth.push_back(rows.truth[row]);
    if (rule.task == Task::kRegression) continue;
    labelled.truth_class.push_back(static_cast<std::uint32_t>(rows.truth[row]));
    labelled.predicted.push_back(PredictedClass(rule, rows, row));
    labelled.positive.push_back(rows.truth[row] == 1 ? 1 : 0);
  }
  return labelled;
}

std::vector<NamedMetric> MetricsOf(const LossRule& rule, const Labelled& labelled) {
  switch (rule.task) {
    case Task::kBinary: return Binary(rule, labelled);
    case Task::kMulticlass: return Multiclass(rule, labelled);
    case Task::kRegression: return Regression(labelled);
  }
  return {};
}

}  // namespace mooring::monitoring
