#include "data/stats/counts/count_table.h"

#include <fmt/format.h>

#include <cmath>

namespace mooring::data {
namespace {

Status CheckNoneEmpty(std::span<const double> sums, std::string_view what) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i] > 0) continue;
    return Error(Code::kInvalidArgument, fmt::format("{} {} of the table is empty", what, i))
        .Why("its cells are expected to be 0")
        .Help("leave it out");
  }
  return Ok();
}

}  // namespace

Status CheckCounts(std::span<const double> counts, std::string_view what) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] >= 0 && std::isfinite(counts[i])) continue;
    return Error(Code::kInvalidArgument, fmt::format("{} {} is {}", what, i, counts[i]))
        .Help("counts and weights are finite and not negative");
  }
  return Ok();
}

Result<Margins> Margins::Of(const CountTable& table) {
  if (table.cells.empty() || table.columns == 0 || table.cells.size() % table.columns != 0) {
    return Error(Code::kInvalidArgument, fmt::format("{} cells do not fill rows of {} columns",
                                                     table.cells.size(), table.columns));
  }
  RETURN_IF_ERROR(CheckCounts(table.cells, "cell"));
  Margins margins;
  margins.rows_.resize(table.rows());
  margins.columns_.resize(table.columns);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (std::size_t j = 0; j < table.columns; ++j) {
      margins.rows_[i] += table.at(i, j);
      margins.columns_[j] += table.at(i, j);
    }
    margins.total_ += margins.rows_[i];
  }
  RETURN_IF_ERROR(CheckNoneEmpty(margins.rows_, "row"));
  RETURN_IF_ERROR(CheckNoneEmpty(margins.columns_, "column"));
  return margins;
}

}  // namespace mooring::data
