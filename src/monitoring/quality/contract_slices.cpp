#include "monitoring/quality/contract_slices.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "data/stats/multiple_testing.h"
#include "monitoring/quality/score_window.h"
#include "monitoring/quality/slice_search.h"

namespace mooring::monitoring {
namespace {

// By slice, its labelled rows.
std::vector<std::vector<std::size_t>> RowsBySlice(const QualityPlan& plan,
                                                  const QualityRows& rows) {
  std::vector<std::vector<std::size_t>> by_slice(plan.slices().size());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (!rows.known(row)) continue;
    for (std::size_t i = 0; i < rows.sliced_columns; ++i) {
      const std::uint16_t slice = rows.slices[row * rows.sliced_columns + i];
      if (slice < by_slice.size()) by_slice[slice].push_back(row);
    }
  }
  return by_slice;
}

// As much of them as metrics are computed from.
QualityRows Only(const std::vector<std::size_t>& places, const QualityRows& rows) {
  QualityRows only;
  only.score_columns = rows.score_columns;
  for (const std::size_t row : places) {
    const double* scores = rows.scores.data() + row * rows.score_columns;
    only.scores.insert(only.scores.end(), scores, scores + rows.score_columns);
    only.amounts.push_back(rows.amounts[row]);
    only.truth.push_back(rows.truth[row]);
    only.delay_s.push_back(rows.delay_s[row]);
  }
  only.labelled = places.size();
  return only;
}

LossSums SumsOf(const std::vector<std::size_t>& places, const std::vector<double>& losses) {
  LossSums sums;
  for (const std::size_t row : places) {
    if (!std::isnan(losses[row])) sums.Add(losses[row]);
  }
  return sums;
}

LossSums SumsOfAll(const std::vector<double>& losses) {
  LossSums sums;
  for (const double loss : losses) {
    if (!std::isnan(loss)) sums.Add(loss);
  }
  return sums;
}

void CorrectForLooking(std::size_t searched_families, std::vector<SliceQuality>& slices) {
  std::vector<double> p_values;
  for (const SliceQuality& slice : slices) {
    if (!std::isnan(slice.q_value)) p_values.push_back(slice.q_value);
  }
  const auto adjusted = data::AdjustedPValues(data::Adjustment::kBenjaminiHochberg, p_values);
  CHECK(adjusted.ok());  // all are between 0 and 1
  const double families = 1 + static_cast<double>(searched_families);
  std::size_t next = 0;
  for (SliceQuality& slice : slices) {
    if (!std::isnan(slice.q_value)) {
      slice.q_value = std::min(1.0, (*adjusted)[next++] * families);
    }
  }
}

}  // namespace

std::vector<SliceQuality> ScoreContractSlices(const QualityPlan& plan, const QualityRows& rows,
                                              const std::vector<double>& losses,
                                              std::size_t searched_families,
                                              std::uint64_t least_rows) {
  std::vector<SliceQuality> slices;
  const auto by_slice = RowsBySlice(plan, rows);
  const LossSums all = SumsOfAll(losses);
  const auto least = static_cast<double>(std::max<std::uint64_t>(least_rows, 2));
  for (std::size_t place = 0; place < by_slice.size(); ++place) {
    if (by_slice[place].empty()) continue;
    SliceQuality slice;
    const LossSums sums = SumsOf(by_slice[place], losses);
    if (sums.n >= least && all.n - sums.n >= least) slice = CompareLosses(sums, all);
    slice.slice = plan.slices()[place];
    slice.n = by_slice[place].size();
    slice.metrics = RealisedMetrics(plan, Only(by_slice[place], rows));
    const bool watched =
        !slice.metrics.empty() && slice.metrics.front().name == WatchedMetric(plan);
    if (watched) slice.value = slice.metrics.front().value;
    slices.push_back(std::move(slice));
  }
  CorrectForLooking(searched_families, slices);
  return slices;
}

void AddFound(std::vector<SliceQuality> found, std::vector<SliceQuality>& slices) {
  const std::size_t named = slices.size();
  for (SliceQuality& slice : found) {
    const auto end = slices.begin() + static_cast<std::ptrdiff_t>(named);
    const bool known = std::find_if(slices.begin(), end, [&](const SliceQuality& one) {
                         return one.slice == slice.slice;
                       }) != end;
    if (!known) slices.push_back(std::move(slice));
  }
}

}  // namespace mooring::monitoring
