// Quality of scores for a yes-or-no truth: how well they rank (ROC-AUC, average precision,
// Kolmogorov-Smirnov, lift and gain) and how well they estimate (log loss, Brier). For hard labels
// use confusion_matrix.h, for intervals intervals/, for reliability calibration/.
//
//   const ScoredLabels rows{.scores = scores, .truth = outcomes};
//   ASSIGN_OR_RETURN(const double auc, RocAuc(rows));
//
// Symbols: s_i is the score, y_i in {0, 1} the truth, w_i >= 0 the weight of row i (all 1 when no
// weights are given); P and N are the weights of positives and negatives. Rows of equal score are
// one group: no result depends on the order of rows, but for the last digits of weighted sums.
//
// Errors: kInvalidArgument for no rows, lengths that differ, truth other than 0 and 1, a score that
// is NaN (for probabilities: outside [0, 1]), a weight that is negative or not finite, no weight at
// all, and where one class is missing that the metric needs.
//
// Thread safety: pure functions. Complexity: one sort, O(n log n); the losses O(n).
// Numbers its test checks: scikit-learn 1.2.1, within 1e-12.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "data/stats/metrics/confusion_matrix.h"

namespace mooring::data {

struct ScoredLabels {
  std::span<const double> scores;
  std::span<const std::uint8_t> truth;
  std::span<const double> weights = {};
};

// Probability that a positive outranks a negative, ties counting half (Mann-Whitney U / (P N)).
// Needs both classes.
Result<double> RocAuc(const ScoredLabels& rows);
// Sum over descending groups of (recall step) x (precision there). Needs a positive.
Result<double> AveragePrecision(const ScoredLabels& rows);
// Greatest distance between the score distributions of positives and negatives. Needs both classes.
Result<double> KsOfScores(const ScoredLabels& rows);

// Mean of -ln of the probability given to what happened, probabilities clipped to
// [2.2e-16, 1 - 2.2e-16] as scikit-learn 1.2.1 does for doubles.
Result<double> LogLoss(const ScoredLabels& rows);
// Mean of (s - y)^2.
Result<double> Brier(const ScoredLabels& rows);

// The four cells when a score of at least `threshold` means yes.
Result<BinaryCells> CellsAt(const ScoredLabels& rows, double threshold);

// One bin of the rows in descending order of score.
struct LiftBin {
  std::size_t rows = 0;
  double positives = 0;  // not whole where a group of equal scores is cut: it is shared evenly
  double mean_score = 0;
  double rate = 0;             // positives / rows
  double lift = 0;             // rate / overall rate
  double gain = 0;             // share of all positives in this and the bins before
  double cumulative_lift = 0;  // gain / share of rows in this and the bins before
};
// `bins` bins of as equal size as can be; fewer rows than bins give that many bins. Needs a
// positive; weights are refused.
Result<std::vector<LiftBin>> LiftTable(const ScoredLabels& rows, std::size_t bins = 10);

}  // namespace mooring::data
