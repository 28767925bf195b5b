// CountTable: a table of counts to be tested, seen row by row, and its margins: what each cell
// would be if rows and columns had nothing to do with each other.
//
//   const std::vector<double> cells = {12, 5, 29, 2};
//   ASSIGN_OR_RETURN(const Margins margins, Margins::Of({.cells = cells, .columns = 2}));
//   margins.Expected(0, 1);  // 17 * 7 / 48
//
// Counts are doubles, so that weights will do; all are finite and none is negative. Thread safety:
// values. Ownership: the table is a view, the margins hold copies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::data {

struct CountTable {
  std::span<const double> cells;
  std::size_t columns = 0;

  std::size_t rows() const { return columns == 0 ? 0 : cells.size() / columns; }
  double at(std::size_t row, std::size_t column) const { return cells[row * columns + column]; }
};

class Margins {
 public:
  // kInvalidArgument: no cells, cells that do not fill the columns, a cell that is no count, an
  // empty row or column (its cells would be expected to be 0: leave it out).
  static Result<Margins> Of(const CountTable& table);

  double Expected(std::size_t row, std::size_t column) const {
    return rows_[row] * columns_[column] / total_;
  }
  double total() const { return total_; }
  std::size_t dof() const { return (rows_.size() - 1) * (columns_.size() - 1); }
  // The lesser of the table's two sizes.
  std::size_t rank() const { return std::min(rows_.size(), columns_.size()); }

 private:
  Margins() = default;
  std::vector<double> rows_, columns_;
  double total_ = 0;
};

// kInvalidArgument when a value is negative, NaN or infinite; `what` names them in the message.
Status CheckCounts(std::span<const double> counts, std::string_view what);

}  // namespace mooring::data
