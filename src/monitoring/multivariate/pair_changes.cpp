#include "monitoring/multivariate/pair_changes.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "data/stats/multiple_testing.h"

namespace mooring::monitoring {
namespace {

constexpr double kTicks = 1 << 14;  // of a deviation: rounding moves r by 1e-10
// Beyond it atanh is too steep for sums of 64 bits to say anything.
constexpr double kMostCorrelation = 1 - 1e-10;

struct Spread {
  double mean = 0, deviation = 0;
};

Spread SpreadOf(const data::Column& column) {
  double sum = 0, squares = 0, n = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double x = column.Number(row);
    if (!std::isfinite(x) || column.IsNull(row)) continue;
    sum += x;
    ++n;
  }
  const double mean = n == 0 ? 0 : sum / n;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double x = column.Number(row);
    if (std::isfinite(x) && !column.IsNull(row)) squares += (x - mean) * (x - mean);
  }
  const double noise = n * mean * std::numeric_limits<double>::epsilon();
  const double variance = n == 0 ? 0 : squares / n;
  return {mean, variance <= noise * noise ? 0 : std::sqrt(variance)};
}

std::vector<std::size_t> InOrder(const data::Schema& schema,
                                 std::span<const std::string> preferred) {
  std::vector<std::size_t> order;
  const auto add = [&](std::size_t index) {
    if (!data::IsNumeric(schema.field(index).type)) return;
    if (std::ranges::find(order, index) == order.end()) order.push_back(index);
  };
  for (const std::string& name : preferred) {
    if (const auto found = schema.Find(name)) add(*found);
  }
  for (std::size_t i = 0; i < schema.size(); ++i) add(i);
  return order;
}

// atanh, or as much of it as is known.
double FisherZ(double r) { return std::atanh(std::clamp(r, -kMostCorrelation, kMostCorrelation)); }

double TwoSidedP(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

std::uint64_t Effective(std::uint64_t rows, double share) {
  return static_cast<std::uint64_t>(static_cast<double>(rows) * std::clamp(share, 0.0, 1.0));
}

}  // namespace

Result<std::shared_ptr<const PairScale>> PairScale::Learn(const data::Batch& reference,
                                                          std::span<const std::string> preferred) {
  auto scale = std::make_shared<PairScale>();
  for (const std::size_t index : InOrder(reference.schema(), preferred)) {
    const Spread spread = SpreadOf(reference.column(index));
    if (!(spread.deviation > 0) || !std::isfinite(spread.deviation)) continue;
    if (scale->features_.size() == kMostFeatures) {
      ++scale->left_out_;
      continue;
    }
    scale->features_.push_back(
        {reference.schema().field(index).name, spread.mean, kTicks / spread.deviation});
  }
  if (scale->features_.size() < 2) {
    return Error(Code::kInvalidArgument, "fewer than two numeric features vary")
        .Why("there are no pairs to compare");
  }
  return std::shared_ptr<const PairScale>(std::move(scale));
}

std::int32_t PairScale::TicksOf(std::size_t index, double x) const {
  const Feature& feature = features_[index];
  const double ticks = (x - feature.mean) * feature.ticks_per_one;
  return static_cast<std::int32_t>(
      std::lround(std::clamp(ticks, -kReach * kTicks, kReach * kTicks)));
}

CoMoments::CoMoments(std::shared_ptr<const PairScale> scale)
    : scale_(std::move(scale)),
      sums_(scale_->features(), 0),
      products_(At(0, scale_->features()), 0),
      incomplete_(At(0, scale_->features())) {}

Status CoMoments::Add(const data::Batch& batch) {
  const std::size_t k = scale_->features();
  std::vector<const data::Column*> columns;
  for (std::size_t i = 0; i < k; ++i) {
    columns.push_back(batch.Find(scale_->name(i)));
    if (columns.back() == nullptr || !data::IsNumeric(columns.back()->type())) {
      return Error(Code::kInvalidArgument,
                   "column '" + scale_->name(i) + "' is absent or not a number");
    }
  }
  if (rows_ + batch.rows() > kMostRows) {
    return Error(Code::kTooLarge, "more rows than sums of pairs can hold");
  }
  std::vector<std::int32_t> ticks(k);
  std::vector<std::uint8_t> present(k);
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    bool complete = true;
    for (std::size_t i = 0; i < k; ++i) {
      const double x = columns[i]->Number(row);
      present[i] = !columns[i]->IsNull(row) && std::isfinite(x) ? 1 : 0;
      ticks[i] = present[i] != 0 ? scale_->TicksOf(i, x) : 0;
      complete = complete && present[i] != 0;
    }
    complete ? AddComplete(ticks) : AddIncomplete(ticks, present);
  }
  rows_ += batch.rows();
  return Ok();
}

void CoMoments::AddComplete(std::span<const std::int32_t> ticks) {
  ++complete_;
  std::int64_t* product = products_.data();
  for (std::size_t j = 0; j < ticks.size(); ++j) {
    const std::int64_t y = ticks[j];
    sums_[j] += y;
    for (std::size_t i = 0; i <= j; ++i) product[i] += ticks[i] * y;
    product += j + 1;
  }
}

void CoMoments::AddIncomplete(std::span<const std::int32_t> ticks,
                              std::span<const std::uint8_t> present) {
  for (std::size_t j = 0; j < ticks.size(); ++j) {
    if (present[j] == 0) continue;
    const std::int64_t y = ticks[j];
    for (std::size_t i = 0; i < j; ++i) {
      if (present[i] == 0) continue;
      const std::int64_t x = ticks[i];
      Sums& sums = incomplete_[At(i, j)];
      ++sums.n;
      sums.x += x;
      sums.y += y;
      sums.xx += x * x;
      sums.yy += y * y;
      sums.xy += x * y;
    }
  }
}

Status CoMoments::Merge(const CoMoments& other) {
  if (other.scale_ != scale_) {
    return Error(Code::kInvalidArgument, "sums of pairs on another scale");
  }
  if (rows_ + other.rows_ > kMostRows) {
    return Error(Code::kTooLarge, "more rows than sums of pairs can hold");
  }
  rows_ += other.rows_;
  complete_ += other.complete_;
  for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
  for (std::size_t i = 0; i < products_.size(); ++i) products_[i] += other.products_[i];
  for (std::size_t i = 0; i < incomplete_.size(); ++i) {
    Sums& to = incomplete_[i];
    const Sums& from = other.incomplete_[i];
    to.n += from.n;
    to.x += from.x;
    to.y += from.y;
    to.xx += from.xx;
    to.yy += from.yy;
    to.xy += from.xy;
  }
  return Ok();
}

CoMoments::Sums CoMoments::PairSums(std::size_t i, std::size_t j) const {
  CHECK(i < j && j < sums_.size());
  Sums sums = incomplete_[At(i, j)];
  sums.n += complete_;
  sums.x += sums_[i];
  sums.y += sums_[j];
  sums.xx += products_[At(i, i)];
  sums.yy += products_[At(j, j)];
  sums.xy += products_[At(i, j)];
  return sums;
}

std::uint64_t CoMoments::PairRows(std::size_t i, std::size_t j) const {
  return static_cast<std::uint64_t>(PairSums(std::min(i, j), std::max(i, j)).n);
}

// n^2 cov = n sum xy - sum x sum y, exactly: both terms are below 2^(28 + 62).
double CoMoments::Correlation(std::size_t i, std::size_t j) const {
  using Wide = __int128;
  const Sums s = PairSums(std::min(i, j), std::max(i, j));
  const auto part = [&](std::int64_t product, std::int64_t a, std::int64_t b) {
    return static_cast<double>(Wide{s.n} * product - Wide{a} * b);
  };
  const double xx = part(s.xx, s.x, s.x), yy = part(s.yy, s.y, s.y);
  if (!(xx > 0 && yy > 0)) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(part(s.xy, s.x, s.y) / (std::sqrt(xx) * std::sqrt(yy)), -1.0, 1.0);
}

std::vector<PairComparison> ComparePairs(const CoMoments& reference, const CoMoments& window,
                                         const PairOptions& options) {
  std::vector<PairComparison> pairs;
  std::vector<double> p_values;
  const PairScale& scale = reference.scale();
  const std::uint64_t least = std::max<std::uint64_t>(options.min_rows, 4);
  for (std::size_t j = 1; j < scale.features(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const std::uint64_t n = Effective(reference.PairRows(i, j), options.reference_share);
      const std::uint64_t m = Effective(window.PairRows(i, j), options.window_share);
      const double r = reference.Correlation(i, j), c = window.Correlation(i, j);
      if (n < least || m < least || std::isnan(r) || std::isnan(c)) continue;
      const double error =
          std::sqrt(1 / static_cast<double>(n - 3) + 1 / static_cast<double>(m - 3));
      p_values.push_back(TwoSidedP((FisherZ(r) - FisherZ(c)) / error));
      pairs.push_back({.first = scale.name(i),
                       .second = scale.name(j),
                       .reference = r,
                       .current = c,
                       .rows = m,
                       .p_value = p_values.back()});
    }
  }
  const auto adjusted = data::AdjustedPValues(data::Adjustment::kBenjaminiHochberg, p_values);
  CHECK(adjusted.ok());  // all are between 0 and 1
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    pairs[k].q_value = (*adjusted)[k];
    pairs[k].changed = pairs[k].q_value < options.alpha &&
                       std::abs(pairs[k].current - pairs[k].reference) > options.least_change;
  }
  std::ranges::stable_sort(pairs, [](const PairComparison& a, const PairComparison& b) {
    if (a.changed != b.changed) return a.changed;
    return std::abs(a.current - a.reference) > std::abs(b.current - b.reference);
  });
  return pairs;
}

}  // namespace mooring::monitoring
