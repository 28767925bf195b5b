#include "monitoring/quality/table_quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/stats/calibration/calibration_error.h"
#include "data/stats/counts/proportions.h"
#include "data/stats/intervals/bootstrap.h"
#include "data/stats/intervals/delong.h"
#include "data/stats/intervals/mean_interval.h"
#include "data/stats/metrics/binary_metrics.h"
#include "data/stats/metrics/regression_metrics.h"

namespace mooring::monitoring {
namespace {

constexpr double kHalfWidth = 1.959963984540054;     // standard errors in half of a 95 % interval
constexpr std::size_t kBootstrapWork = 20'000'000;   // rows times replicates
constexpr double kLeastLog = 2.220446049250313e-16;  // as scikit-learn 1.2.1 clips probabilities

enum class Task : std::uint8_t { kBinary, kClasses, kNumbers };

// The rows that have both values.
struct Rows {
  Task task = Task::kNumbers;
  std::uint64_t all = 0;
  std::vector<double> predicted, outcome;         // numbers; of binary scores and 0 or 1
  std::vector<std::string> said_text, true_text;  // classes
  std::size_t size() const { return task == Task::kClasses ? true_text.size() : outcome.size(); }
};

bool IsText(const data::Column& column) {
  return column.type() == data::Type::kString || column.type() == data::Type::kCategory;
}

std::string TextAt(const data::Column& column, std::size_t row) {
  return IsText(column) ? std::string(column.Text(row)) : fmt::format("{}", column.Number(row));
}

Result<const data::Column*> ColumnOf(const data::Batch& table, const std::string& name) {
  if (const data::Column* column = table.Find(name); column != nullptr) return column;
  return Error(Code::kNotFound, "the table has no column '" + name + "'");
}

Result<Rows> RowsOfTable(const data::Batch& table, const OutcomeColumns& columns) {
  ASSIGN_OR_RETURN(const data::Column* predicted, ColumnOf(table, columns.prediction));
  ASSIGN_OR_RETURN(const data::Column* outcome, ColumnOf(table, columns.outcome));
  Rows rows;
  rows.all = table.rows();
  if (IsText(*predicted) || IsText(*outcome)) {
    rows.task = Task::kClasses;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      if (predicted->IsNull(i) || outcome->IsNull(i)) continue;
      rows.said_text.push_back(TextAt(*predicted, i));
      rows.true_text.push_back(TextAt(*outcome, i));
    }
    return rows;
  }
  bool binary = true;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const double said = predicted->Number(i), came = outcome->Number(i);
    if (!std::isfinite(said) || !std::isfinite(came)) continue;
    binary = binary && (came == 0 || came == 1) && said >= 0 && said <= 1;
    rows.predicted.push_back(said);
    rows.outcome.push_back(came);
  }
  rows.task = binary ? Task::kBinary : Task::kNumbers;
  return rows;
}

MetricValue Metric(std::string name, const data::IntervalEstimate& estimate, std::size_t n,
                   bool higher_is_better) {
  MetricValue metric;
  metric.name = std::move(name);
  metric.value = estimate.value;
  metric.lower = estimate.lower;
  metric.upper = estimate.upper;
  metric.n = n;
  metric.higher_is_better = higher_is_better;
  return metric;
}

data::IntervalEstimate MeanOf(const std::vector<double>& values) {
  const auto interval = data::MeanInterval(values);
  if (interval.ok()) return *interval;
  data::IntervalEstimate bare;
  double sum = 0;
  for (const double value : values) sum += value;
  if (!values.empty()) bare.value = sum / static_cast<double>(values.size());
  return bare;
}

data::IntervalEstimate ShareOf(std::uint64_t successes, std::uint64_t rows) {
  data::IntervalEstimate share;
  const auto interval = data::WilsonInterval({successes, rows});
  if (rows == 0 || !interval.ok()) return share;
  share.value = static_cast<double>(successes) / static_cast<double>(rows);
  share.lower = interval->low;
  share.upper = interval->high;
  return share;
}

// The value alone where rows are too many to draw them again.
data::IntervalEstimate Bootstrapped(std::size_t rows, const data::WeightedStatistic& statistic) {
  data::IntervalEstimate estimate;
  const std::vector<double> once(rows, 1.0);
  estimate.value = statistic(once);
  if (rows == 0 || rows > kBootstrapRows || std::isnan(estimate.value)) return estimate;
  data::BootstrapOptions options;
  options.replicates = std::clamp<std::size_t>(kBootstrapWork / rows, 100, 500);
  const auto drawn = data::Bootstrap(rows, {}, statistic, options);
  return drawn.ok() ? drawn->estimate : estimate;
}

// Classes in the order of their texts, and rows by their places.
struct Labels {
  std::vector<std::string> names;
  std::vector<std::uint32_t> truth, said;
};

Result<Labels> LabelsOf(const Rows& rows) {
  std::map<std::string_view, std::uint32_t> places;
  for (const std::string& text : rows.true_text) places.emplace(text, 0);
  for (const std::string& text : rows.said_text) places.emplace(text, 0);
  if (places.size() > kQualityClasses) {
    return Error(Code::kInvalidArgument, fmt::format("{} distinct classes", places.size()))
        .Why(fmt::format("at most {}; is one of the columns an identifier?", kQualityClasses));
  }
  Labels labels;
  for (auto& [text, place] : places) {
    place = static_cast<std::uint32_t>(labels.names.size());
    labels.names.emplace_back(text);
  }
  for (const std::string& text : rows.true_text) labels.truth.push_back(places[text]);
  for (const std::string& text : rows.said_text) labels.said.push_back(places[text]);
  return labels;
}

Labels LabelsOfScores(const Rows& rows, double threshold) {
  Labels labels{{"0", "1"}, {}, {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    labels.truth.push_back(rows.outcome[i] == 1 ? 1U : 0U);
    labels.said.push_back(rows.predicted[i] >= threshold ? 1U : 0U);
  }
  return labels;
}

std::uint64_t CountOf(double cell) { return static_cast<std::uint64_t>(cell); }

// The confusion matrix, and precision and recall of each class.
void AddClasses(const Labels& labels, QualityReport& report) {
  data::ConfusionMatrix cells(labels.names.size());
  for (std::size_t i = 0; i < labels.truth.size(); ++i) cells.Add(labels.truth[i], labels.said[i]);
  report.confusion.labels = labels.names;
  for (std::size_t truth = 0; truth < labels.names.size(); ++truth) {
    auto& row = report.confusion.counts.emplace_back();
    for (std::size_t said = 0; said < labels.names.size(); ++said) {
      row.push_back(CountOf(cells.cell(truth, said)));
    }
    const data::ClassRates rates = cells.OfClass(truth);
    ClassQuality one;
    one.label = labels.names[truth];
    one.support = CountOf(rates.support);
    one.predicted = CountOf(rates.predicted);
    const std::uint64_t right = CountOf(cells.cell(truth, truth));
    const auto precision = ShareOf(right, one.predicted), recall = ShareOf(right, one.support);
    one.precision = precision.value;
    one.precision_lower = precision.lower;
    one.precision_upper = precision.upper;
    one.recall = recall.value;
    one.recall_lower = recall.lower;
    one.recall_upper = recall.upper;
    one.f1 = rates.f1;
    report.classes.push_back(std::move(one));
  }
}

std::uint64_t RightOnes(const Labels& labels) {
  std::uint64_t right = 0;
  for (std::size_t i = 0; i < labels.truth.size(); ++i) {
    right += labels.truth[i] == labels.said[i] ? 1 : 0;
  }
  return right;
}

// A rate of the confusion matrix, drawn again with weights.
template <typename Rate>
MetricValue OfMatrix(std::string name, const Labels& labels, Rate rate) {
  const data::WeightedStatistic statistic = [&](std::span<const double> weights) {
    data::ConfusionMatrix cells(labels.names.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      cells.Add(labels.truth[i], labels.said[i], weights[i]);
    }
    return rate(cells);
  };
  return Metric(std::move(name), Bootstrapped(labels.truth.size(), statistic), labels.truth.size(),
                true);
}

void AddCalibration(const Rows& rows, const std::vector<std::uint8_t>& truth,
                    QualityReport& report) {
  const auto table = data::ReliabilityTable(rows.predicted, truth);
  if (!table.ok()) return;
  report.calibration.error = data::ExpectedCalibrationError(*table);
  for (const data::ReliabilityBin& bin : *table) {
    report.calibration.bins.push_back({bin.mean_score, bin.rate, bin.rows});
  }
  const auto line = data::FitCalibrationLine(rows.predicted, truth);
  if (!line.ok()) return;
  report.calibration.slope = line->slope;
  report.calibration.intercept = line->intercept;
}

void MeasureBinary(const Rows& rows, double threshold, QualityReport& report) {
  const std::size_t n = rows.size();
  std::vector<std::uint8_t> truth;
  std::vector<double> losses, squares;
  for (std::size_t i = 0; i < n; ++i) {
    const bool yes = rows.outcome[i] == 1;
    const double p = std::clamp(rows.predicted[i], kLeastLog, 1 - kLeastLog);
    truth.push_back(yes ? 1 : 0);
    losses.push_back(-std::log(yes ? p : 1 - p));
    squares.push_back((rows.predicted[i] - rows.outcome[i]) *
                      (rows.predicted[i] - rows.outcome[i]));
  }
  report.metrics.push_back(Metric("log_loss", MeanOf(losses), n, false));
  report.metrics.push_back(Metric("brier", MeanOf(squares), n, false));
  const auto auc = data::AucInterval(rows.predicted, truth);
  report.metrics.push_back(Metric("roc_auc", auc.ok() ? *auc : data::IntervalEstimate(), n, true));
  const data::WeightedStatistic precision = [&](std::span<const double> weights) {
    const auto value = data::AveragePrecision({rows.predicted, truth, weights});
    return value.ok() ? *value : kUnknown;
  };
  report.metrics.push_back(Metric("average_precision", Bootstrapped(n, precision), n, true));
  const Labels labels = LabelsOfScores(rows, threshold);
  report.metrics.push_back(
      OfMatrix("f1", labels, [](const auto& cells) { return cells.OfClass(1).f1; }));
  report.metrics.push_back(Metric("accuracy", ShareOf(RightOnes(labels), n), n, true));
  AddClasses(labels, report);
  AddCalibration(rows, truth, report);
}

Status MeasureClasses(const Rows& rows, QualityReport& report) {
  ASSIGN_OR_RETURN(const Labels labels, LabelsOf(rows));
  const std::size_t n = rows.size();
  report.metrics.push_back(Metric("accuracy", ShareOf(RightOnes(labels), n), n, true));
  report.metrics.push_back(OfMatrix("balanced_accuracy", labels,
                                    [](const auto& cells) { return cells.BalancedAccuracy(); }));
  report.metrics.push_back(
      OfMatrix("macro_f1", labels, [](const auto& cells) { return cells.Macro().f1; }));
  AddClasses(labels, report);
  return Ok();
}

void MeasureNumbers(const Rows& rows, QualityReport& report) {
  const std::size_t n = rows.size();
  std::vector<double> errors, sizes, squares;
  for (std::size_t i = 0; i < n; ++i) {
    const double error = rows.predicted[i] - rows.outcome[i];
    errors.push_back(error);
    sizes.push_back(std::abs(error));
    squares.push_back(error * error);
  }
  data::IntervalEstimate root = MeanOf(squares);
  for (double* end : {&root.value, &root.lower, &root.upper}) *end = std::sqrt(std::max(*end, 0.0));
  if (n < 2) root.lower = root.upper = kUnknown;
  report.metrics.push_back(Metric("mae", MeanOf(sizes), n, false));
  report.metrics.push_back(Metric("rmse", root, n, false));
  report.metrics.push_back(Metric("mean_error", MeanOf(errors), n, false));
  const auto measured = [&](double data::RegressionMetrics::*member) {
    return [&rows, member](std::span<const double> weights) {
      const auto all = data::MeasureRegression({rows.outcome, rows.predicted, weights});
      return all.ok() ? (*all).*member : kUnknown;
    };
  };
  report.metrics.push_back(
      Metric("wape", Bootstrapped(n, measured(&data::RegressionMetrics::wape)), n, false));
  report.metrics.push_back(
      Metric("r2", Bootstrapped(n, measured(&data::RegressionMetrics::r2)), n, true));
}

Result<QualityReport> Measure(const data::Batch& table, const OutcomeColumns& columns) {
  ASSIGN_OR_RETURN(const Rows rows, RowsOfTable(table, columns));
  QualityReport report;
  report.rows = rows.all;
  report.labelled = rows.size();
  report.mature = true;
  report.task = rows.task == Task::kBinary    ? "binary"
                : rows.task == Task::kClasses ? "multiclass"
                                              : "regression";
  if (rows.size() == 0) return report;
  if (rows.task == Task::kBinary) MeasureBinary(rows, columns.threshold, report);
  if (rows.task == Task::kClasses) RETURN_IF_ERROR(MeasureClasses(rows, report));
  if (rows.task == Task::kNumbers) MeasureNumbers(rows, report);
  return report;
}

// How many standard errors of the difference worse it became; NaN when that cannot be said.
double StepsWorse(const MetricValue& now, const MetricValue& then) {
  const double mine = (now.upper - now.lower) / (2 * kHalfWidth);
  const double other = (then.upper - then.lower) / (2 * kHalfWidth);
  double change = now.value - then.value;
  if (now.name == "mean_error") change = std::abs(now.value) - std::abs(then.value);
  return (now.higher_is_better ? -change : change) / std::hypot(mine, other);
}

void Hold(MetricValue& now, const QualityReport& reference, QualityReport& report) {
  for (const MetricValue& then : reference.metrics) {
    if (then.name != now.name) continue;
    now.reference = then.value;
    const double steps = StepsWorse(now, then);
    now.level = steps > 3 ? Level::kAlert : steps > 2 ? Level::kWarn : Level::kClear;
    if (now.level == Level::kClear) return;
    Finding finding;
    finding.kind = "quality";
    finding.subject = now.name;
    finding.level = now.level;
    finding.what =
        fmt::format("{} became worse: {:.4g}, it was {:.4g}", now.name, now.value, then.value);
    finding.statistic = now.name;
    finding.value = now.value;
    finding.threshold = then.value;
    finding.p_value = std::erfc(steps / std::sqrt(2.0)) / 2;
    finding.n = now.n;
    finding.sureness = fmt::format("{:.1f} standard errors", steps);
    report.findings.push_back(std::move(finding));
  }
}

void Judge(const QualityReport* reference, QualityReport& report) {
  if (report.labelled < kQualityMinRows) {
    report.verdict = "not_enough_data";
    report.reason = fmt::format("{} outcomes, {} are needed", report.labelled, kQualityMinRows);
    return;
  }
  report.verdict = "ok";
  if (reference == nullptr) {
    report.reason = "without a reference nothing is judged";
    return;
  }
  report.calibration.reference_error = reference->calibration.error;
  for (MetricValue& metric : report.metrics) Hold(metric, *reference, report);
  for (const Finding& finding : report.findings) {
    if (finding.level != Level::kAlert) continue;
    report.verdict = "worse";
    if (report.reason.empty()) report.reason = finding.what;
  }
}

}  // namespace

Result<QualityReport> QualityOfTable(const data::Batch& current, const OutcomeColumns& columns,
                                     const data::Batch* reference) {
  ASSIGN_OR_RETURN(QualityReport report, Measure(current, columns));
  if (reference == nullptr) {
    Judge(nullptr, report);
    return report;
  }
  ASSIGN_OR_RETURN(const QualityReport before, Measure(*reference, columns));
  if (before.task == report.task) {
    Judge(before.labelled < kQualityMinRows ? nullptr : &before, report);
    return report;
  }
  return Error(Code::kInvalidArgument, "the tables are of different tasks")
      .Why("the reference is " + before.task + ", the current table " + report.task);
}

}  // namespace mooring::monitoring
