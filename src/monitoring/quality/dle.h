// DLE: the quality of a regression model estimated before outcomes arrive, by a second model that
// has learned the loss of the first (direct loss estimation, as NannyML 0.13.1 computes it).
//
// Use it on windows whose outcomes are still to come, and show it as an estimate: it holds while
// only the inputs move. A change of the concept itself is invisible to it; the gap between it and
// realised quality is what raises that alarm.
//
//   ASSIGN_OR_RETURN(const DleModel model,
//                    DleModel::Fit(features, {.predicted = p, .truth = y}, chunks, train));
//   ASSIGN_OR_RETURN(const auto estimates, model.Estimate(window_features, window_predictions));
//
// Fit: for each loss, `train` learns it from the reference rows' features and prediction (a column
// "prediction" is added). Losses of a row: |e|; |e| / max(|y|, 2.2e-16); e^2; (ln(1+p) - ln(1+y))^2
// with e = p - y. Bands: mean +- 3 deviations of the realised values of the reference chunks
// (band.h), never below 0.
//
// Estimate of a chunk: the mean of the predicted losses, each at least 0; its root for RMSE and
// RMSLE. Sampling error of n rows: deviation of the reference losses / sqrt n; for a root
// sqrt(var / (4 n mean)). Confidence +- 3 of them; alert when the value is strictly outside the
// band.
//
// The trainer is a seam: this room may not know the model room, so whoever calls brings a
// regressor, and with the bytes that it is stored as the way to open them again.
//
// Where features are at hand only once (the watch) PredictLosses is asked then, and EstimateOf what
// was kept of it later.
//
// JSON: {"schema": 1, "measures": [{"name", "error_of_one_row", "lower", "upper"}], "losses":
// [{"name", "regressor"}]}, the regressor in hexadecimal, losses in the order of losses().
//
// Thread safety: const methods may be called from any thread when the predictors may. Complexity:
// up to four trainings; Estimate one prediction a loss.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"
#include "monitoring/quality/cbpe.h"

namespace mooring {
class Json;
}

namespace mooring::monitoring {

// One number a row.
using LossPredictor = std::function<Result<std::vector<double>>(const data::Batch& rows)>;
// A learned loss, and the bytes from which it can be opened again; "": it cannot.
struct LossRegressor {
  LossPredictor predict;
  std::string bytes = {};
};
// Learns `targets` from `rows`, which are gone afterwards.
using TrainRegressor =
    std::function<Result<LossRegressor>(const data::Batch& rows, std::span<const double> targets)>;
using OpenRegressor = std::function<Result<LossPredictor>(std::string_view bytes)>;

enum class LossMeasure : std::uint8_t { kMae, kMape, kMse, kRmse, kMsle, kRmsle };
std::string_view NameOf(LossMeasure measure);  // "mae", …

// The loss of one row that measures are means of.
enum class RowLoss : std::uint8_t { kAbsolute, kRelative, kSquare, kLogSquare };
inline constexpr std::size_t kRowLosses = 4;
RowLoss LossOf(LossMeasure measure);

struct NumberRows {
  std::span<const double> predicted;
  std::span<const double> truth;
};

struct DleOptions {
  std::vector<LossMeasure> measures = {LossMeasure::kMae, LossMeasure::kMape, LossMeasure::kMse,
                                       LossMeasure::kRmse};
};

class DleModel {
 public:
  // kInvalidArgument for no rows, sizes that do not fit, values that are not finite, negative ones
  // where a logarithmic measure is wanted, features that have a column "prediction" already; what
  // the trainer says otherwise.
  static Result<DleModel> Fit(const DleOptions& options, const data::Batch& features,
                              const NumberRows& reference, std::span<const std::size_t> chunk_rows,
                              const TrainRegressor& train);

  // In the order of the options. kInternal when a predictor gives another number of values or one
  // that is not finite.
  Result<std::vector<QualityEstimate>> Estimate(const data::Batch& features,
                                                std::span<const double> predicted) const;
  // The losses that the measures need, each once, in the order of RowLoss.
  std::vector<RowLoss> losses() const;
  // Predicted losses by row, one list for each of losses(). Fails as Estimate does.
  Result<std::vector<std::vector<double>>> PredictLosses(const data::Batch& features,
                                                         std::span<const double> predicted) const;
  // Estimate from what PredictLosses said of the chunk's rows; one at least.
  std::vector<QualityEstimate> EstimateOf(const std::vector<std::vector<double>>& losses) const;
  // The same measures from outcomes, with the same bands.
  Result<std::vector<QualityEstimate>> Realised(const NumberRows& chunk) const;

  // Numbers come back bit for bit. FromJson is strict: kDataLoss for what ToJson would not have
  // written, and for bytes that `open` refuses.
  std::string ToJson() const;
  static Result<DleModel> FromJson(std::string_view text, const OpenRegressor& open);

 private:
  struct Learned {
    LossMeasure measure = LossMeasure::kMae;
    double error_of_one_row = 0;
    Band band;
  };
  static bool IsRoot(LossMeasure measure);
  static std::vector<double> LossesOf(RowLoss loss, const NumberRows& rows);
  static double ValueOf(LossMeasure measure, std::span<const double> losses);
  static double ErrorOfOneRow(LossMeasure measure, std::span<const double> losses);
  static Status Check(const DleOptions& options, const data::Batch& features,
                      const NumberRows& reference, std::span<const std::size_t> chunk_rows);
  static Result<DleModel> Read(const Json& document, const OpenRegressor& open);
  Status ReadLoss(const Json& json, const OpenRegressor& open);
  Status ReadMeasure(const Json& json);
  QualityEstimate WithBand(const Learned& learned, double value, double rows) const;

  std::vector<Learned> learned_;
  LossRegressor regressors_[kRowLosses];  // empty where no measure needs the loss
};

}  // namespace mooring::monitoring
