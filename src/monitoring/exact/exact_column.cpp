#include "monitoring/exact/exact_column.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "data/stats/distances.h"
#include "data/stats/two_sample/large_samples.h"
#include "monitoring/exact/reference_groups.h"

namespace mooring::monitoring {
namespace {

// The least deviation that a distance is divided by.
constexpr double kLeastDeviation = 0.001;

// The sum of term(x): eight sums side by side, as an addition waits for the one before, and a block
// at a time, so that the error grows with the root of the size.
template <typename Term>
double Sum(std::span<const double> values, const Term& term) {
  constexpr std::size_t kLanes = 8, kBlock = 4096;
  double total = 0;
  for (std::size_t begin = 0; begin < values.size(); begin += kBlock) {
    const std::size_t end = std::min(values.size(), begin + kBlock);
    std::array<double, kLanes> lanes{};
    std::size_t i = begin;
    for (; i + kLanes <= end; i += kLanes) {
#pragma GCC unroll 8
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(values[i + lane]);
    }
    for (; i < end; ++i) lanes[0] += term(values[i]);
    total += ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
             ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
  return total;
}

// `sample` is sorted, so that the sums do not depend on the order of the rows.
SampleFacts FactsOf(const NumberSample& sample) {
  SampleFacts facts{.rows = sample.rows, .missing = sample.missing, .infinite = sample.infinite};
  if (sample.values.empty()) return facts;
  const auto n = static_cast<double>(sample.values.size());
  const double mean = Sum(sample.values, [](double x) { return x; }) / n;
  const auto square = [mean](double x) { return (x - mean) * (x - mean); };
  facts.mean = mean;
  facts.deviation = std::sqrt(Sum(sample.values, square) / n);
  facts.min = sample.values.front();
  facts.max = sample.values.back();
  return facts;
}

SampleFacts FactsOf(const CategorySample& sample) {
  return {.rows = sample.rows, .missing = sample.missing};
}

Status CompareGroups(const GroupCounts& groups, ExactColumn& column) {
  column.groups = groups.reference.size();
  column.psi = data::Psi(groups.reference, groups.current);
  column.psi_adjusted =
      column.psi - data::PsiExpectedWithoutDrift(column.groups, column.reference.valid(),
                                                 column.current.valid());
  column.js = data::JensenShannon(groups.reference, groups.current);
  std::vector<double> cells(groups.reference.begin(), groups.reference.end());
  cells.insert(cells.end(), groups.current.begin(), groups.current.end());
  ASSIGN_OR_RETURN(column.chi_squared,
                   data::ChiSquaredContingency({.cells = cells, .columns = column.groups}));
  return Ok();
}

// Whether there is something on both sides; else says what is not.
bool HasValues(ExactColumn& column) {
  if (column.reference.valid() == 0) {
    column.skipped = "no values in the reference";
  } else if (column.current.valid() == 0) {
    column.skipped = "no values in the current rows";
  }
  return column.skipped.empty();
}

}  // namespace

Result<ColumnComparer> ColumnComparer::Open(const ColumnSource& reference,
                                            const ColumnSource& current) {
  ASSIGN_OR_RETURN(auto before, reference.OpenReader());
  ASSIGN_OR_RETURN(auto now, current.OpenReader());
  return ColumnComparer(std::move(before), std::move(now));
}

Result<ExactColumn> ColumnComparer::Compare(const ColumnSource::Field& field) {
  ExactColumn column{.name = field.name, .numeric = field.numeric};
  Status compared = field.numeric ? CompareNumbers(column) : CompareCategories(column);
  if (!compared.ok()) return std::move(compared).error().Context("column '" + field.name + "'");
  return column;
}

Status ColumnComparer::CompareNumbers(ExactColumn& column) {
  RETURN_IF_ERROR(reference_->ReadNumbers(column.name, numbers_before_));
  RETURN_IF_ERROR(current_->ReadNumbers(column.name, numbers_now_));
  sorter_.Sort(numbers_before_.values);
  sorter_.Sort(numbers_now_.values);
  column.reference = FactsOf(numbers_before_);
  column.current = FactsOf(numbers_now_);
  if (!HasValues(column)) return Ok();
  const std::vector<double>&before = numbers_before_.values, &now = numbers_now_.values;
  const data::KsAndWasserstein distances = data::KsAndWassersteinOfLarge(before, now);
  column.ks = data::KsFromStatistic(distances.ks, before.size(), now.size(), data::KsMethod::kAuto);
  column.wasserstein = distances.wasserstein;
  column.wasserstein_scaled =
      distances.wasserstein / std::max(column.reference.deviation, kLeastDeviation);
  return CompareGroups(DecileGroups(before, now), column);
}

Status ColumnComparer::CompareCategories(ExactColumn& column) {
  CategorySample before, now;
  RETURN_IF_ERROR(reference_->ReadCategories(column.name, before));
  RETURN_IF_ERROR(current_->ReadCategories(column.name, now));
  column.reference = FactsOf(before);
  column.current = FactsOf(now);
  if (before.too_many || now.too_many) {
    column.skipped = "more than " + std::to_string(CategorySample::kMost) + " different values";
  }
  if (!HasValues(column)) return Ok();
  const auto n = static_cast<double>(column.reference.valid());
  const auto m = static_cast<double>(column.current.valid());
  const GroupCounts groups = ValueGroups(before, now);
  column.l_infinity = 0;
  std::uint64_t unseen = 0;
  for (std::size_t i = 0; i < groups.reference.size(); ++i) {
    const double r = static_cast<double>(groups.reference[i]) / n;
    const double c = static_cast<double>(groups.current[i]) / m;
    column.l_infinity = std::max(column.l_infinity, std::abs(r - c));
    unseen += groups.reference[i] == 0 ? groups.current[i] : 0;
  }
  column.unseen_share = static_cast<double>(unseen) / m;
  return CompareGroups(groups, column);
}

}  // namespace mooring::monitoring
