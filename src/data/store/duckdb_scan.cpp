#include "data/store/duckdb_scan.h"

#include "data/store/duckdb_chunk.h"

namespace mooring::data {

// The callbacks are C functions: they find their scan in the function's extra info, and the library
// through the one that the process has loaded.
namespace {

const DuckDbLibrary* loaded = nullptr;

BatchScan& ScanOf(void* extra) { return *static_cast<BatchScan*>(extra); }

}  // namespace

Status BatchScan::Register(duckdb_connection connection) {
  loaded = &duckdb_;  // the same object for all scans: the library is loaded once
  duckdb_table_function function = duckdb_.create_table_function();
  duckdb_.table_function_set_name(function, kFunction);
  duckdb_.table_function_set_extra_info(function, this, nullptr);
  duckdb_.table_function_set_bind(function, &BatchScan::Bind);
  duckdb_.table_function_set_init(function, &BatchScan::Begin);
  duckdb_.table_function_set_function(function, &BatchScan::Give);
  const bool known = duckdb_.register_table_function(connection, function) == DuckDBSuccess;
  duckdb_.destroy_table_function(&function);
  return known ? Ok() : Status(Error(Code::kInternal, "DuckDB takes no table function"));
}

void BatchScan::SetRows(const Batch* rows) {
  rows_ = rows;
  failed_ = Ok();
}

void BatchScan::Bind(duckdb_bind_info info) {
  const BatchScan& scan = ScanOf(loaded->bind_get_extra_info(info));
  if (scan.rows_ == nullptr) return loaded->bind_set_error(info, "there are no rows to read");
  scan.AddColumns(info);
}

void BatchScan::AddColumns(duckdb_bind_info info) const {
  for (const Field& field : rows_->schema().fields()) {
    duckdb_logical_type type = duckdb_.create_logical_type(StoredType(field.type));
    duckdb_.bind_add_result_column(info, field.name.c_str(), type);
    duckdb_.destroy_logical_type(&type);
  }
  duckdb_.bind_set_cardinality(info, rows_->rows(), true);
}

void BatchScan::Begin(duckdb_init_info info) {
  ScanOf(loaded->init_get_extra_info(info)).next_ = 0;
}

void BatchScan::Give(duckdb_function_info info, duckdb_data_chunk chunk) {
  BatchScan& scan = ScanOf(loaded->function_get_extra_info(info));
  scan.failed_ = scan.Fill(chunk);
  if (!scan.failed_.ok()) {
    loaded->function_set_error(info, scan.failed_.error().message().c_str());
  }
}

Status BatchScan::Fill(duckdb_data_chunk chunk) {
  const RowRange rows{next_, std::min<std::size_t>(duckdb_.vector_size(), rows_->rows() - next_)};
  next_ += rows.count;
  return FillChunk(duckdb_, *rows_, rows, chunk);
}

}  // namespace mooring::data
