// FrameOf: a batch from vectors, for tests. NaN and "" become nulls of numbers and texts.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/table/batch.h"

namespace mooring::monitoring {

inline data::Batch FrameOf(
    const std::vector<std::pair<std::string, std::vector<double>>>& numbers,
    const std::vector<std::pair<std::string, std::vector<std::string>>>& texts) {
  std::vector<data::Field> fields;
  for (const auto& [name, values] : numbers) fields.push_back({name, data::Type::kFloat64});
  for (const auto& [name, values] : texts) fields.push_back({name, data::Type::kString});
  data::Batch batch(
      std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value()));
  std::size_t at = 0, rows = 0;
  for (const auto& [name, values] : numbers) {
    data::Column& column = batch.column(at++);
    for (const double x : values) std::isnan(x) ? column.AppendNull() : column.Append(x);
    rows = values.size();
  }
  for (const auto& [name, values] : texts) {
    data::Column& column = batch.column(at++);
    for (const std::string& x : values) x.empty() ? column.AppendNull() : column.AppendText(x);
    rows = values.size();
  }
  batch.SetRows(rows);
  return batch;
}

}  // namespace mooring::monitoring
