// ParquetSource: the columns of a Parquet file, or of many ("lake/*.parquet"), for an exact
// comparison: one query a column, so that only the bytes of that column are read. Categories are
// counted by DuckDB.
//
// Thread safety: const use from any thread; sources that are compared share a pool. Failure: as
// data/store/duckdb.h; a file that is damaged or not Parquet is kInvalidArgument. Cost: 10 ns a
// number, 5 ns a category.
#pragma once

#include "monitoring/exact/column_source.h"
#include "monitoring/exact/duckdb_pool.h"

namespace mooring::monitoring {

class ParquetSource final : public ColumnSource {
 public:
  // A file or a glob.
  ParquetSource(std::string path, std::shared_ptr<DuckDbPool> pool)
      : path_(std::move(path)), pool_(std::move(pool)) {}
  Result<std::vector<Field>> Fields() const override;
  Result<std::unique_ptr<ColumnReader>> OpenReader() const override;
  Result<data::Batch> SomeRows(std::size_t most) const override;

 private:
  std::string path_;
  std::shared_ptr<DuckDbPool> pool_;
};

}  // namespace mooring::monitoring
