// Quality of class probabilities for a truth of K classes: log loss and one-vs-rest ROC-AUC. For
// the labels themselves use confusion_matrix.h.
//
// Symbols: p(i, k) is the probability of class k in row i, given row by row (n x K values); y_i the
// true class. Nothing here asks rows to sum to 1, because models are stored as float: each metric
// says what it does.
//
// Errors: kInvalidArgument for no rows, fewer than two classes, sizes that do not fit, a class of K
// or above, and a probability outside [0, 1].
//
// Thread safety: pure functions. Complexity: log loss O(nK), AUC O(K n log n).
// Numbers its test checks: scikit-learn 1.2.1, within 1e-12.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace mooring::data {

struct ClassProbabilities {
  std::size_t classes = 0;
  std::span<const double> probabilities;  // row by row
  std::span<const std::uint32_t> truth;
};

// Mean of -ln p(i, y_i), probabilities clipped to [2.2e-16, 1 - 2.2e-16] and then divided by the
// sum of their row, as scikit-learn 1.2.1 does.
Result<double> MulticlassLogLoss(const ClassProbabilities& rows);

// ROC-AUC of each class against the rest; NaN where a class has no rows or all of them.
Result<std::vector<double>> OneVsRestAuc(const ClassProbabilities& rows);
// Their plain mean. kInvalidArgument when one is not defined, as scikit-learn refuses it.
Result<double> MacroOneVsRestAuc(const ClassProbabilities& rows);

}  // namespace mooring::data
