// ConfusionMatrix: how often each true class got each predicted class, and the rates that follow.
// Use it wherever labels are compared with truth: an accuracy of 95 % that hides a rare class is
// seen in its rows. For scores instead of labels see binary_metrics.h and multiclass_metrics.h.
//
//   ConfusionMatrix cells(3);
//   cells.Add(truth, predicted);
//   const ClassRates rare = cells.OfClass(2);          // precision, recall, F1, support
//   const ClassRates all = cells.Macro();
//
// Symbols: c(i, j) is the weight of rows of true class i predicted as j; N their sum. Cells may be
// expected counts, so they are doubles.
//
// Division by zero, as scikit-learn 1.2.1 by default: precision without predictions, recall without
// support and F without either are 0, as are Matthews' coefficient and the F of nothing right.
// Averages are over the classes that occur as truth or as prediction. Of an empty matrix every rate
// is NaN; kappa is NaN when chance alone would agree everywhere.
//
// Thread safety: a value. Complexity: Add O(1) without allocation, OfClass O(K), averages O(K^2).
// Numbers its test checks: scikit-learn 1.2.1, within 1e-12.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace mooring::data {

// The four cells of one class against the rest.
struct BinaryCells {
  double true_positive = 0, false_positive = 0, false_negative = 0, true_negative = 0;
  double total() const { return true_positive + false_positive + false_negative + true_negative; }
};

double Accuracy(const BinaryCells& cells);
double Precision(const BinaryCells& cells);    // TP / (TP + FP)
double Recall(const BinaryCells& cells);       // TP / (TP + FN)
double Specificity(const BinaryCells& cells);  // TN / (TN + FP)
// (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP): recall counts b times as much as precision.
double FBeta(const BinaryCells& cells, double beta);
double BalancedAccuracy(const BinaryCells& cells);  // mean recall of the classes with support
double Matthews(const BinaryCells& cells);
double Kappa(const BinaryCells& cells);

struct ClassRates {
  double precision = 0, recall = 0, f1 = 0;
  double support = 0;    // weight of rows that truly are of this class
  double predicted = 0;  // weight of rows that were said to be
};

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::size_t classes) : classes_(classes), cells_(classes * classes) {}
  // kInvalidArgument for spans of unequal length, a class of `classes` or above, and weights that
  // are negative or not finite. No weights: each row counts 1.
  static Result<ConfusionMatrix> Count(std::size_t classes, std::span<const std::uint32_t> truth,
                                       std::span<const std::uint32_t> predicted,
                                       std::span<const double> weights = {});

  // Both classes must be below classes() (the caller's promise).
  void Add(std::size_t truth, std::size_t predicted, double weight = 1) {
    cells_[truth * classes_ + predicted] += weight;
  }
  // Adds the cells of another matrix of as many classes (the caller's promise).
  void Merge(const ConfusionMatrix& other);

  std::size_t classes() const { return classes_; }
  double cell(std::size_t truth, std::size_t predicted) const {
    return cells_[truth * classes_ + predicted];
  }
  double total() const;
  BinaryCells AgainstRest(std::size_t positive) const;
  ClassRates OfClass(std::size_t index) const;

  double Accuracy() const;
  double BalancedAccuracy() const;
  double Matthews() const;
  double Kappa() const;
  // Plain mean over the classes; cells added up first; mean weighted by support.
  ClassRates Macro() const;
  ClassRates Micro() const;
  ClassRates Weighted() const;

 private:
  std::vector<double> Sums(bool of_truth) const;

  std::size_t classes_;
  std::vector<double> cells_;  // by true class, then predicted class
};

}  // namespace mooring::data
