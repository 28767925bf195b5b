#include "monitoring/parity/nannyml_quality.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "monitoring/parity/sample_columns.h"

namespace mooring::monitoring {
namespace {

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double x : values) sum += x;
  return values.empty() ? kAbsent : sum / static_cast<double>(values.size());
}

// Mean of |x - mean|^power over `divisor` values.
double CentralMoment(std::span<const double> values, int power, double divisor) {
  const double mean = Mean(values);
  double sum = 0;
  for (const double x : values) sum += std::pow(x - mean, power);
  return sum / divisor;
}

double Deviation(std::span<const double> values) {
  if (values.size() < 2) return kAbsent;
  return std::sqrt(CentralMoment(values, 2, static_cast<double>(values.size() - 1)));
}

double Median(std::vector<double> values) {
  if (values.empty()) return kAbsent;
  const std::size_t half = values.size() / 2;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
  std::nth_element(values.begin(), middle, values.end());
  const double upper = *middle;
  if (values.size() % 2 == 1) return upper;
  return (*std::max_element(values.begin(), middle) + upper) / 2;
}

// Density at the median by a Gaussian kernel of Scott's width.
double DensityAtMedian(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double median = Median(values), width = Deviation(values) * std::pow(n, -0.2);
  double sum = 0;
  for (const double x : values) {
    const double z = (x - median) / width;
    sum += std::exp(-z * z / 2);
  }
  return sum / (n * width * std::sqrt(2 * std::numbers::pi));
}

double MissingShare(const data::Column& column, const NannyChunk& chunk) {
  std::size_t missing = 0;
  for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
    const bool text = column.type() == data::Type::kString;
    missing += column.IsNull(row) || (!text && std::isnan(column.Number(row))) ? 1 : 0;
  }
  return static_cast<double>(missing) / static_cast<double>(chunk.rows());
}

// One column's measures; `name` is how it is found in a batch.
class ColumnMeasures {
 public:
  ColumnMeasures(const data::Batch& reference, std::size_t index, const data::Batch& analysis,
                 std::size_t chunk_size, std::vector<NannyRow>& rows)
      : reference_(reference),
        analysis_(analysis),
        chunk_size_(chunk_size),
        name_(reference.schema().field(index).name),
        rows_(rows) {}

  void Missing() const {
    const double p =
        MissingShare(ColumnOf(reference_), {.index = 0, .begin = 0, .end = reference_.rows()});
    const std::string name = name_;
    Append({.column = name_, .method = "missing_rate", .range = {.least = 0, .most = 1}},
           [p, name](const data::Batch& batch, const NannyChunk& chunk) {
             return NannyValue{MissingShare(*batch.Find(name), chunk),
                               std::sqrt(p * (1 - p) / static_cast<double>(chunk.rows()))};
           });
  }
  void Unseen() const {
    const LevelCounts known = CountLevels(ColumnOf(reference_), 0, reference_.rows());
    AppendRate("unseen_rate", [known](const data::Column& column, const NannyChunk& chunk) {
      std::uint64_t unseen = 0;
      for (const auto& [value, count] : CountLevels(column, chunk.begin, chunk.end)) {
        unseen += known.contains(value) ? 0 : count;
      }
      return unseen;
    });
  }
  void OutOfRange() const {
    const std::vector<double> all = PresentNumbers(ColumnOf(reference_), 0, reference_.rows());
    const auto [least, most] = all.empty()
                                   ? std::pair(-HUGE_VAL, HUGE_VAL)
                                   : std::pair(std::ranges::min(all), std::ranges::max(all));
    AppendRate("range_rate",
               [least = least, most = most](const data::Column& column, const NannyChunk& chunk) {
                 const std::vector<double> values = PresentNumbers(column, chunk.begin, chunk.end);
                 return static_cast<std::uint64_t>(std::ranges::count_if(
                     values, [=](double x) { return x < least || x > most; }));
               });
  }
  void Average() const {
    const double s = Deviation(AllOfReference());
    AppendStatistic("average", {}, [s](const std::vector<double>& values, double m) {
      return NannyValue{Mean(values), s / std::sqrt(m)};
    });
  }
  void Std() const {
    const std::vector<double> all = AllOfReference();
    const double s = Deviation(all), n = static_cast<double>(all.size());
    const double mu4 = all.size() < reference_.rows() ? kAbsent : CentralMoment(all, 4, n);
    AppendStatistic("std", {.least = 0}, [s, mu4](const std::vector<double>& values, double m) {
      const double excess = mu4 - (m - 3) * s * s * s * s / (m - 1);
      const double error = s == 0 || !(excess >= 0) ? kAbsent : std::sqrt(excess / m) / (2 * s);
      return NannyValue{Deviation(values), error};
    });
  }
  void MedianOf() const {
    const std::vector<double> all = AllOfReference();
    const double s = Deviation(all), f = s > 0 ? DensityAtMedian(all) : kAbsent;
    AppendStatistic("median", {}, [s, f](const std::vector<double>& values, double m) {
      return NannyValue{Median(values), s == 0 ? 0 : 1 / (2 * f * std::sqrt(m))};
    });
  }
  void Sum() const {
    const double s = Deviation(AllOfReference());
    AppendStatistic("sum", {}, [s](const std::vector<double>& values, double m) {
      double sum = 0;
      for (const double x : values) sum += x;
      return NannyValue{sum, s * std::sqrt(m)};
    });
  }

 private:
  const data::Column& ColumnOf(const data::Batch& batch) const { return *batch.Find(name_); }
  std::vector<double> AllOfReference() const {
    return PresentNumbers(ColumnOf(reference_), 0, reference_.rows());
  }
  void Append(const NannyRule& rule, const NannyMeasure& measure) const {
    AppendRows(rule, measure, reference_, analysis_, chunk_size_, rows_);
  }
  template <typename Count>
  void AppendRate(std::string method, Count count) const {
    const std::string name = name_;
    Append({.column = name_, .method = std::move(method), .fixed = true, .band = {kAbsent, 0}},
           [name, count](const data::Batch& batch, const NannyChunk& chunk) {
             const std::uint64_t found = count(*batch.Find(name), chunk);
             return NannyValue{static_cast<double>(found) / static_cast<double>(chunk.rows())};
           });
  }
  template <typename Statistic>
  void AppendStatistic(std::string method, const NannyRange& range, Statistic statistic) const {
    const std::string name = name_;
    Append({.column = name_,
            .method = std::move(method),
            .range = range,
            .alert = NannyAlert::kNotInside,
            .drop_edges = true},
           [name, statistic](const data::Batch& batch, const NannyChunk& chunk) {
             return statistic(PresentNumbers(*batch.Find(name), chunk.begin, chunk.end),
                              static_cast<double>(chunk.rows()));
           });
  }

  const data::Batch& reference_;
  const data::Batch& analysis_;
  std::size_t chunk_size_;
  std::string name_;
  std::vector<NannyRow>& rows_;
};

enum class Columns : std::uint8_t { kAll, kTexts, kNumbers };

bool Takes(Columns columns, data::Type type) {
  if (columns == Columns::kAll) return true;
  if (columns == Columns::kTexts) return IsCategorical(type);
  return data::IsNumeric(type);
}

}  // namespace

std::vector<NannyRow> NannyQuality(const data::Batch& reference, const data::Batch& analysis,
                                   std::size_t chunk_size) {
  constexpr std::pair<void (ColumnMeasures::*)() const, Columns> kMeasures[] = {
      {&ColumnMeasures::Missing, Columns::kAll},
      {&ColumnMeasures::Unseen, Columns::kTexts},
      {&ColumnMeasures::OutOfRange, Columns::kNumbers},
      {&ColumnMeasures::Average, Columns::kNumbers},
      {&ColumnMeasures::Std, Columns::kNumbers},
      {&ColumnMeasures::MedianOf, Columns::kNumbers},
      {&ColumnMeasures::Sum, Columns::kNumbers}};
  std::vector<NannyRow> rows;
  for (const auto& [measure, columns] : kMeasures) {
    for (std::size_t i = 0; i < reference.width(); ++i) {
      if (!Takes(columns, reference.column(i).type())) continue;
      (ColumnMeasures(reference, i, analysis, chunk_size, rows).*measure)();
    }
  }
  return rows;
}

}  // namespace mooring::monitoring
