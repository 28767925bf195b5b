// Batch: rows of typed columns with a schema. The one currency of the house: a request, a slice
// of the journal, a training set and a feature row are all batches.
//
// All columns have rows() slots. Fill the columns, then call SetRows (which checks it).
// Thread safety: like std::vector. Clear() keeps memory and schema.
#pragma once

#include <memory>
#include <vector>

#include "data/table/column.h"
#include "data/table/schema.h"

namespace mooring::data {

class Batch {
 public:
  Batch() : Batch(std::make_shared<const Schema>()) {}
  explicit Batch(std::shared_ptr<const Schema> schema);

  const Schema& schema() const { return *schema_; }
  const std::shared_ptr<const Schema>& shared_schema() const { return schema_; }
  std::size_t rows() const { return rows_; }
  std::size_t width() const { return columns_.size(); }
  Column& column(std::size_t index) { return columns_[index]; }
  const Column& column(std::size_t index) const { return columns_[index]; }
  // Null when there is no such column.
  const Column* Find(std::string_view name) const;

  void SetRows(std::size_t rows);
  void Clear();
  // Adds one row of a batch whose columns have the same types in the same order.
  void AppendRow(const Batch& other, std::size_t row);

 private:
  std::shared_ptr<const Schema> schema_;
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

}  // namespace mooring::data
