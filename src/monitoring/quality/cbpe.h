// CBPE: the quality of a classifier estimated before any label arrives, from its calibrated scores
// (confidence-based performance estimation, as NannyML 0.13.1 computes it).
//
// Use it on windows whose outcomes are still to come. It is an estimate and must be shown as one:
// it holds while only the inputs move (covariate shift). A change of the concept itself is
// invisible to it, so it never may be the only stop signal; where realised quality leaves the
// estimate, that gap is the alarm of concept drift.
//
//   ASSIGN_OR_RETURN(const CbpeModel model,
//                    CbpeModel::Fit({.problem = {.classes = {"no", "yes"}}}, reference, chunks));
//   ASSIGN_OR_RETURN(const auto estimates, model.Estimate(window));
//   for (const QualityEstimate& e : estimates) if (e.alert) …
//
// Fit: (1) per class, decide whether isotonic calibration helps: on ten stratified test folds of
// 10 %, each calibrated by the other rows, compare the expected calibration error (ten bins of
// equal count over all folds together) before and after; calibrate only if it falls, never if
// ROC-AUC is above 0.999. (2) Fit the curve on all of the reference; where a row has
// a probability of each class they are then divided by their sum. (3) Bands: mean +- 3 deviations
// of the realised values of the reference chunks (band.h). (4) Sampling errors (reference_error.h).
// Estimate: label_quality.h on calibrated scores; confidence = value +- 3 sampling errors; alert
// when the value is strictly outside the band.
//
// Sums (cells as rows, business value) grow with the chunk: compare them only between chunks of the
// size of the reference chunks.
//
// Parity with NannyML 0.13.1 on the recorded cases: values 1e-13 of their size, ROC-AUC of three
// classes 1e-6 (it takes rows of equal score in the order of its sort, here they share their mean;
// 3.1e-7 seen), bands 1e-12, all alerts, sampling errors 1e-12, of ROC-AUC 1e-4 (ties again; 5.6e-5
// seen), of average precision 30 % (two different bootstraps; 12 % seen).
//
// Thread safety: const methods may be called from any thread. Complexity: Fit O(n log n), about
// 0.2 s per 100 000 rows; Estimate O(n log n) a class. Deterministic for a seed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/stats/calibration/isotonic.h"
#include "monitoring/quality/band.h"
#include "monitoring/quality/label_quality.h"
#include "monitoring/quality/reference_error.h"

namespace mooring::monitoring {

struct CbpeOptions {
  LabelProblem problem;
  // Row numbers of each test fold of the calibration decision; empty: ten are drawn with `seed`.
  std::vector<std::vector<std::size_t>> test_folds = {};
  std::uint64_t seed = 42;
  ErrorRule errors = ErrorRule::kNannyml;
};

// Of one class; a binary problem has one decision, of class 1.
struct CalibrationDecision {
  double error_before = 0, error_after = 0;  // NaN when the folds were not needed
  bool calibrate = false;
};

struct QualityEstimate {
  std::string name;
  double value = 0;           // NaN where the measure is not defined on the chunk
  double sampling_error = 0;  // one standard error
  Band confidence;
  Band thresholds;
  bool alert = false;
};

class CbpeModel {
 public:
  // `reference` has truth, with every class in it; `chunk_rows` are the rows of its chunks, one
  // after the other, that make the bands. kInvalidArgument for what does not fit.
  static Result<CbpeModel> Fit(const CbpeOptions& options, const LabelRows& reference,
                               std::span<const std::size_t> chunk_rows);

  // In the order of measures(). Truth, when there is any, is not looked at.
  Result<std::vector<QualityEstimate>> Estimate(const LabelRows& chunk) const;
  // The same measures from true labels, with the same bands, for the day when labels come.
  Result<std::vector<QualityEstimate>> Realised(const LabelRows& chunk) const;
  // The chunk's probabilities as calibrated.
  Result<std::vector<double>> Calibrate(const LabelRows& chunk) const;

  const LabelProblem& problem() const { return problem_; }
  const std::vector<LabelMeasure>& measures() const { return measures_; }
  const std::vector<CalibrationDecision>& decisions() const { return decisions_; }

  // One JSON object; numbers come back bit for bit. FromJson is strict (kDataLoss): what ToJson
  // would not have written is refused.
  std::string ToJson() const;
  static Result<CbpeModel> FromJson(std::string_view text);

 private:
  explicit CbpeModel(LabelProblem problem);
  Status FitCurves(const CbpeOptions& options, const LabelRows& reference);
  std::vector<QualityEstimate> WithBands(const std::vector<double>& values, double rows) const;
  std::vector<double> Calibrated(const LabelRows& chunk) const;

  LabelProblem problem_;
  std::vector<LabelMeasure> measures_;
  // By class (binary: one); none where scores are taken as they are.
  std::vector<std::optional<data::Isotonic>> curves_;
  std::vector<CalibrationDecision> decisions_;
  std::vector<double> errors_of_one_row_;  // by measure
  std::vector<Band> bands_;                // by measure
};

}  // namespace mooring::monitoring
