#include "data/stats/metrics/confusion_matrix.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace mooring::data {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

double Share(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// As Share, but of an empty matrix nothing is known.
double Rate(const BinaryCells& cells, double part, double whole) {
  return cells.total() == 0 ? kUndefined : Share(part, whole);
}

ConfusionMatrix AsMatrix(const BinaryCells& cells) {
  ConfusionMatrix matrix(2);
  matrix.Add(0, 0, cells.true_negative);
  matrix.Add(0, 1, cells.false_positive);
  matrix.Add(1, 0, cells.false_negative);
  matrix.Add(1, 1, cells.true_positive);
  return matrix;
}

}  // namespace

double Accuracy(const BinaryCells& cells) {
  return Rate(cells, cells.true_positive + cells.true_negative, cells.total());
}

double Precision(const BinaryCells& cells) {
  return Rate(cells, cells.true_positive, cells.true_positive + cells.false_positive);
}

double Recall(const BinaryCells& cells) {
  return Rate(cells, cells.true_positive, cells.true_positive + cells.false_negative);
}

double Specificity(const BinaryCells& cells) {
  return Rate(cells, cells.true_negative, cells.true_negative + cells.false_positive);
}

double FBeta(const BinaryCells& cells, double beta) {
  const double square = beta * beta;
  const double hits = (1 + square) * cells.true_positive;
  return Rate(cells, hits, hits + square * cells.false_negative + cells.false_positive);
}

double BalancedAccuracy(const BinaryCells& cells) { return AsMatrix(cells).BalancedAccuracy(); }
double Matthews(const BinaryCells& cells) { return AsMatrix(cells).Matthews(); }
double Kappa(const BinaryCells& cells) { return AsMatrix(cells).Kappa(); }

Result<ConfusionMatrix> ConfusionMatrix::Count(std::size_t classes,
                                               std::span<const std::uint32_t> truth,
                                               std::span<const std::uint32_t> predicted,
                                               std::span<const double> weights) {
  if (truth.size() != predicted.size() || (!weights.empty() && weights.size() != truth.size())) {
    return Error(Code::kInvalidArgument, "truth, predictions and weights differ in length");
  }
  ConfusionMatrix matrix(classes);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] >= classes || predicted[i] >= classes) {
      return Error(Code::kInvalidArgument, "class out of range in row " + std::to_string(i));
    }
    const double weight = weights.empty() ? 1 : weights[i];
    if (!(weight >= 0) || std::isinf(weight)) {
      return Error(Code::kInvalidArgument,
                   "weight is negative or not finite in row " + std::to_string(i));
    }
    matrix.Add(truth[i], predicted[i], weight);
  }
  return matrix;
}

void ConfusionMatrix::Merge(const ConfusionMatrix& other) {
  CHECK(other.classes_ == classes_);
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
}

double ConfusionMatrix::total() const { return std::accumulate(cells_.begin(), cells_.end(), 0.0); }

std::vector<double> ConfusionMatrix::Sums(bool of_truth) const {
  std::vector<double> sums(classes_);
  for (std::size_t i = 0; i < classes_; ++i) {
    for (std::size_t j = 0; j < classes_; ++j) sums[of_truth ? i : j] += cell(i, j);
  }
  return sums;
}

BinaryCells ConfusionMatrix::AgainstRest(std::size_t positive) const {
  BinaryCells cells;
  for (std::size_t i = 0; i < classes_; ++i) {
    for (std::size_t j = 0; j < classes_; ++j) {
      double& place = i == positive ? (j == positive ? cells.true_positive : cells.false_negative)
                                    : (j == positive ? cells.false_positive : cells.true_negative);
      place += cell(i, j);
    }
  }
  return cells;
}

ClassRates ConfusionMatrix::OfClass(std::size_t index) const {
  ClassRates rates;
  for (std::size_t k = 0; k < classes_; ++k) {
    rates.support += cell(index, k);
    rates.predicted += cell(k, index);
  }
  const double hits = cell(index, index);
  rates.precision = Share(hits, rates.predicted);
  rates.recall = Share(hits, rates.support);
  rates.f1 = Share(2 * hits, rates.predicted + rates.support);
  return rates;
}

double ConfusionMatrix::Accuracy() const {
  double hits = 0;
  for (std::size_t i = 0; i < classes_; ++i) hits += cell(i, i);
  const double all = total();
  return all == 0 ? kUndefined : hits / all;
}

double ConfusionMatrix::BalancedAccuracy() const {
  double sum = 0, with_support = 0;
  for (std::size_t i = 0; i < classes_; ++i) {
    const ClassRates rates = OfClass(i);
    if (rates.support == 0) continue;
    sum += rates.recall;
    ++with_support;
  }
  return with_support == 0 ? kUndefined : sum / with_support;
}

// Gorodkin 2004: (N tr(c) - sum t p) / sqrt(N^2 - sum p^2) / sqrt(N^2 - sum t^2), in shares of N so
// that large counts do not lose digits.
double ConfusionMatrix::Matthews() const {
  const double all = total();
  if (all == 0) return kUndefined;
  const std::vector<double> truth = Sums(true), predicted = Sums(false);
  double hits = 0, together = 0, truth_spread = 0, predicted_spread = 0;
  for (std::size_t i = 0; i < classes_; ++i) {
    const double t = truth[i] / all, p = predicted[i] / all;
    hits += cell(i, i) / all;
    together += t * p;
    truth_spread += t * ((all - truth[i]) / all);
    predicted_spread += p * ((all - predicted[i]) / all);
  }
  if (truth_spread == 0 || predicted_spread == 0) return 0;
  return (hits - together) / (std::sqrt(truth_spread) * std::sqrt(predicted_spread));
}

// Cohen 1960: 1 - (observed disagreement) / (disagreement of independent marginals).
double ConfusionMatrix::Kappa() const {
  const double all = total();
  if (all == 0) return kUndefined;
  const std::vector<double> truth = Sums(true), predicted = Sums(false);
  double observed = 0, expected = 0;
  for (std::size_t i = 0; i < classes_; ++i) {
    for (std::size_t j = 0; j < classes_; ++j) {
      if (i == j) continue;
      observed += cell(i, j);
      expected += truth[i] * (predicted[j] / all);
    }
  }
  return expected == 0 ? kUndefined : 1 - observed / expected;
}

ClassRates ConfusionMatrix::Macro() const {
  ClassRates mean;
  double present = 0;
  for (std::size_t i = 0; i < classes_; ++i) {
    const ClassRates rates = OfClass(i);
    if (rates.support == 0 && rates.predicted == 0) continue;
    ++present;
    mean.precision += rates.precision;
    mean.recall += rates.recall;
    mean.f1 += rates.f1;
    mean.support += rates.support;
    mean.predicted += rates.predicted;
  }
  if (present == 0) return {kUndefined, kUndefined, kUndefined, 0, 0};
  mean.precision /= present;
  mean.recall /= present;
  mean.f1 /= present;
  return mean;
}

ClassRates ConfusionMatrix::Micro() const {
  const double accuracy = Accuracy(), all = total();
  return {accuracy, accuracy, accuracy, all, all};
}

ClassRates ConfusionMatrix::Weighted() const {
  ClassRates mean;
  for (std::size_t i = 0; i < classes_; ++i) {
    const ClassRates rates = OfClass(i);
    mean.precision += rates.precision * rates.support;
    mean.recall += rates.recall * rates.support;
    mean.f1 += rates.f1 * rates.support;
    mean.support += rates.support;
    mean.predicted += rates.predicted;
  }
  if (mean.support == 0) return {kUndefined, kUndefined, kUndefined, 0, 0};
  mean.precision /= mean.support;
  mean.recall /= mean.support;
  mean.f1 /= mean.support;
  return mean;
}

}  // namespace mooring::data
