// BatchScan: lets SQL read a batch where it lies, as the rows of a table function, instead of
// copying it into a table first. Only for the files of this folder that speak to DuckDB.
//
// Thread safety: one statement at a time, like the connection. Ownership: the batch is the
// caller's and must outlive the statement.
#pragma once

#include "base/result.h"
#include "data/store/duckdb_library.h"
#include "data/table/batch.h"

namespace mooring::data {

class BatchScan {
 public:
  static constexpr const char* kFunction = "mooring_rows";

  explicit BatchScan(const DuckDbLibrary& duckdb) : duckdb_(duckdb) {}
  BatchScan(const BatchScan&) = delete;
  BatchScan& operator=(const BatchScan&) = delete;

  // Makes mooring_rows() known to the connection; this must outlive it.
  Status Register(duckdb_connection connection);
  // What the next statements see; null: an error for whoever calls the function.
  void SetRows(const Batch* rows);
  // What went wrong while rows were given, in our own words.
  const Status& failed() const { return failed_; }

 private:
  static void Bind(duckdb_bind_info info);
  static void Begin(duckdb_init_info info);
  static void Give(duckdb_function_info info, duckdb_data_chunk chunk);
  void AddColumns(duckdb_bind_info info) const;
  Status Fill(duckdb_data_chunk chunk);

  const DuckDbLibrary& duckdb_;
  const Batch* rows_ = nullptr;
  std::size_t next_ = 0;
  Status failed_;
};

}  // namespace mooring::data
