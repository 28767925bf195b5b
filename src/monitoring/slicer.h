// Slicer: which slices a row belongs to: one for each column that the contract names under
// monitor.slices, by its value or by the range between cut points that it falls into.
//
//   Slicer slicer(Slicer::Discover(contract.monitor.slices, training));
//   slicer.Places(batch, row, places);   // places.size() <= number of columns
//
// Thread safety: none (it remembers where a schema has its columns). Complexity: 30 ns a column
// and row.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/table/batch.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

struct Slice {
  std::string column;
  std::string value;                                       // of a text or truth value
  double from = -std::numeric_limits<double>::infinity();  // of a number: from <= x < to
  double to = std::numeric_limits<double>::infinity();
  bool of_numbers = false;

  std::string Name() const;  // "origin=ATL", "500 <= distance < 1500", "distance >= 6000"
  bool operator==(const Slice&) const = default;
};

class Slicer {
 public:
  static constexpr std::size_t kValuesPerColumn = 16;

  // Of texts the values that most rows have, of numbers every range. Columns that `rows` lacks give
  // none.
  static std::vector<Slice> Discover(std::span<const records::SliceRule> rules,
                                     const data::Batch& rows);

  explicit Slicer(std::vector<Slice> slices);
  Slicer(Slicer&&) = default;
  Slicer& operator=(Slicer&&) = default;

  std::size_t size() const { return slices_.size(); }
  const Slice& slice(std::size_t place) const { return slices_[place]; }
  // Sets `places` to the row's slices, ascending by column; a value that is not among the slices,
  // or is missing, belongs to none.
  void Places(const data::Batch& batch, std::size_t row, std::vector<std::uint32_t>& places);

 private:
  struct OfColumn {
    std::string name;
    std::unordered_map<std::string_view, std::uint32_t> values;  // views into slices_
    std::vector<std::uint32_t> ranges;
    std::optional<std::size_t> at;  // in the schema met last
  };
  void Bind(const data::Batch& batch);

  std::vector<Slice> slices_;
  std::vector<OfColumn> columns_;
  std::shared_ptr<const data::Schema> schema_;
};

}  // namespace mooring::monitoring
