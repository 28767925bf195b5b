#include "monitoring/quality/score_window.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/rng.h"
#include "data/stats/calibration/calibration_error.h"
#include "data/stats/counts/proportions.h"
#include "data/stats/intervals/bootstrap.h"
#include "data/stats/intervals/delong.h"
#include "data/stats/intervals/mean_interval.h"
#include "data/stats/metrics/confusion_matrix.h"
#include "monitoring/quality/contract_slices.h"
#include "monitoring/quality/loss_estimates.h"
#include "monitoring/quality/losses.h"
#include "monitoring/quality/slice_search.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;

constexpr std::size_t kReplicates = 300;
constexpr std::size_t kBootstrapGroups = 2'000;  // rows are drawn together beyond that
constexpr std::uint64_t kSeed = 20'260'101;

class Scoring {
 public:
  Scoring(const QualityPlan& plan, const QualityReference* reference, const QualityRows& rows,
          QualityReport& report)
      : plan_(plan),
        reference_(reference),
        rows_(rows),
        report_(report),
        rule_{.task = plan.task(),
              .classes = plan.classes().size(),
              .probabilities = plan.has_probabilities(),
              .squared = plan.contract().monitor.quality.metric == "rmse"},
        labelled_(LabelledRows(rule_, rows)),
        losses_(LossesOf(rule_, rows)) {}

  std::vector<MetricValue> TakeMetrics() {
    if (!labelled_.truth.empty()) Metrics();
    return std::move(report_.metrics);
  }

  void Run() {
    Delays();
    if (!labelled_.truth.empty()) {
      Metrics();
      if (rule_.task != Task::kRegression) Classes();
      if (rule_.task == Task::kBinary) Calibrate();
      Business();
      Slices();
    }
    if (reference_ != nullptr && reference_->cbpe() != nullptr) Estimates(*reference_->cbpe());
    if (reference_ != nullptr && plan_.losses() != nullptr) {
      report_.estimates = LossEstimates(*plan_.losses(), rows_);
      report_.gap = LossGap(*plan_.losses(), rows_, reference_->gap_deviation());
    }
  }

 private:
  void Delays() {
    std::vector<double> delays;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      if (rows_.known(row) && !std::isnan(rows_.delay_s[row])) delays.push_back(rows_.delay_s[row]);
    }
    if (delays.empty()) return;
    std::ranges::sort(delays);
    const auto at = [&delays](double q) {
      return delays[static_cast<std::size_t>(q * static_cast<double>(delays.size() - 1))];
    };
    report_.delay_p50_s = at(0.5);
    report_.delay_p95_s = at(0.95);
  }

  void Metrics() {
    const std::string watched = WatchedMetric(plan_);
    for (const NamedMetric& metric : MetricsOf(rule_, labelled_)) {
      MetricValue value{.name = metric.name,
                        .value = metric.value,
                        .n = labelled_.truth.size(),
                        .higher_is_better = metric.higher_is_better};
      SetInterval(value);
      if (reference_ != nullptr) {
        const auto baseline = reference_->metrics().find(metric.name);
        if (baseline != reference_->metrics().end()) value.reference = baseline->second.mean;
      }
      const auto place = metric.name == watched ? report_.metrics.begin() : report_.metrics.end();
      report_.metrics.insert(place, std::move(value));
    }
  }

  void Take(const Result<data::IntervalEstimate>& interval, MetricValue& value) const {
    if (!interval.ok()) return;
    value.lower = interval->lower;
    value.upper = interval->upper;
  }

  std::vector<double> Mapped(double (*loss)(double score, double truth)) const {
    std::vector<double> values;
    for (std::size_t i = 0; i < labelled_.truth.size(); ++i) {
      values.push_back(loss(labelled_.scores[i * rows_.score_columns], labelled_.truth[i]));
    }
    return values;
  }

  void SetInterval(MetricValue& value) const {
    const std::string& name = value.name;
    if (name == "auc") {
      rule_.task == Task::kBinary
          ? Take(data::AucInterval(labelled_.scores, labelled_.positive), value)
          : OfMeanAuc(value);
    } else if (name == "accuracy") {
      const double right = std::round(value.value * static_cast<double>(value.n));
      SetShare(static_cast<std::uint64_t>(right), value.n, value.lower, value.upper);
    } else if (name == "log_loss") {
      Take(data::MeanInterval(KnownLosses()), value);
    } else if (name == "brier") {
      Take(data::MeanInterval(Mapped([](double s, double y) { return (s - y) * (s - y); })), value);
    } else if (name == "mae") {
      Take(data::MeanInterval(Mapped([](double s, double y) { return std::abs(s - y); })), value);
    } else if (name == "bias") {
      Take(data::MeanInterval(Mapped([](double s, double y) { return s - y; })), value);
    } else if (name == "rmse") {
      Take(data::MeanInterval(Mapped([](double s, double y) { return (s - y) * (s - y); })), value);
      value.lower = std::sqrt(std::max(value.lower, 0.0));
      value.upper = std::sqrt(value.upper);
    } else if (name == "mape") {
      Take(data::MeanInterval(Mapped([](double s, double y) {
             return std::abs(s - y) / std::max(std::abs(y), std::numeric_limits<double>::epsilon());
           })),
           value);
    } else if (rule_.task == Task::kRegression) {
      ByRows(value);
    } else if (rule_.task == Task::kBinary && name != "mcc") {
      OfPositive(value);
    } else {
      ByCells(value);
    }
  }

  // The error of a mean is at most the mean of the errors, however they depend on each other.
  void OfMeanAuc(MetricValue& value) const {
    double half = 0;
    std::vector<double> scores;
    for (std::size_t k = 0; k < rule_.classes; ++k) {
      std::vector<std::uint8_t> is_class;
      scores.clear();
      for (std::size_t i = 0; i < labelled_.truth.size(); ++i) {
        scores.push_back(labelled_.scores[i * rows_.score_columns + k]);
        is_class.push_back(labelled_.truth_class[i] == k ? 1 : 0);
      }
      const auto one = data::AucInterval(scores, is_class);
      if (!one.ok()) return;
      half += 1.959963984540054 * one->standard_error / static_cast<double>(rule_.classes);
    }
    value.lower = std::max(value.value - half, 0.0);
    value.upper = std::min(value.value + half, 1.0);
  }

  // Precision, recall and F1 of the positive class are shares, or follow from one.
  void OfPositive(MetricValue& value) const {
    std::uint64_t right = 0, said = 0, is = 0;
    for (std::size_t i = 0; i < labelled_.predicted.size(); ++i) {
      right += labelled_.predicted[i] & labelled_.truth_class[i];
      said += labelled_.predicted[i];
      is += labelled_.truth_class[i];
    }
    if (value.name != "f1") {
      return SetShare(right, value.name == "precision" ? said : is, value.lower, value.upper);
    }
    SetShare(right, said + is - right, value.lower, value.upper);
    value.lower = 2 * value.lower / (1 + value.lower);
    value.upper = 2 * value.upper / (1 + value.upper);
  }

  std::vector<double> KnownLosses() const {
    std::vector<double> known;
    for (const double loss : losses_) {
      if (!std::isnan(loss)) known.push_back(loss);
    }
    return known;
  }

  static void SetShare(std::uint64_t part, std::uint64_t of, double& lower, double& upper) {
    const auto interval = data::WilsonInterval({part, of});
    if (!interval.ok()) return;
    lower = interval->low;
    upper = interval->high;
  }

  // Rates of classes depend on the cells of the confusion matrix alone: those are drawn, each a
  // Poisson number, which is what drawing rows comes to.
  void ByCells(MetricValue& value) const {
    data::ConfusionMatrix cells(rule_.classes);
    for (std::size_t i = 0; i < labelled_.predicted.size(); ++i) {
      cells.Add(labelled_.truth_class[i], labelled_.predicted[i]);
    }
    Rng rng(kSeed);
    std::vector<double> drawn;
    for (std::size_t replicate = 0; replicate < kReplicates; ++replicate) {
      data::ConfusionMatrix one(rule_.classes);
      for (std::size_t truth = 0; truth < rule_.classes; ++truth) {
        for (std::size_t said = 0; said < rule_.classes; ++said) {
          const double mean = cells.cell(truth, said);
          if (mean > 0) one.Add(truth, said, std::poisson_distribution<int>(mean)(rng));
        }
      }
      const double rate = RateOf(one, value.name);
      if (!std::isnan(rate)) drawn.push_back(rate);
    }
    SetQuantiles(drawn, value);
  }

  double RateOf(const data::ConfusionMatrix& cells, std::string_view name) const {
    if (name == "mcc") return cells.Matthews();
    const data::ClassRates rates = cells.Macro();
    if (name == "precision") return rates.precision;
    if (name == "recall") return rates.recall;
    return rates.f1;
  }

  static void SetQuantiles(std::vector<double>& drawn, MetricValue& value) {
    if (drawn.empty()) return;
    std::ranges::sort(drawn);
    const auto at = [&drawn](double q) {
      return drawn[static_cast<std::size_t>(q * static_cast<double>(drawn.size() - 1))];
    };
    value.lower = std::min(at(0.025), value.value);
    value.upper = std::max(at(0.975), value.value);
  }

  // What WAPE and R² are made of; truth is counted from its mean, so that squares do not cancel.
  struct Sums {
    double n = 0, error = 0, squared = 0, y = 0, absolute = 0, y_squared = 0;
    void Add(const Sums& of, double weight) {
      n += weight * of.n;
      error += weight * of.error;
      squared += weight * of.squared;
      y += weight * of.y;
      absolute += weight * of.absolute;
      y_squared += weight * of.y_squared;
    }
  };

  // From weighted sums; of very many rows, of groups of them, which is the same for rows that are
  // independent.
  void ByRows(MetricValue& value) const {
    const std::size_t n = labelled_.truth.size();
    std::vector<Sums> groups(std::min(n, kBootstrapGroups));
    double mean = 0;
    for (const double truth : labelled_.truth) mean += truth / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double truth = labelled_.truth[i], e = labelled_.scores[i] - truth, y = truth - mean;
      groups[i % groups.size()].Add({1, std::abs(e), e * e, y, std::abs(truth), y * y}, 1);
    }
    const bool r2 = value.name == "r2";
    const data::WeightedStatistic statistic = [&](std::span<const double> weights) {
      Sums all;
      for (std::size_t i = 0; i < weights.size(); ++i) all.Add(groups[i], weights[i]);
      if (!r2) return all.error / all.absolute;
      return 1 - all.squared / (all.y_squared - all.y * all.y / all.n);
    };
    const auto result =
        data::Bootstrap(groups.size(), {}, statistic, {.replicates = kReplicates, .seed = kSeed});
    if (!result.ok()) return;
    value.lower = std::min(result->estimate.lower, value.value);
    value.upper = std::max(result->estimate.upper, value.value);
  }

  // Classes that occur; a binary task has both always.
  void Classes() {
    const std::size_t classes = plan_.classes().size();
    std::vector<std::size_t> occurring;
    std::vector<std::uint64_t> support(classes), predicted(classes), right(classes);
    for (std::size_t i = 0; i < labelled_.predicted.size(); ++i) {
      ++support[labelled_.truth_class[i]];
      ++predicted[labelled_.predicted[i]];
      right[labelled_.truth_class[i]] += labelled_.truth_class[i] == labelled_.predicted[i] ? 1 : 0;
    }
    for (std::size_t k = 0; k < classes; ++k) {
      if (rule_.probabilities || support[k] + predicted[k] != 0) occurring.push_back(k);
    }
    report_.confusion.counts.assign(occurring.size(), std::vector<std::uint64_t>(occurring.size()));
    for (std::size_t i = 0; i < labelled_.predicted.size(); ++i) {
      const auto row = std::ranges::find(occurring, labelled_.truth_class[i]) - occurring.begin();
      const auto column = std::ranges::find(occurring, labelled_.predicted[i]) - occurring.begin();
      ++report_.confusion.counts[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    }
    for (const std::size_t k : occurring) {
      report_.confusion.labels.push_back(plan_.classes()[k]);
      ClassQuality of{
          .label = plan_.classes()[k], .support = support[k], .predicted = predicted[k]};
      const auto share = [&](std::uint64_t all, double& value, double& lower, double& upper) {
        if (all == 0) return;
        value = static_cast<double>(right[k]) / static_cast<double>(all);
        SetShare(right[k], all, lower, upper);
      };
      share(predicted[k], of.precision, of.precision_lower, of.precision_upper);
      share(support[k], of.recall, of.recall_lower, of.recall_upper);
      const std::uint64_t both = support[k] + predicted[k];
      if (both != 0) of.f1 = 2 * static_cast<double>(right[k]) / static_cast<double>(both);
      report_.classes.push_back(std::move(of));
    }
  }

  void Calibrate() {
    const std::size_t bins = std::min<std::size_t>(10, labelled_.scores.size());
    const auto table = data::ReliabilityTable(labelled_.scores, labelled_.positive, bins);
    if (!table.ok()) return;
    Calibration& calibration = report_.calibration;
    calibration.error = data::ExpectedCalibrationError(*table);
    for (const data::ReliabilityBin& bin : *table) {
      calibration.bins.push_back({bin.mean_score, bin.rate, bin.rows});
    }
    const auto line = data::FitCalibrationLine(labelled_.scores, labelled_.positive);
    if (!line.ok()) return;
    calibration.slope = line->slope;
    calibration.intercept = line->in_the_large;
  }

  void Business() {
    std::optional<Result<std::unique_ptr<data::SqlOverRows>>> sql;  // opened for the first SQL
    for (const QualityPlan::Measure& measure : plan_.measures()) {
      MetricValue of{.name = measure.name, .higher_is_better = measure.higher_is_better};
      if (measure.expression) {
        OfExpression(measure, of);
      } else if (rows_.labelled != 0) {
        if (!sql) sql.emplace(plan_.OpenSql(rows_));
        OfSql(measure, *sql, of);
      }
      report_.business.push_back(std::move(of));
    }
  }

  void OfExpression(const QualityPlan::Measure& measure, MetricValue& of) {
    std::vector<double> values;
    for (const double value : plan_.ValuesOf(measure, rows_)) {
      if (!std::isnan(value)) values.push_back(value);
    }
    of.n = values.size();
    double sum = 0;
    for (const double value : values) sum += value;
    if (!values.empty()) of.value = sum / static_cast<double>(values.size());
    Take(data::MeanInterval(values), of);
  }

  // Without an interval: drawing rows again and again would be asking as often.
  void OfSql(const QualityPlan::Measure& measure,
             const Result<std::unique_ptr<data::SqlOverRows>>& sql, MetricValue& of) {
    of.n = rows_.labelled;
    const Result<double> number = sql.ok() ? (*sql)->Number(measure.sql) : sql.error();
    if (number.ok()) {
      of.value = *number;
    } else {
      of.problem = number.error().ToString();
    }
  }

  void Slices() {
    const bool searches = plan_.features() != nullptr && rows_.features != 0;
    if (!searches && plan_.slices().empty()) return;
    const std::vector<double> beyond = BeyondExpected();
    // The search has two families, bins and pairs.
    report_.slices = ScoreContractSlices(plan_, rows_, beyond, searches ? 2 : 0);
    if (!searches) return;
    const SliceSearchOptions options{.other_families = report_.slices.empty() ? 0U : 1U};
    AddFound(FindWorstSlices(rows_, beyond, *plan_.features(), options), report_.slices);
  }

  std::optional<std::vector<double>> Expected() const {
    if (reference_ == nullptr || reference_->cbpe() == nullptr) return std::nullopt;
    auto expected = ExpectedLossesOf(rule_, *reference_->cbpe(), rows_);
    return expected.ok() ? std::optional(std::move(expected).value()) : std::nullopt;
  }

  // Some slices are harder than others at all times; news is where the loss is beyond what the
  // reference makes one expect. Without an estimate the loss itself.
  std::vector<double> BeyondExpected() {
    if (plan_.losses() != nullptr) return BeyondLearned(*plan_.losses());
    if (!expected_) return losses_;
    std::vector<double> beyond = losses_;
    for (std::size_t row = 0; row < beyond.size(); ++row) beyond[row] -= (*expected_)[row];
    report_.slices_beyond_expected = true;
    return beyond;
  }

  // Of a regression; rows of which nothing was expected take no part.
  std::vector<double> BeyondLearned(const DleModel& model) {
    const RowLoss loss = rule_.squared ? RowLoss::kSquare : RowLoss::kAbsolute;
    const std::vector<double> expected = ExpectedOf(model, loss, rows_);
    std::vector<double> beyond = losses_;
    for (std::size_t row = 0; row < beyond.size(); ++row) beyond[row] -= expected[row];
    report_.slices_beyond_expected = true;
    return beyond;
  }

  void Estimates(const CbpeModel& cbpe) {
    std::vector<double> scores;
    std::vector<std::uint32_t> predicted;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      const double* of = rows_.scores.data() + row * rows_.score_columns;
      if (!HasScores(rows_, row)) continue;
      scores.insert(scores.end(), of, of + rows_.score_columns);
      predicted.push_back(PredictedClass(rule_, rows_, row));
    }
    if (predicted.empty()) return;
    const auto estimates = cbpe.Estimate({.scores = scores, .predicted = predicted});
    if (!estimates.ok()) return;  // scores that are no probabilities
    for (const QualityEstimate& estimate : *estimates) {
      const bool rate = !estimate.name.starts_with("true_") && !estimate.name.starts_with("false_");
      if (!rate) continue;  // cells grow with the rows
      report_.estimates.push_back({.name = estimate.name,
                                   .value = estimate.value,
                                   .lower = estimate.confidence.lower,
                                   .upper = estimate.confidence.upper,
                                   .warn = estimate.thresholds.lower,
                                   .stop = estimate.thresholds.upper,
                                   .n = predicted.size(),
                                   .higher_is_better = true,
                                   .estimate = true,
                                   .level = estimate.alert ? Level::kWarn : Level::kClear});
    }
    Gap();
  }

  // Loss less expected loss of the labelled rows: its mean is 0 while the concept stands. The error
  // is that of the mean and of how far reference chunks strayed, together.
  void Gap() {
    if (!expected_ || labelled_.truth.size() < 2) return;
    double estimated = 0, realised = 0, squares = 0, n = 0;
    for (const std::size_t row : labelled_.places) {
      const double difference = losses_[row] - (*expected_)[row];
      estimated += (*expected_)[row];
      realised += losses_[row];
      squares += difference * difference;
      n += 1;
    }
    const double mean = (realised - estimated) / n;
    const double variance = std::max(squares / n - mean * mean, 0.0) / n;
    ConceptGap& gap = report_.gap;
    gap.metric = "log_loss";
    gap.estimated = estimated / n;
    gap.realised = realised / n;
    gap.error = std::sqrt(variance + reference_->gap_deviation() * reference_->gap_deviation());
  }

  const QualityPlan& plan_;
  const QualityReference* reference_;
  const QualityRows& rows_;
  QualityReport& report_;
  const LossRule rule_;
  const Labelled labelled_;
  const std::vector<double> losses_;
  // What a calibrated score expects each loss to be; nothing without an estimate.
  const std::optional<std::vector<double>> expected_ = Expected();
};

constexpr std::array<std::string_view, 3> kTasks = {"binary", "multiclass", "regression"};

}  // namespace

std::string WatchedMetric(const QualityPlan& plan) {
  const std::string& asked = plan.contract().monitor.quality.metric;
  if (!asked.empty()) return asked;
  if (plan.task() == Task::kRegression) return "mae";
  return plan.has_probabilities() ? "log_loss" : "accuracy";
}

std::vector<MetricValue> RealisedMetrics(const QualityPlan& plan, const QualityRows& rows) {
  QualityReport report;
  return Scoring(plan, nullptr, rows, report).TakeMetrics();
}

void ScoreWindow(const QualityPlan& plan, const QualityReference* reference,
                 const QualityRows& rows, QualityReport& report) {
  report.rows = rows.rows();
  report.labelled = rows.labelled;
  report.task = kTasks[static_cast<std::size_t>(plan.task())];
  Scoring(plan, reference, rows, report).Run();
}

}  // namespace mooring::monitoring
