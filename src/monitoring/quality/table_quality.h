// Quality of a table: how good the decisions in a file turned out to be, when the file has both
// what was predicted and what came: `mooring monitor quality --current FILE`.
//
// The task follows from the columns. Outcomes of 0 and 1 (or true and false) with numbers in [0, 1]
// as predictions are binary: log loss (watched), Brier, ROC-AUC, average precision, F1, accuracy,
// calibration. Texts are classes: accuracy (watched), balanced accuracy, macro F1. Other numbers
// are regression: MAE (watched), RMSE, mean error, WAPE, R². Classes have precision and recall in
// every case, and a confusion matrix.
//
// Intervals are 95 %: Student's of mean losses, Wilson's of shares, DeLong's of ROC-AUC, Poisson
// bootstrap of the others (none above kBootstrapRows rows). With a reference a metric alerts when
// it became worse by more than three standard errors of the difference, and warns beyond two; the
// window is then "worse". Without, nothing is judged. Rows that lack either value are counted and
// left out.
//
// Thread safety: pure. The same rows give the same figures.
#pragma once

#include <string>

#include "base/result.h"
#include "data/table/batch.h"
#include "monitoring/quality/quality_report.h"

namespace mooring::monitoring {

inline constexpr std::size_t kBootstrapRows = 200'000;
inline constexpr std::uint64_t kQualityMinRows = 30;  // fewer outcomes are not judged
inline constexpr std::size_t kQualityClasses = 1000;  // distinct classes of a table

struct OutcomeColumns {
  std::string prediction, outcome;
  double threshold = 0.5;  // from which on a score says yes
};

// kNotFound when a column is not there; kInvalidArgument when they do not go together, or when
// there are too many classes.
Result<QualityReport> QualityOfTable(const data::Batch& current, const OutcomeColumns& columns,
                                     const data::Batch* reference);

}  // namespace mooring::monitoring
