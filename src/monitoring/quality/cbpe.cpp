#include "monitoring/quality/cbpe.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/rng.h"
#include "data/stats/calibration/calibration_error.h"
#include "data/stats/metrics/binary_metrics.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kFolds = 10;
constexpr double kTestShare = 0.1;
constexpr std::size_t kCalibrationBins = 10;
constexpr double kPerfectAuc = 0.999;

using Folds = std::vector<std::vector<std::size_t>>;

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

// Ten times a tenth of the rows of each class, drawn without replacement.
Folds DrawFolds(const std::vector<std::uint8_t>& truth, Rng& rng) {
  std::vector<std::size_t> by_class[2];
  for (std::size_t i = 0; i < truth.size(); ++i) by_class[truth[i]].push_back(i);
  Folds folds(kFolds);
  for (std::vector<std::size_t>& fold : folds) {
    for (std::vector<std::size_t>& rows : by_class) {
      const auto take =
          static_cast<std::size_t>(std::ceil(kTestShare * static_cast<double>(rows.size())));
      for (std::size_t i = 0; i < take; ++i) {
        std::swap(rows[i], rows[i + rng.Below(rows.size() - i)]);
        fold.push_back(rows[i]);
      }
    }
  }
  return folds;
}

Result<data::Isotonic> FitCurve(const OneAgainstRest& one, const std::vector<bool>& left_out) {
  std::vector<double> scores, truth;
  for (std::size_t i = 0; i < one.truth.size(); ++i) {
    if (!left_out.empty() && left_out[i]) continue;
    scores.push_back(one.scores[i]);
    truth.push_back(one.truth[i]);
  }
  return data::Isotonic::Fit(scores, truth);
}

Result<double> CalibrationError(const std::vector<double>& scores,
                                const std::vector<std::uint8_t>& truth) {
  ASSIGN_OR_RETURN(const auto table, data::ReliabilityTable(scores, truth, kCalibrationBins));
  return data::ExpectedCalibrationError(table);
}

Result<CalibrationDecision> Decide(const OneAgainstRest& one, const Folds& folds) {
  std::vector<double> before, after;
  std::vector<std::uint8_t> truth;
  for (const std::vector<std::size_t>& fold : folds) {
    std::vector<bool> left_out(one.truth.size());
    for (const std::size_t i : fold) {
      if (i >= one.truth.size()) return Wrong("a test fold names a row that is not there");
      left_out[i] = true;
    }
    ASSIGN_OR_RETURN(const data::Isotonic curve, FitCurve(one, left_out));
    for (const std::size_t i : fold) {
      before.push_back(one.scores[i]);
      after.push_back(curve.At(one.scores[i]));
      truth.push_back(one.truth[i]);
    }
  }
  CalibrationDecision decision;
  ASSIGN_OR_RETURN(decision.error_before, CalibrationError(before, truth));
  ASSIGN_OR_RETURN(decision.error_after, CalibrationError(after, truth));
  decision.calibrate = decision.error_after < decision.error_before;
  return decision;
}

Status CheckChunks(std::span<const std::size_t> chunk_rows, std::size_t rows) {
  if (chunk_rows.empty()) return Wrong("no reference chunks");
  std::size_t left = rows;
  for (const std::size_t chunk : chunk_rows) {
    if (chunk == 0 || chunk > left) return Wrong("reference chunks do not fit the rows");
    left -= chunk;
  }
  if (left != 0) return Wrong("reference chunks do not cover the rows");
  return Ok();
}

Status CheckEveryClass(const LabelProblem& problem, const LabelRows& reference) {
  for (std::uint32_t k = 0; k < problem.classes.size(); ++k) {
    if (std::ranges::find(reference.truth, k) == reference.truth.end()) {
      return Wrong("the reference has no row of class " + problem.classes[k]);
    }
  }
  return Ok();
}

LabelRows Part(const LabelProblem& problem, const LabelRows& rows, std::size_t begin,
               std::size_t count) {
  return {.scores = rows.scores.subspan(begin * problem.columns(), count * problem.columns()),
          .predicted = rows.predicted.subspan(begin, count),
          .truth = rows.truth.subspan(begin, count)};
}

std::vector<Band> BandsOf(const LabelProblem& problem, const std::vector<LabelMeasure>& measures,
                          const LabelRows& reference, std::span<const std::size_t> chunk_rows) {
  std::vector<std::vector<double>> values(measures.size());  // by measure, then chunk
  std::size_t begin = 0;
  for (const std::size_t count : chunk_rows) {
    const auto of_chunk = RealisedQuality(problem, Part(problem, reference, begin, count));
    for (std::size_t m = 0; m < measures.size(); ++m) values[m].push_back(of_chunk[m]);
    begin += count;
  }
  std::vector<Band> bands;
  for (std::size_t m = 0; m < measures.size(); ++m) {
    bands.push_back(BandOf(values[m], measures[m].limits));
  }
  return bands;
}

}  // namespace

CbpeModel::CbpeModel(LabelProblem problem)
    : problem_(std::move(problem)), measures_(MeasuresOf(problem_)) {}

Status CbpeModel::FitCurves(const CbpeOptions& options, const LabelRows& reference) {
  Rng rng(options.seed);
  for (std::size_t k = problem_.binary() ? 1 : 0; k < problem_.classes.size(); ++k) {
    const OneAgainstRest one = AgainstRest(problem_, reference, k);
    ASSIGN_OR_RETURN(const double auc, data::RocAuc({.scores = one.scores, .truth = one.truth}));
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    CalibrationDecision decision{.error_before = kUnknown, .error_after = kUnknown};
    if (auc <= kPerfectAuc) {
      const Folds folds =
          options.test_folds.empty() ? DrawFolds(one.truth, rng) : options.test_folds;
      ASSIGN_OR_RETURN(decision, Decide(one, folds));
    }
    decisions_.push_back(decision);
    curves_.emplace_back();
    if (!decision.calibrate) continue;
    ASSIGN_OR_RETURN(curves_.back(), FitCurve(one, {}));
  }
  return Ok();
}

Result<CbpeModel> CbpeModel::Fit(const CbpeOptions& options, const LabelRows& reference,
                                 std::span<const std::size_t> chunk_rows) {
  RETURN_IF_ERROR(CheckProblem(options.problem));
  RETURN_IF_ERROR(CheckRows(options.problem, reference, true));
  RETURN_IF_ERROR(CheckChunks(chunk_rows, reference.truth.size()));
  RETURN_IF_ERROR(CheckEveryClass(options.problem, reference));
  CbpeModel model(options.problem);
  RETURN_IF_ERROR(model.FitCurves(options, reference));
  model.errors_of_one_row_ = ErrorsOfOneRow(model.problem_, reference, options.errors);
  model.bands_ = BandsOf(model.problem_, model.measures_, reference, chunk_rows);
  return model;
}

std::vector<double> CbpeModel::Calibrated(const LabelRows& chunk) const {
  std::vector<double> calibrated(chunk.scores.begin(), chunk.scores.end());
  const std::size_t columns = problem_.columns();
  for (std::size_t i = 0; i < calibrated.size(); ++i) {
    const std::optional<data::Isotonic>& curve = curves_[i % columns];
    if (curve) calibrated[i] = curve->At(calibrated[i]);
  }
  if (problem_.binary()) return calibrated;
  for (std::size_t row = 0; row < calibrated.size(); row += columns) {
    const std::span<double> of_row = std::span(calibrated).subspan(row, columns);
    const double sum = std::accumulate(of_row.begin(), of_row.end(), 0.0);
    for (double& p : of_row) p = sum > 0 ? p / sum : 1 / static_cast<double>(columns);
  }
  return calibrated;
}

Result<std::vector<double>> CbpeModel::Calibrate(const LabelRows& chunk) const {
  RETURN_IF_ERROR(CheckRows(problem_, chunk, false));
  return Calibrated(chunk);
}

std::vector<QualityEstimate> CbpeModel::WithBands(const std::vector<double>& values,
                                                  double rows) const {
  std::vector<QualityEstimate> estimates(measures_.size());
  for (std::size_t m = 0; m < measures_.size(); ++m) {
    QualityEstimate& e = estimates[m];
    e.name = measures_[m].name;
    e.value = values[m];
    e.sampling_error = SamplingError(measures_[m], errors_of_one_row_[m], rows);
    e.confidence = ConfidenceOf(e.value, e.sampling_error, measures_[m].limits);
    e.thresholds = bands_[m];
    e.alert = e.thresholds.Leaves(e.value);
  }
  return estimates;
}

Result<std::vector<QualityEstimate>> CbpeModel::Estimate(const LabelRows& chunk) const {
  RETURN_IF_ERROR(CheckRows(problem_, chunk, false));
  return WithBands(ExpectedQuality(problem_, chunk, Calibrated(chunk)),
                   static_cast<double>(chunk.predicted.size()));
}

Result<std::vector<QualityEstimate>> CbpeModel::Realised(const LabelRows& chunk) const {
  RETURN_IF_ERROR(CheckRows(problem_, chunk, true));
  return WithBands(RealisedQuality(problem_, chunk), static_cast<double>(chunk.predicted.size()));
}

}  // namespace mooring::monitoring
