// BatchSource: the columns of rows in memory for an exact comparison: a CSV file read by
// data/table/csv.h, a window of the journal (decision_window.h), a request.
//
// Thread safety: const use from any thread. Ownership: the caller's batch outlives source and
// readers and does not change meanwhile.
#pragma once

#include "data/table/batch.h"
#include "monitoring/exact/column_source.h"

namespace mooring::monitoring {

class BatchSource final : public ColumnSource {
 public:
  explicit BatchSource(const data::Batch& rows) : rows_(rows) {}
  Result<std::vector<Field>> Fields() const override { return FieldsOf(rows_.schema()); }
  Result<std::unique_ptr<ColumnReader>> OpenReader() const override;
  Result<data::Batch> SomeRows(std::size_t most) const override;

 private:
  const data::Batch& rows_;
};

}  // namespace mooring::monitoring
