#include "monitoring/parity/sample_columns.h"

#include <fmt/format.h>

#include <cmath>

namespace mooring::monitoring {

using data::Type;

bool IsCategorical(Type type) {
  return type == Type::kString || type == Type::kCategory || type == Type::kBool;
}

std::vector<double> PresentNumbers(const data::Column& column, std::size_t begin, std::size_t end,
                                   bool finite_only) {
  std::vector<double> values;
  values.reserve(end - begin);
  for (std::size_t row = begin; row < end; ++row) {
    const double x = column.Number(row);
    if (column.IsNull(row) || std::isnan(x) || (finite_only && std::isinf(x))) continue;
    values.push_back(x);
  }
  return values;
}

LevelCounts CountLevels(const data::Column& column, std::size_t begin, std::size_t end) {
  LevelCounts counts;
  const bool text = column.type() == Type::kString || column.type() == Type::kCategory;
  std::string made;
  for (std::size_t row = begin; row < end; ++row) {
    if (column.IsNull(row)) continue;
    const double number = text ? 0 : column.Number(row) + 0.0;  // -0 is 0
    if (std::isnan(number)) continue;
    if (column.type() == Type::kBool) made = number != 0 ? "true" : "false";
    if (!text && column.type() != Type::kBool) made = fmt::format("{}", number);
    const std::string_view value = text ? column.Text(row) : std::string_view(made);
    const auto found = counts.find(value);
    if (found != counts.end()) {
      ++found->second;
    } else {
      counts.emplace(value, 1);
    }
  }
  return counts;
}

std::uint64_t TotalOf(const LevelCounts& counts) {
  std::uint64_t total = 0;
  for (const auto& [value, count] : counts) total += count;
  return total;
}

AlignedCounts Align(const LevelCounts& reference, const LevelCounts& current) {
  std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const auto& [value, count] : reference) both[value].first = count;
  for (const auto& [value, count] : current) both[value].second = count;
  AlignedCounts aligned;
  for (const auto& [value, counts] : both) {
    aligned.reference.push_back(counts.first);
    aligned.current.push_back(counts.second);
  }
  return aligned;
}

}  // namespace mooring::monitoring
