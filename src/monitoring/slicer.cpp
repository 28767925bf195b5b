#include "monitoring/slicer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace mooring::monitoring {
namespace {

bool HasText(const data::Column& column) {
  return column.type() == data::Type::kString || column.type() == data::Type::kCategory;
}

// A truth value is sliced by value, like a text.
std::string_view TextOf(const data::Column& column, std::size_t row) {
  if (HasText(column)) return column.Text(row);
  return column.Number(row) != 0 ? "true" : "false";
}

void AddRanges(const records::SliceRule& rule, std::vector<Slice>& slices) {
  Slice slice{.column = rule.column, .of_numbers = true};
  for (const double cut : rule.cuts) {
    slice.to = cut;
    slices.push_back(slice);
    slice.from = cut;
  }
  slice.to = std::numeric_limits<double>::infinity();
  slices.push_back(slice);
}

void AddValues(const records::SliceRule& rule, const data::Column& column,
               std::vector<Slice>& slices) {
  std::map<std::string_view, std::uint64_t> counts;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.IsNull(row)) ++counts[TextOf(column, row)];
  }
  std::vector<std::pair<std::string_view, std::uint64_t>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, std::greater(), [](const auto& one) { return one.second; });
  if (order.size() > Slicer::kValuesPerColumn) order.resize(Slicer::kValuesPerColumn);
  for (const auto& [value, count] : order) {
    slices.push_back({.column = rule.column, .value = std::string(value)});
  }
}

}  // namespace

std::string Slice::Name() const {
  if (!of_numbers) return column + "=" + value;
  if (std::isinf(from) && std::isinf(to)) return column;
  if (std::isinf(from)) return fmt::format("{} < {:g}", column, to);
  if (std::isinf(to)) return fmt::format("{} >= {:g}", column, from);
  return fmt::format("{:g} <= {} < {:g}", from, column, to);
}

std::vector<Slice> Slicer::Discover(std::span<const records::SliceRule> rules,
                                    const data::Batch& rows) {
  std::vector<Slice> slices;
  for (const records::SliceRule& rule : rules) {
    const data::Column* column = rows.Find(rule.column);
    if (column == nullptr) continue;
    if (!rule.cuts.empty() && !HasText(*column)) {
      AddRanges(rule, slices);
    } else if (rule.cuts.empty()) {
      AddValues(rule, *column, slices);
    }
  }
  return slices;
}

Slicer::Slicer(std::vector<Slice> slices) : slices_(std::move(slices)) {
  for (std::uint32_t place = 0; place < slices_.size(); ++place) {
    const Slice& slice = slices_[place];
    auto column = std::ranges::find(columns_, slice.column, &OfColumn::name);
    if (column == columns_.end()) {
      column = columns_.insert(columns_.end(), OfColumn{.name = slice.column});
    }
    if (slice.of_numbers) {
      column->ranges.push_back(place);
    } else {
      column->values.emplace(slice.value, place);
    }
  }
}

void Slicer::Bind(const data::Batch& batch) {
  schema_ = batch.shared_schema();
  for (OfColumn& column : columns_) {
    column.at = schema_->Find(column.name);
    if (column.at && !column.ranges.empty() && HasText(batch.column(*column.at))) column.at.reset();
  }
}

void Slicer::Places(const data::Batch& batch, std::size_t row, std::vector<std::uint32_t>& places) {
  if (schema_ != batch.shared_schema()) Bind(batch);
  places.clear();
  for (const OfColumn& of : columns_) {
    if (!of.at) continue;
    const data::Column& column = batch.column(*of.at);
    if (column.IsNull(row)) continue;
    if (of.ranges.empty()) {
      const auto found = of.values.find(TextOf(column, row));
      if (found != of.values.end()) places.push_back(found->second);
      continue;
    }
    const double x = column.Number(row);
    for (const std::uint32_t place : of.ranges) {
      if (x >= slices_[place].from && x < slices_[place].to) {
        places.push_back(place);
        break;
      }
    }
  }
}

}  // namespace mooring::monitoring
