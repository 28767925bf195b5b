#include "monitoring/quality/loss_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;

constexpr double kMargin = 1.5;     // standard errors
constexpr double kChunkMargin = 3;  // deviations of chunks
constexpr double kMostErrors = 10;  // times the mean: losses beyond are cut

// Of how many rows the reference counts so that the margin, kMargin s / sqrt(rows), covers the
// chunks' own ups and downs.
double RowsFor(double deviation, double chunk_deviation, double rows) {
  if (!(chunk_deviation > 0)) return rows;
  const double covers = kMargin * deviation / (kChunkMargin * chunk_deviation);
  return std::clamp(covers * covers, 2.0, rows);
}

}  // namespace

std::optional<LossStream> LossStream::Of(Task task, const QualityReference& reference) {
  const bool binary = task == Task::kBinary;
  if (task == Task::kMulticlass) return std::nullopt;
  const auto metric = reference.metrics().find(binary ? "brier" : "mae");
  if (metric == reference.metrics().end()) return std::nullopt;
  const MetricBaseline& of = metric->second;
  if (!(of.mean > 0) || !std::isfinite(of.mean)) return std::nullopt;
  const double scale = binary ? 0 : kMostErrors * of.mean;
  const double baseline = binary ? of.mean : 1 / kMostErrors;
  const double chunks = binary ? of.deviation : of.deviation / scale;
  if (!(baseline < 1)) return std::nullopt;
  // The most that values in [0, 1] of this mean can deviate.
  const double deviation = std::sqrt(baseline * (1 - baseline));
  const double rows = RowsFor(deviation, chunks, static_cast<double>(reference.rows()));
  auto detector = data::BoundedEDetector::Make({.baseline = baseline,
                                                .deviation = deviation,
                                                .reference_rows = rows,
                                                .margin_errors = kMargin,
                                                .alarm_rows = kAlarmRows});
  if (!detector.ok()) return std::nullopt;
  return LossStream(std::move(detector).value(), scale, baseline);
}

bool LossStream::Add(double score, double truth) {
  if (!std::isfinite(score) || detector_.state() == data::DetectorState::kDrift) return false;
  const double error = std::abs(score - truth);
  const double loss = std::min(scale_ == 0 ? error * error : error / scale_, 1.0);
  sum_ += loss;
  ++outcomes_;
  return detector_.Add(loss) == data::DetectorState::kDrift;
}

Finding LossStream::Alarm(std::string_view model) const {
  const double unit = scale_ == 0 ? 1 : scale_;
  Finding finding;
  finding.kind = "sequential";
  finding.subject = scale_ == 0 ? "brier" : "mae";
  finding.level = Level::kAlert;
  finding.certain = true;
  finding.what =
      fmt::format("the loss has risen above {:.4g}: {:.4g} over {} outcomes", baseline_ * unit,
                  sum_ / static_cast<double>(outcomes_) * unit, outcomes_);
  finding.statistic = "e_value";
  finding.value = detector_.Evidence();
  finding.threshold = kAlarmRows;
  finding.n = outcomes_;
  finding.sureness = "at most one false alarm in 100,000 outcomes";
  finding.help = fmt::format("mooring route rollback {} --reason \"the loss has risen\"", model);
  return finding;
}

}  // namespace mooring::monitoring
