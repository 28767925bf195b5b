#include "data/table/batch.h"

namespace mooring::data {

Batch::Batch(std::shared_ptr<const Schema> schema) : schema_(std::move(schema)) {
  columns_.reserve(schema_->size());
  for (const Field& field : schema_->fields()) columns_.emplace_back(field.type, field.dictionary);
}

const Column* Batch::Find(std::string_view name) const {
  const auto place = schema_->Find(name);
  return place.has_value() ? &columns_[*place] : nullptr;
}

void Batch::SetRows(std::size_t rows) {
  for (const Column& column : columns_) CHECK(column.size() == rows);
  rows_ = rows;
}

void Batch::Clear() {
  for (Column& column : columns_) column.Clear();
  rows_ = 0;
}

void Batch::AppendRow(const Batch& other, std::size_t row) {
  CHECK(other.width() == width());
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].AppendFrom(other.column(i), row);
  ++rows_;
}

}  // namespace mooring::data
