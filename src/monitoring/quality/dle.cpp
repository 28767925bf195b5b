#include "monitoring/quality/dle.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mooring::monitoring {
namespace {

constexpr const char* kPrediction = "prediction";
constexpr Limits kFromZero{.lower = 0};

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double x : values) sum += x;
  return sum / static_cast<double>(values.size());
}

// The features with the prediction as their last column.
Result<data::Batch> WithPrediction(const data::Batch& features, std::span<const double> predicted) {
  if (features.rows() != predicted.size()) return Wrong("features and predictions do not fit");
  std::vector<data::Field> fields = features.schema().fields();
  fields.push_back({.name = kPrediction, .type = data::Type::kFloat64, .nullable = false});
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  data::Batch rows(std::make_shared<const data::Schema>(std::move(schema)));
  for (std::size_t i = 0; i < features.width(); ++i) rows.column(i) = features.column(i);
  std::ranges::copy(predicted,
                    rows.column(features.width()).Extend<double>(predicted.size()).begin());
  rows.SetRows(predicted.size());
  return rows;
}

Status CheckNumbers(const NumberRows& rows) {
  if (rows.predicted.empty()) return Wrong("no rows");
  if (rows.truth.size() != rows.predicted.size()) return Wrong("predictions and truth do not fit");
  for (std::size_t i = 0; i < rows.truth.size(); ++i) {
    if (!std::isfinite(rows.predicted[i]) || !std::isfinite(rows.truth[i])) {
      return Wrong("prediction or truth is not finite in row " + std::to_string(i));
    }
  }
  return Ok();
}

bool AnyNegative(const NumberRows& rows) {
  const auto negative = [](double x) { return x < 0; };
  return std::ranges::any_of(rows.predicted, negative) || std::ranges::any_of(rows.truth, negative);
}

}  // namespace

std::string_view NameOf(LossMeasure measure) {
  switch (measure) {
    case LossMeasure::kMae: return "mae";
    case LossMeasure::kMape: return "mape";
    case LossMeasure::kMse: return "mse";
    case LossMeasure::kRmse: return "rmse";
    case LossMeasure::kMsle: return "msle";
    case LossMeasure::kRmsle: break;
  }
  return "rmsle";
}

RowLoss LossOf(LossMeasure measure) {
  switch (measure) {
    case LossMeasure::kMae: return RowLoss::kAbsolute;
    case LossMeasure::kMape: return RowLoss::kRelative;
    case LossMeasure::kMse:
    case LossMeasure::kRmse: return RowLoss::kSquare;
    case LossMeasure::kMsle:
    case LossMeasure::kRmsle: break;
  }
  return RowLoss::kLogSquare;
}

bool DleModel::IsRoot(LossMeasure measure) {
  return measure == LossMeasure::kRmse || measure == LossMeasure::kRmsle;
}

std::vector<double> DleModel::LossesOf(RowLoss loss, const NumberRows& rows) {
  std::vector<double> losses(rows.truth.size());
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const double y = rows.truth[i], p = rows.predicted[i], size = std::abs(p - y);
    const double log_error = loss == RowLoss::kLogSquare ? std::log1p(p) - std::log1p(y) : 0;
    switch (loss) {
      case RowLoss::kAbsolute: losses[i] = size; break;
      case RowLoss::kRelative:
        losses[i] = size / std::max(std::abs(y), std::numeric_limits<double>::epsilon());
        break;
      case RowLoss::kSquare: losses[i] = size * size; break;
      case RowLoss::kLogSquare: losses[i] = log_error * log_error; break;
    }
  }
  return losses;
}

double DleModel::ValueOf(LossMeasure measure, std::span<const double> losses) {
  const double mean = Mean(losses);
  return IsRoot(measure) ? std::sqrt(mean) : mean;
}

double DleModel::ErrorOfOneRow(LossMeasure measure, std::span<const double> losses) {
  const double mean = Mean(losses);
  double variance = 0;
  for (const double x : losses) variance += (x - mean) * (x - mean);
  variance /= static_cast<double>(losses.size());
  if (!IsRoot(measure)) return std::sqrt(variance);
  return mean == 0 ? 0 : std::sqrt(variance / (4 * mean));
}

Status DleModel::Check(const DleOptions& options, const data::Batch& features,
                       const NumberRows& reference, std::span<const std::size_t> chunk_rows) {
  RETURN_IF_ERROR(CheckNumbers(reference));
  if (features.rows() != reference.truth.size()) return Wrong("features and truth do not fit");
  std::size_t rows = 0;
  for (const std::size_t chunk : chunk_rows) {
    if (chunk == 0 || chunk > reference.truth.size() - rows) {
      return Wrong("reference chunks do not fit the rows");
    }
    rows += chunk;
  }
  if (rows != reference.truth.size()) return Wrong("reference chunks do not cover the rows");
  if (options.measures.empty()) return Wrong("no measures");
  for (const LossMeasure measure : options.measures) {
    if (LossOf(measure) == RowLoss::kLogSquare && AnyNegative(reference)) {
      return Wrong("a logarithmic measure of negative numbers");
    }
  }
  return Ok();
}

Result<DleModel> DleModel::Fit(const DleOptions& options, const data::Batch& features,
                               const NumberRows& reference, std::span<const std::size_t> chunk_rows,
                               const TrainRegressor& train) {
  RETURN_IF_ERROR(Check(options, features, reference, chunk_rows));
  ASSIGN_OR_RETURN(const data::Batch rows, WithPrediction(features, reference.predicted));
  DleModel model;
  for (const LossMeasure measure : options.measures) {
    const std::vector<double> losses = LossesOf(LossOf(measure), reference);
    LossRegressor& regressor = model.regressors_[static_cast<std::size_t>(LossOf(measure))];
    if (!regressor.predict) {
      ASSIGN_OR_RETURN(regressor, train(rows, losses));
      if (!regressor.predict) return Error(Code::kInternal, "the trainer gave no predictor");
    }
    std::vector<double> of_chunks;
    std::span<const double> left = losses;
    for (const std::size_t count : chunk_rows) {
      of_chunks.push_back(ValueOf(measure, left.first(count)));
      left = left.subspan(count);
    }
    model.learned_.push_back({.measure = measure,
                              .error_of_one_row = ErrorOfOneRow(measure, losses),
                              .band = BandOf(of_chunks, kFromZero)});
  }
  return model;
}

QualityEstimate DleModel::WithBand(const Learned& learned, double value, double rows) const {
  QualityEstimate e{.name = std::string(NameOf(learned.measure)),
                    .value = value,
                    .sampling_error = learned.error_of_one_row / std::sqrt(rows)};
  e.confidence = ConfidenceOf(e.value, e.sampling_error, kFromZero);
  e.thresholds = learned.band;
  e.alert = e.thresholds.Leaves(e.value);
  return e;
}

std::vector<RowLoss> DleModel::losses() const {
  std::vector<RowLoss> needed;
  for (std::size_t i = 0; i < kRowLosses; ++i) {
    if (regressors_[i].predict) needed.push_back(static_cast<RowLoss>(i));
  }
  return needed;
}

Result<std::vector<std::vector<double>>> DleModel::PredictLosses(
    const data::Batch& features, std::span<const double> predicted) const {
  if (predicted.empty()) return Wrong("no rows");
  ASSIGN_OR_RETURN(const data::Batch rows, WithPrediction(features, predicted));
  std::vector<std::vector<double>> losses;
  for (const LossRegressor& regressor : regressors_) {
    if (!regressor.predict) continue;
    ASSIGN_OR_RETURN(std::vector<double> of_rows, regressor.predict(rows));
    if (of_rows.size() != predicted.size() ||
        !std::ranges::all_of(of_rows, [](double x) { return std::isfinite(x); })) {
      return Error(Code::kInternal, "the learned loss has no finite number for every row");
    }
    for (double& x : of_rows) x = std::max(0.0, x);
    losses.push_back(std::move(of_rows));
  }
  return losses;
}

std::vector<QualityEstimate> DleModel::EstimateOf(
    const std::vector<std::vector<double>>& losses) const {
  const std::vector<RowLoss> order = this->losses();
  std::vector<QualityEstimate> estimates;
  for (const Learned& learned : learned_) {
    const auto place = std::ranges::find(order, LossOf(learned.measure)) - order.begin();
    const std::vector<double>& of_rows = losses[static_cast<std::size_t>(place)];
    estimates.push_back(
        WithBand(learned, ValueOf(learned.measure, of_rows), static_cast<double>(of_rows.size())));
  }
  return estimates;
}

Result<std::vector<QualityEstimate>> DleModel::Estimate(const data::Batch& features,
                                                        std::span<const double> predicted) const {
  ASSIGN_OR_RETURN(const auto losses, PredictLosses(features, predicted));
  return EstimateOf(losses);
}

Result<std::vector<QualityEstimate>> DleModel::Realised(const NumberRows& chunk) const {
  RETURN_IF_ERROR(CheckNumbers(chunk));
  std::vector<QualityEstimate> realised;
  for (const Learned& learned : learned_) {
    const RowLoss loss = LossOf(learned.measure);
    if (loss == RowLoss::kLogSquare && AnyNegative(chunk)) {
      return Wrong("a logarithmic measure of negative numbers");
    }
    realised.push_back(WithBand(learned, ValueOf(learned.measure, LossesOf(loss, chunk)),
                                static_cast<double>(chunk.truth.size())));
  }
  return realised;
}

}  // namespace mooring::monitoring
