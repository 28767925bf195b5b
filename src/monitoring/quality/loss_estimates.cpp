#include "monitoring/quality/loss_estimates.h"

#include <algorithm>
#include <cmath>

#include "monitoring/quality/quality_reference.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kChunks = QualityReference::kChunks;
constexpr std::size_t kLeastRows = 2 * kChunks;
constexpr double kNearZero = 1e-3;  // of the mean size of truths

// Rows that losses are learned from, and where they are in the holdout.
struct Sample {
  explicit Sample(const std::shared_ptr<const data::Schema>& schema) : inputs(schema) {}

  void Add(const data::Batch& from, const QualityRows& rows, std::size_t row) {
    inputs.AppendRow(from, row);
    predicted.push_back(rows.scores[row * rows.score_columns]);
    truth.push_back(rows.truth[row]);
    places.push_back(row);
  }
  NumberRows numbers() const { return {predicted, truth}; }

  data::Batch inputs;
  std::vector<double> predicted, truth;
  std::vector<std::size_t> places;
};

std::vector<std::size_t> Known(const QualityRows& rows) {
  std::vector<std::size_t> places;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const bool scored = std::isfinite(rows.scores[row * rows.score_columns]);
    if (scored && rows.known(row)) places.push_back(row);
  }
  return places;
}

DleOptions OptionsFor(const std::vector<double>& truth) {
  double size = 0, least = std::abs(truth.front());
  for (const double y : truth) {
    size += std::abs(y);
    least = std::min(least, std::abs(y));
  }
  DleOptions options{.measures = {LossMeasure::kMae, LossMeasure::kRmse}};
  const double near_zero = kNearZero * size / static_cast<double>(truth.size());
  if (least > near_zero) options.measures.push_back(LossMeasure::kMape);
  return options;
}

// What a model of the one half expects of the rows of the other.
Status FillExpected(const DleModel& model, const Sample& of, QualityRows& rows) {
  ASSIGN_OR_RETURN(const auto losses, model.PredictLosses(of.inputs, of.predicted));
  for (std::size_t i = 0; i < of.places.size(); ++i) {
    for (std::size_t loss = 0; loss < losses.size(); ++loss) {
      rows.expected[of.places[i] * losses.size() + loss] = static_cast<float>(losses[loss][i]);
    }
  }
  return Ok();
}

}  // namespace

Result<DleModel> LearnLosses(const data::Batch& inputs, QualityRows& rows,
                             const TrainRegressor& train) {
  const std::vector<std::size_t> known = Known(rows);
  if (known.size() < kLeastRows) {
    return Error(Code::kInvalidArgument, "too few labelled rows to learn losses from");
  }
  Sample whole(inputs.shared_schema());
  Sample halves[2] = {Sample(inputs.shared_schema()), Sample(inputs.shared_schema())};
  std::vector<std::size_t> chunk_rows;
  for (std::size_t chunk = 0; chunk < kChunks; ++chunk) {
    const std::size_t begin = known.size() * chunk / kChunks;
    const std::size_t end = known.size() * (chunk + 1) / kChunks;
    chunk_rows.push_back(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      whole.Add(inputs, rows, known[i]);
      halves[chunk % 2].Add(inputs, rows, known[i]);
    }
  }
  const DleOptions options = OptionsFor(whole.truth);
  ASSIGN_OR_RETURN(DleModel model,
                   DleModel::Fit(options, whole.inputs, whole.numbers(), chunk_rows, train));
  rows.expected_losses = model.losses().size();
  rows.expected.assign(rows.rows() * rows.expected_losses, std::numeric_limits<float>::quiet_NaN());
  for (const std::size_t half : {0, 1}) {
    const Sample& seen = halves[half];
    const std::vector<std::size_t> at_once = {seen.places.size()};
    ASSIGN_OR_RETURN(const DleModel of_half,
                     DleModel::Fit(options, seen.inputs, seen.numbers(), at_once, train));
    RETURN_IF_ERROR(FillExpected(of_half, halves[1 - half], rows));
  }
  return model;
}

std::vector<double> ExpectedOf(const DleModel& model, RowLoss loss, const QualityRows& rows) {
  std::vector<double> expected(rows.rows(), std::numeric_limits<double>::quiet_NaN());
  const std::vector<RowLoss> order = model.losses();
  const auto found = std::ranges::find(order, loss);
  if (found == order.end() || rows.expected_losses != order.size()) return expected;
  const auto place = static_cast<std::size_t>(found - order.begin());
  for (std::size_t row = 0; row < expected.size(); ++row) {
    expected[row] = static_cast<double>(rows.expected[row * order.size() + place]);
  }
  return expected;
}

std::vector<MetricValue> LossEstimates(const DleModel& model, const QualityRows& rows) {
  std::vector<std::vector<double>> losses;
  for (const RowLoss loss : model.losses()) {
    losses.push_back(ExpectedOf(model, loss, rows));
    std::erase_if(losses.back(), [](double x) { return std::isnan(x); });
  }
  std::vector<MetricValue> values;
  if (losses.empty() || losses.front().empty()) return values;
  for (const QualityEstimate& estimate : model.EstimateOf(losses)) {
    values.push_back({.name = estimate.name,
                      .value = estimate.value,
                      .lower = estimate.confidence.lower,
                      .upper = estimate.confidence.upper,
                      .warn = estimate.thresholds.lower,
                      .stop = estimate.thresholds.upper,
                      .n = losses.front().size(),
                      .estimate = true,
                      .level = estimate.alert ? Level::kWarn : Level::kClear});
  }
  return values;
}

ConceptGap LossGap(const DleModel& model, const QualityRows& rows, double gap_deviation) {
  ConceptGap gap;
  double estimated = 0, realised = 0, squares = 0, n = 0;
  const std::vector<double> expected = ExpectedOf(model, RowLoss::kAbsolute, rows);
  for (const std::size_t row : Known(rows)) {
    if (std::isnan(expected[row])) continue;
    const double error = std::abs(rows.scores[row * rows.score_columns] - rows.truth[row]);
    estimated += expected[row];
    realised += error;
    squares += (error - expected[row]) * (error - expected[row]);
    n += 1;
  }
  if (n < 2) return gap;
  const double mean = (realised - estimated) / n;
  const double variance = std::max(squares / n - mean * mean, 0.0) / n;
  gap.metric = "mae";
  gap.estimated = estimated / n;
  gap.realised = realised / n;
  gap.error = std::sqrt(variance + gap_deviation * gap_deviation);
  return gap;
}

}  // namespace mooring::monitoring
