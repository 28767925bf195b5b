#include "data/stats/multiple_testing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace mooring::data {
namespace {

// The places of tests, by p-value.
std::span<std::uint32_t> Sorted(std::span<const double> p, std::span<std::uint32_t> scratch) {
  std::size_t tests = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) scratch[tests++] = static_cast<std::uint32_t>(i);
  }
  const std::span<std::uint32_t> order = scratch.first(tests);
  std::ranges::sort(
      order, [p](std::uint32_t a, std::uint32_t b) { return p[a] != p[b] ? p[a] < p[b] : a < b; });
  return order;
}

void Holm(std::span<double> p, std::span<const std::uint32_t> order) {
  double running = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    running = std::max(running, p[order[i]] * static_cast<double>(order.size() - i));
    p[order[i]] = std::min(running, 1.0);
  }
}

// `penalty` is 1 for Benjamini-Hochberg, sum 1/i for Benjamini-Yekutieli.
void StepUp(std::span<double> p, std::span<const std::uint32_t> order, double penalty) {
  const auto tests = static_cast<double>(order.size());
  double running = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    const double rank = static_cast<double>(i + 1);
    running = std::min(running, p[order[i]] / (rank / tests / penalty));
    p[order[i]] = running;
  }
}

double Harmonic(std::size_t n) {
  double sum = 0;
  for (std::size_t i = 1; i <= n; ++i) sum += 1 / static_cast<double>(i);
  return sum;
}

void AdjustOneByOne(Adjustment adjustment, std::span<double> p) {
  const auto tests = static_cast<double>(
      std::ranges::count_if(p, [](double value) { return !std::isnan(value); }));
  for (double& value : p) {
    if (std::isnan(value)) continue;
    value = adjustment == Adjustment::kBonferroni ? std::min(1.0, value * tests)
                                                  : -std::expm1(tests * std::log1p(-value));
  }
}

}  // namespace

std::string_view AdjustmentName(Adjustment adjustment) {
  switch (adjustment) {
    case Adjustment::kBonferroni: return "bonferroni";
    case Adjustment::kSidak: return "sidak";
    case Adjustment::kHolm: return "holm";
    case Adjustment::kBenjaminiHochberg: return "benjamini_hochberg";
    case Adjustment::kBenjaminiYekutieli: return "benjamini_yekutieli";
  }
  return "";
}

Status AdjustPValues(Adjustment adjustment, std::span<double> p_values,
                     std::span<std::uint32_t> scratch) {
  CHECK(scratch.size() >= p_values.size());
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!(p_values[i] < 0 || p_values[i] > 1)) continue;
    return Error(Code::kInvalidArgument,
                 fmt::format("p-value {} is {}, not between 0 and 1", i, p_values[i]));
  }
  switch (adjustment) {
    case Adjustment::kBonferroni:
    case Adjustment::kSidak: AdjustOneByOne(adjustment, p_values); break;
    case Adjustment::kHolm: Holm(p_values, Sorted(p_values, scratch)); break;
    case Adjustment::kBenjaminiHochberg: StepUp(p_values, Sorted(p_values, scratch), 1); break;
    case Adjustment::kBenjaminiYekutieli: {
      const std::span<const std::uint32_t> order = Sorted(p_values, scratch);
      StepUp(p_values, order, Harmonic(order.size()));
      break;
    }
  }
  return Ok();
}

Result<std::vector<double>> AdjustedPValues(Adjustment adjustment,
                                            std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  std::vector<std::uint32_t> scratch(p_values.size());
  RETURN_IF_ERROR(AdjustPValues(adjustment, adjusted, scratch));
  return adjusted;
}

}  // namespace mooring::data
