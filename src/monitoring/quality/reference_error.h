// Sampling errors of a classifier's measures, learned once from labelled reference rows: how far a
// measure of n rows strays by chance. One number a measure is enough: the error of one row, which
// is divided by sqrt n for rates and multiplied by it for sums.
//
// Rules (NannyML 0.13.1). For a share q of some rows that are a part f of all: sqrt(q(1-q)/f).
//   accuracy, cells as rows or share of all: f = 1; precision: predicted positives; recall, cells
//   by true class: that class; specificity: negatives; cells by predicted class: that class F1: q =
//   TP of the rows R that are TP, FP or FN, and times R / (TP + (FP + FN)/2) when binary ROC-AUC:
//   deviation over the rarer class's rows of the share of the other class below, by its
//     part of all rows. Ties are counted half, so that order does not matter.
//   means over K classes: sqrt(sum of squares) / K, for ROC-AUC times 1.2
//   business value: deviation of the rows' worth
//   average precision: bootstrap of 200 replicates on up to 20 000 rows with a fixed seed; of K
//     classes the root of the mean square
//
// Thread safety: pure function. Complexity: O(n log n); the bootstrap takes about 20 ms for
// 8 000 rows. The rows are checked by the caller and hold every class. NaN where not defined.
#pragma once

#include <cstdint>
#include <vector>

#include "monitoring/quality/label_quality.h"

namespace mooring::monitoring {

// kNannyml is the rule above. Measured on chunks of 200 rows of an honest binary score it gives
// 0.69 of the true deviation of ROC-AUC (it forgets the other class) and 1.5 times that of F1; the
// other measures are right. kDelta takes for these two what theory says: DeLong's variance, and for
// F1 = 2 TP / D, D = 2 TP + FP + FN, the deviation of (2 [TP] - F1 (2 [TP] + [FP] + [FN])) n / D.
enum class ErrorRule : std::uint8_t { kNannyml, kDelta };

// In the order of MeasuresOf.
std::vector<double> ErrorsOfOneRow(const LabelProblem& problem, const LabelRows& reference,
                                   ErrorRule rule = ErrorRule::kNannyml);

// Of a chunk of so many rows.
double SamplingError(const LabelMeasure& measure, double error_of_one_row, double rows);

}  // namespace mooring::monitoring
