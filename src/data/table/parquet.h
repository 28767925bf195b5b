// Parquet files in and out, through DuckDB: datasets from outside, and the lake that pandas and
// Spark read. DuckDB reads and writes the files itself, beside the FileSystem seam: whoever
// publishes a written file syncs it and renames it into place.
//
//   const ParquetQuery delays{.path = "flights.parquet", .columns = {"delay"}};
//   RETURN_IF_ERROR(ReadParquet(*db, delays, each_batch));
//   RETURN_IF_ERROR(WriteParquet(*db, batch, "lake/part-1.parquet.tmp"));
//
// Failure: as DuckDb; a file that is damaged or not Parquet is kInvalidArgument.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/store/duckdb.h"

namespace mooring::data {

struct ParquetQuery {
  std::string path;                  // or a glob, "lake/*.parquet"
  std::vector<std::string> columns;  // empty: all
  std::string filter;  // SQL condition over the file's columns; ours or the operator's, never
                       // a stranger's
  std::string order;   // SQL terms; empty: as in the file
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> offset;
};

// Rows in batches of about 2,048.
Status ReadParquet(DuckDb& db, const ParquetQuery& query,
                   const std::function<Status(const Batch&)>& each);
// All rows at once; kTooLarge beyond `most_rows`.
Result<Batch> ReadParquetAll(DuckDb& db, const ParquetQuery& query, std::size_t most_rows);

// Writes rows as one file, zstd, in their order, replacing another file. One thread; about a
// million rows of 20 numbers a second.
Status WriteParquet(DuckDb& db, const Batch& rows, const std::string& path);

}  // namespace mooring::data
