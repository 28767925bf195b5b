#include "monitoring/quality/quality_reference.h"

#include <algorithm>
#include <cmath>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "data/stats/calibration/calibration_error.h"
#include "monitoring/quality/losses.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;

constexpr std::int64_t kSchema = 1;

// Labelled rows first to last, of which chunk `index` is an even part.
QualityRows Part(const QualityRows& rows, const std::vector<std::size_t>& places, std::size_t begin,
                 std::size_t end) {
  QualityRows part;
  part.score_columns = rows.score_columns;
  part.expected_losses = rows.expected_losses;
  for (std::size_t i = begin; i < end; ++i) {
    const double* scores = rows.scores.data() + places[i] * rows.score_columns;
    part.scores.insert(part.scores.end(), scores, scores + rows.score_columns);
    part.truth.push_back(rows.truth[places[i]]);
    const float* expected = rows.expected.data() + places[i] * rows.expected_losses;
    part.expected.insert(part.expected.end(), expected, expected + rows.expected_losses);
  }
  part.labelled = part.truth.size();
  return part;
}

struct Moments {
  std::vector<double> values;
  void Add(double x) {
    if (std::isfinite(x)) values.push_back(x);
  }
  // Nothing without values, or when they are too great to be added up.
  std::optional<MetricBaseline> Of() const {
    const auto n = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (const double x : values) sum += x;
    for (const double x : values) squares += (x - sum / n) * (x - sum / n);
    const MetricBaseline baseline{sum / n, std::sqrt(squares / n)};
    if (!std::isfinite(baseline.mean) || !std::isfinite(baseline.deviation)) return std::nullopt;
    return baseline;
  }
};

Status CheckEnough(Task task, std::size_t classes, const Labelled& labelled) {
  if (labelled.truth.size() < QualityReference::kLeastRows) {
    return Error(Code::kInvalidArgument,
                 std::to_string(labelled.truth.size()) + " labelled rows are too few")
        .Why("quality is learned from " + std::to_string(QualityReference::kLeastRows));
  }
  if (task != Task::kBinary) return Ok();
  std::vector<std::size_t> counts(classes);
  for (const std::uint32_t index : labelled.truth_class) ++counts[index];
  if (*std::ranges::min_element(counts) >= QualityReference::kLeastMinority) return Ok();
  return Error(Code::kInvalidArgument, "a class has too few labelled rows")
      .Why("each needs " + std::to_string(QualityReference::kLeastMinority));
}

// The mean over a chunk of loss less expected loss.
double GapOf(const LossRule& rule, const CbpeModel& cbpe, const QualityRows& chunk) {
  const std::vector<double> losses = LossesOf(rule, chunk);
  const auto expected = ExpectedLossesOf(rule, cbpe, chunk);
  if (!expected.ok()) return std::nan("");
  double sum = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) sum += losses[i] - (*expected)[i];
  return losses.empty() ? std::nan("") : sum / static_cast<double>(losses.size());
}

// Of a regression whose losses are expected by dle.h, the absolute ones first.
double GapOf(const QualityRows& chunk) {
  double sum = 0;
  for (std::size_t row = 0; row < chunk.rows(); ++row) {
    const double error = std::abs(chunk.scores[row * chunk.score_columns] - chunk.truth[row]);
    sum += error - static_cast<double>(chunk.expected[row * chunk.expected_losses]);
  }
  return chunk.rows() == 0 ? std::nan("") : sum / static_cast<double>(chunk.rows());
}

}  // namespace

Result<QualityReference> QualityReference::Learn(Task task, const std::vector<std::string>& classes,
                                                 bool probabilities, const QualityRows& rows,
                                                 std::string from) {
  const LossRule rule{.task = task, .classes = classes.size(), .probabilities = probabilities};
  const Labelled labelled = LabelledRows(rule, rows);
  RETURN_IF_ERROR(CheckEnough(task, classes.size(), labelled));
  QualityReference reference;
  reference.from_ = std::move(from);
  reference.rows_ = labelled.truth.size();
  std::vector<std::size_t> chunk_rows;
  std::vector<QualityRows> chunks;
  for (std::size_t i = 0; i < kChunks; ++i) {
    const std::size_t begin = labelled.places.size() * i / kChunks;
    const std::size_t end = labelled.places.size() * (i + 1) / kChunks;
    chunks.push_back(Part(rows, labelled.places, begin, end));
    chunk_rows.push_back(end - begin);
  }
  std::map<std::string, Moments> moments;
  for (const QualityRows& chunk : chunks) {
    for (const NamedMetric& metric : MetricsOf(rule, LabelledRows(rule, chunk))) {
      moments[metric.name].Add(metric.value);
    }
  }
  for (const auto& [name, of] : moments) {
    if (const auto baseline = of.Of()) reference.metrics_[name] = *baseline;
  }
  if (rows.expected_losses != 0) {
    Moments strayed;
    for (const QualityRows& chunk : chunks) strayed.Add(GapOf(chunk));
    if (const auto of = strayed.Of()) reference.gap_deviation_ = of->deviation;
  }
  if (!probabilities) return reference;
  if (task == Task::kBinary) {
    const auto table = data::ReliabilityTable(labelled.scores, labelled.positive);
    if (table.ok()) reference.calibration_error_ = data::ExpectedCalibrationError(*table);
  }
  const LabelRows all{labelled.scores, labelled.predicted, labelled.truth_class};
  const bool score_each = task == Task::kMulticlass && classes.size() == 2;
  const LabelProblem problem{.classes = classes, .score_each = score_each};
  auto cbpe = CbpeModel::Fit({.problem = problem}, all, chunk_rows);
  if (!cbpe.ok()) return reference;  // a class is absent: nothing is estimated
  reference.cbpe_ = std::move(cbpe).value();
  Moments gaps;
  for (const QualityRows& chunk : chunks) gaps.Add(GapOf(rule, *reference.cbpe_, chunk));
  reference.gap_deviation_ = gaps.Of().value_or(MetricBaseline()).deviation;
  return reference;
}

std::string QualityReference::ToJson() const {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", kSchema).Member("from", from_).Member("rows", rows_);
  json.Member("gap_deviation", gap_deviation_).Member("calibration_error", calibration_error_);
  json.Key("metrics").BeginObject();
  for (const auto& [name, of] : metrics_) {
    json.Key(name).BeginObject().Member("mean", of.mean).Member("deviation", of.deviation);
    json.EndObject();
  }
  json.EndObject().Key("cbpe");
  cbpe_ ? json.Value(cbpe_->ToJson()) : json.Null();
  json.EndObject();
  return text;
}

Result<QualityReference> QualityReference::FromJson(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "quality reference"}));
  ASSIGN_OR_RETURN(const std::int64_t schema, document.GetInt("schema"));
  if (schema != kSchema) return Error(Code::kUnsupported, "a quality reference of another schema");
  QualityReference reference;
  ASSIGN_OR_RETURN(const std::string_view from, document.GetString("from"));
  reference.from_ = from;
  ASSIGN_OR_RETURN(reference.rows_, document.GetUint("rows"));
  ASSIGN_OR_RETURN(reference.gap_deviation_, document.GetDouble("gap_deviation"));
  ASSIGN_OR_RETURN(const Json* calibration, document.Get("calibration_error"));
  if (!calibration->IsNull()) {
    ASSIGN_OR_RETURN(reference.calibration_error_, calibration->AsDouble());
  }
  ASSIGN_OR_RETURN(const Json::Object* metrics, document.GetObject("metrics"));
  for (const auto& [name, of] : *metrics) {
    MetricBaseline& baseline = reference.metrics_[name];
    ASSIGN_OR_RETURN(baseline.mean, of.GetDouble("mean"));
    ASSIGN_OR_RETURN(baseline.deviation, of.GetDouble("deviation"));
  }
  ASSIGN_OR_RETURN(const Json* cbpe, document.Get("cbpe"));
  if (cbpe->IsNull()) return reference;
  ASSIGN_OR_RETURN(const std::string_view model, cbpe->AsString());
  ASSIGN_OR_RETURN(reference.cbpe_, CbpeModel::FromJson(model));
  return reference;
}

}  // namespace mooring::monitoring
