#include "control/gates/training_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>

#include "base/clock.h"
#include "base/text/json_writer.h"
#include "data/stats/distances.h"

namespace mooring::control {
namespace {

using data::Batch;
using data::Column;
using records::InputRule;

// Bounds of the gate. Wide on purpose: a finding stops a release, and force with a reason passes
// it.
constexpr double kMissingRise = 0.05;       // share of missing values above the reference's
constexpr double kOutOfRangeShare = 0.01;   // outside the contract's min and max
constexpr double kUnseenShare = 0.05;       // categories that the champion never saw
constexpr double kDuplicateShare = 0.5;     // warns only: discrete features repeat
constexpr double kLabelOdds = 0.7;          // change of the label's log odds: a factor of 2
constexpr double kLeakAuc = 0.98;           // one feature alone tells the label
constexpr double kUnrelatedSigmas = 4;      // no feature is that far from telling nothing
constexpr std::size_t kRowsForUnrelated = 1000;

bool IsText(const Column& column) {
  return column.type() == data::Type::kString || column.type() == data::Type::kCategory;
}

class Gate {
 public:
  explicit Gate(const TrainingSet& data) : data_(data), rows_(*data.rows) {}

  std::vector<Finding> Run() {
    Label();
    Duplicates();
    const auto& personal = data_.contract->privacy.pseudonymise;
    for (const InputRule& input : data_.contract->inputs) {
      const Column* column = rows_.Find(input.name);
      const bool skipped = std::ranges::find(personal, input.name) != personal.end();
      if (column != nullptr && !skipped) Feature(input, *column);
    }
    Unrelated();
    std::ranges::stable_sort(findings_, {}, [](const Finding& f) { return !f.feature.empty(); });
    return std::move(findings_);
  }

 private:
  void Add(std::string name, std::string_view feature, double value, double bound,
           std::string message, Severity severity = Severity::kRefuse) {
    findings_.push_back(
        {std::move(name), severity, std::string(feature), value, bound, std::move(message)});
  }

  bool Binary() const {
    return data_.contract->output.task == records::OutputRule::Task::kBinary;
  }

  void Label() {
    if (data_.label.empty()) return;
    const Column& column = *rows_.Find(data_.label);
    labels_.reserve(rows_.rows());
    std::size_t missing = 0, strange = 0;
    double sum = 0;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      const double label = column.IsNull(row) ? std::nan("") : column.Number(row);
      labels_.push_back(label);
      // A class may be named by text, which is no number; of a binary task it must be 0 or 1.
      const bool named = IsText(column) && !column.IsNull(row) && !Binary();
      missing += std::isnan(label) && !named ? 1 : 0;
      strange += !std::isnan(label) && label != 0 && label != 1 ? 1 : 0;
      sum += std::isnan(label) ? 0 : label;
    }
    if (missing > 0) {
      const double share = Share(missing);
      Add("label_missing", data_.label, share, 0,
          fmt::format("{:.1f} % of the labels are missing", share * 100));
    }
    if (!Binary()) return;
    if (strange > 0) {
      Add("label_values", data_.label, Share(strange), 0,
          fmt::format("{} labels are neither 0 nor 1", strange));
    } else if (missing < rows_.rows()) {
      LabelRate(sum / static_cast<double>(rows_.rows() - missing));
    }
  }

  void LabelRate(double rate) {
    if (rate == 0 || rate == 1) {
      return Add("label_constant", data_.label, rate, 0, fmt::format("every label is {}", rate));
    }
    const auto at = data_.reference == nullptr ? std::nullopt : data_.reference->Find(data_.label);
    if (!at) return;
    const double before = data_.reference->Mean(*at);
    if (!(before > 0 && before < 1)) return;
    const double change = std::abs(std::log(rate / (1 - rate)) - std::log(before / (1 - before)));
    if (change <= kLabelOdds) return;
    Add("label_rate", data_.label, rate, before,
        fmt::format("{:.1f} % of the labels are 1; the champion's were {:.1f} %", rate * 100,
                    before * 100));
  }

  // Rows that are there before, by a hash of all values: a rare false match only adds to a warning.
  void Duplicates() {
    std::unordered_set<std::size_t> seen;
    std::size_t repeated = 0;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      std::size_t key = 0;
      for (std::size_t c = 0; c < rows_.width(); ++c) {
        const Column& column = rows_.column(c);
        const bool text = IsText(column);
        const std::size_t value = column.IsNull(row) ? 7
                                  : text ? std::hash<std::string_view>()(column.Text(row))
                                         : std::hash<double>()(column.Number(row));
        key = (key ^ value) * 0x9E3779B97F4A7C15ULL + c;
      }
      repeated += seen.insert(key).second ? 0 : 1;
    }
    const double share = Share(repeated);
    if (share <= kDuplicateShare) return;
    Add("duplicates", "", share, kDuplicateShare,
        fmt::format("{:.1f} % of the rows repeat earlier ones", share * 100), Severity::kWarn);
  }

  void Feature(const InputRule& input, const Column& column) {
    Missing(input, column);
    Against(input);
    const bool text = IsText(column);
    if (text) return ConstantText(input, column);
    std::vector<double> values(rows_.rows());
    for (std::size_t row = 0; row < values.size(); ++row) values[row] = column.Number(row);
    Range(input, values);
    Leak(input, values);
  }

  std::optional<std::size_t> InReference(const InputRule& input) const {
    return data_.reference == nullptr ? std::nullopt : data_.reference->Find(input.name);
  }

  void Missing(const InputRule& input, const Column& column) {
    std::size_t missing = 0;
    const bool floats =
        column.type() == data::Type::kFloat32 || column.type() == data::Type::kFloat64;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      missing += column.IsNull(row) || (floats && std::isnan(column.Number(row))) ? 1 : 0;
    }
    const auto at = InReference(input);
    const double before = at ? data_.reference->column(*at).MissingShare() : 0;
    const double share = Share(missing), bound = before + kMissingRise;
    if (share <= bound) return;
    // Without a champion nobody knows what is usual.
    Add("missing", input.name, share, bound,
        fmt::format("{:.1f} % are missing; the bound is {:.1f} %", share * 100, bound * 100),
        at ? Severity::kRefuse : Severity::kWarn);
  }

  // Drift and categories, on the champion's own bins.
  void Against(const InputRule& input) {
    const auto at = InReference(input);
    if (!at) return;
    if (!profile_ && !profile_failed_) Profile();
    if (!profile_) return;
    const double unseen = profile_->UnseenShare(*at);
    if (unseen > kUnseenShare) {
      Add("unseen", input.name, unseen, kUnseenShare,
          fmt::format("{:.1f} % are categories that the champion never saw", unseen * 100));
    }
    const data::Distances distance = data::Compare(*data_.reference, *profile_, *at);
    const double bound = data_.contract->monitor.psi;
    // The corrected value too: few rows alone must not look like drift.
    if (!(distance.psi > bound) || !(distance.psi_adjusted > bound / 2)) return;
    Add("drift", input.name, distance.psi, bound,
        fmt::format("PSI {:.3f} against the champion's training data; the bound is {}",
                    distance.psi, bound));
  }

  void Profile() {
    profile_.emplace(data_.reference->bins());
    if (Status added = profile_->Add(rows_); !added.ok()) {
      Add("types", "", 0, 0,
          "columns have other types than the champion's: " + added.error().message());
      profile_.reset();
      profile_failed_ = true;
    }
  }

  void ConstantText(const InputRule& input, const Column& column) {
    for (std::size_t row = 1; row < rows_.rows(); ++row) {
      if (column.Text(row) != column.Text(0)) return;
    }
    Constant(input);
  }

  void Constant(const InputRule& input) {
    if (rows_.rows() < 2) return;
    Add("constant", input.name, 0, 0, "every row has the same value", Severity::kWarn);
  }

  static std::string Show(const InputRule& input, double value) {
    if (input.type != data::Type::kTimestamp) return fmt::format("{}", value);
    return FormatTime(Time(Micros(static_cast<std::int64_t>(value))));
  }

  void Range(const InputRule& input, const std::vector<double>& values) {
    // The contract bounds times in seconds; columns hold microseconds.
    const double unit = input.type == data::Type::kTimestamp ? 1e6 : 1;
    const double low = input.min.value_or(-std::numeric_limits<double>::infinity()) * unit;
    const double high = input.max.value_or(std::numeric_limits<double>::infinity()) * unit;
    double least = std::numeric_limits<double>::infinity(), most = -least;
    std::size_t outside = 0;
    for (const double value : values) {
      if (std::isnan(value)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
      outside += value < low || value > high ? 1 : 0;
    }
    if (least == most) Constant(input);
    const double share = Share(outside);
    if (share <= kOutOfRangeShare) return;
    Add("out_of_range", input.name, share, kOutOfRangeShare,
        fmt::format("{:.1f} % are outside the contract's bounds (they go from {} to {})",
                    share * 100, Show(input, least), Show(input, most)));
  }

  void Leak(const InputRule& input, const std::vector<double>& values) {
    if (labels_.empty() || !Binary()) return;
    const double auc = RankAuc(values, labels_);
    if (std::isnan(auc)) return;
    compared_ = true;
    strongest_ = std::max(strongest_, std::abs(auc - 0.5));
    const double either_way = std::max(auc, 1 - auc);
    if (either_way < kLeakAuc) return;
    Add("leakage", input.name, either_way, kLeakAuc,
        fmt::format("alone it tells the label (AUC {:.3f}): does it know the outcome?",
                    either_way));
  }

  // Shuffled labels leave every column as it was; what they lose is any relation to the features.
  void Unrelated() {
    if (!compared_ || rows_.rows() < kRowsForUnrelated) return;
    double ones = 0, known = 0;
    for (const double label : labels_) {
      known += std::isnan(label) ? 0 : 1;
      ones += label == 1 ? 1 : 0;
    }
    // Deviation of an AUC that tells nothing: sqrt((n1 + n0 + 1) / (12 n1 n0)).
    const double sigma = std::sqrt((known + 1) / (12 * ones * (known - ones)));
    const double bound = kUnrelatedSigmas * sigma;
    if (!(strongest_ < bound)) return;
    Add("label_unrelated", data_.label, 0.5 + strongest_, 0.5 + bound,
        fmt::format(
            "no numeric feature tells anything about the label (best AUC {:.3f}): was it shuffled?",
            0.5 + strongest_));
  }

  double Share(std::size_t count) const {
    return static_cast<double>(count) / static_cast<double>(rows_.rows());
  }

  const TrainingSet& data_;
  const Batch& rows_;
  std::vector<double> labels_;
  std::optional<data::BatchProfile> profile_;  // of the rows, on the reference's bins
  bool profile_failed_ = false;
  bool compared_ = false;
  double strongest_ = 0;                       // |AUC - 0.5| of the best feature
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> CheckTrainingData(const TrainingSet& data) {
  CHECK(data.rows != nullptr && data.contract != nullptr);
  if (data.rows->rows() == 0) return Error(Code::kInvalidArgument, "no rows of training data");
  if (!data.label.empty() && data.rows->Find(data.label) == nullptr) {
    return Error(Code::kInvalidArgument, "training data has no label '" + data.label + "'");
  }
  return Gate(data).Run();
}

std::string FindingsJson(const std::vector<Finding>& findings) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray();
  for (const Finding& finding : findings) {
    json.BeginObject().Member("name", finding.name);
    json.Member("severity", finding.severity == Severity::kRefuse ? "refuse" : "warn");
    json.Member("feature", finding.feature).Member("value", finding.value);
    json.Member("bound", finding.bound);
    const std::string where = finding.feature.empty() ? "" : finding.feature + ": ";
    json.Member("message", where + finding.message).EndObject();
  }
  json.EndArray();
  return text;
}

double RankAuc(const std::vector<double>& feature, const std::vector<double>& label) {
  CHECK(feature.size() == label.size());
  std::vector<std::pair<double, bool>> rows;
  rows.reserve(feature.size());
  for (std::size_t i = 0; i < feature.size(); ++i) {
    if (!std::isnan(feature[i]) && !std::isnan(label[i]))
      rows.emplace_back(feature[i], label[i] > 0.5);
  }
  std::sort(rows.begin(), rows.end());
  double ones = 0, zeros = 0, wins = 0;  // pairs in which the one has the greater value
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin;
    double tied_ones = 0;
    for (; end < rows.size() && rows[end].first == rows[begin].first; ++end)
      tied_ones += rows[end].second;
    const double tied_zeros = static_cast<double>(end - begin) - tied_ones;
    wins += tied_ones * (zeros + tied_zeros / 2);
    ones += tied_ones;
    zeros += tied_zeros;
    begin = end;
  }
  return wins / (ones * zeros);  // 0/0 is NaN
}

}  // namespace mooring::control
