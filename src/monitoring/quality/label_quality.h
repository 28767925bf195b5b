// Quality of a classifier on a chunk of rows, named measure by named measure: realised from true
// labels, or expected from the probability of each label. cbpe.h puts bands and errors around it.
//
// Two problems: binary (two classes, one column of scores: the probability of class 1) and classes
// (a probability of each class in every row: three classes or more, or two with score_each). The
// measures of a problem are always the same, in this order:
//   binary:  roc_auc average_precision f1 precision recall specificity accuracy true_positive
//            true_negative false_positive false_negative [business_value]
//   classes: roc_auc average_precision f1 precision recall specificity accuracy (but for the last
//            plain means of one class against the rest), true_A_pred_B for all A, B
//            [business_value]
//
// Symbols: c(i, k) is the probability that row i is of class k (1 for the true one when labels are
// known), h_i its hard label. Cell (a, b) = sum of c(i, a) over rows with h_i = b; rates follow
// from cells. Expected ROC-AUC and average precision (CBPE of NannyML 0.13.1): rows in descending
// order of their *uncalibrated* score, c and 1 - c added up, the sums rounded to five decimals,
// then
//   ROC-AUC: area under (sums of c / the last) over (sums of 1 - c / the last), by trapezoids
//   average precision: sum of the steps of c's share times (sum of c) / rank
// Rows of equal score share the mean of their c, so that their order does not matter; a calibrated
// binary score has equal c there anyway.
//
// A measure that is not defined (precision without predictions, ROC-AUC of one class) is NaN; means
// over classes leave it out. Thread safety: pure functions. Complexity: O(n log n) a class.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "monitoring/quality/band.h"

namespace mooring::monitoring {

// What the cells of the confusion matrix are divided by: nothing, all rows, the rows of the true
// class, the rows of the predicted class.
enum class CellScale : std::uint8_t { kRows, kShareOfAll, kShareOfTrue, kShareOfPredicted };

struct LabelProblem {
  std::vector<std::string> classes;  // names; two of them are the binary problem, unless
  bool score_each = false;           // every row has a probability of each of the two
  CellScale cells = CellScale::kRows;
  // Worth of a row by true class, then predicted class; empty: no business value.
  std::vector<double> worth = {};
  // Cells as shares of their predicted class before the worth is applied (what NannyML calls "per
  // prediction"), instead of the sum over the chunk.
  bool worth_by_share = false;

  bool binary() const { return classes.size() == 2 && !score_each; }
  // Numbers in a row of scores.
  std::size_t columns() const { return binary() ? 1 : classes.size(); }
};

// One chunk.
struct LabelRows {
  std::span<const double> scores;  // row by row, LabelProblem::columns() each
  std::span<const std::uint32_t> predicted;
  std::span<const std::uint32_t> truth = {};  // not needed where quality is estimated
};

// kInvalidArgument for fewer than two classes, worth that is not K x K finite numbers.
Status CheckProblem(const LabelProblem& problem);
// kInvalidArgument for no rows, sizes that do not fit, scores outside [0, 1], classes of K or
// above.
Status CheckRows(const LabelProblem& problem, const LabelRows& rows, bool needs_truth);

enum class LabelMeasureKind : std::uint8_t {
  kRocAuc,
  kAveragePrecision,
  kF1,
  kPrecision,
  kRecall,
  kSpecificity,
  kAccuracy,
  kCell,
  kWorth
};

struct LabelMeasure {
  LabelMeasureKind kind = LabelMeasureKind::kAccuracy;
  std::uint32_t truth = 0, predicted = 0;  // of a cell
  std::string name;
  Limits limits;
  bool is_sum = false;  // grows with the rows of the chunk
};

std::vector<LabelMeasure> MeasuresOf(const LabelProblem& problem);

// Values in the order of MeasuresOf. `probabilities` are c, laid out as the scores; the caller has
// checked the rows.
std::vector<double> ExpectedQuality(const LabelProblem& problem, const LabelRows& rows,
                                    std::span<const double> probabilities);
std::vector<double> RealisedQuality(const LabelProblem& problem, const LabelRows& rows);

// The rows as if the problem were class k against the rest.
struct OneAgainstRest {
  std::vector<double> scores;
  std::vector<std::uint8_t> truth;  // empty when the rows have none
};
OneAgainstRest AgainstRest(const LabelProblem& problem, const LabelRows& rows, std::size_t k);

}  // namespace mooring::monitoring
