// Parquet files in and out, through DuckDB: datasets from outside, and the lake that pandas and
// Spark read. DuckDB reads and writes the files itself, beside the FileSystem seam: whoever
// publishes a written file syncs it and renames it into place.
//
//   RETURN_IF_ERROR(ReadParquet(*db, {.path = "flights.parquet", .columns = {"delay"}},
//   each_batch)); ASSIGN_OR_RETURN(ParquetWriter writer, ParquetWriter::Open(*db, schema));
//   RETURN_IF_ERROR(writer.Add(batch));
//   RETURN_IF_ERROR(writer.Finish("lake/part-1.parquet.tmp"));
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

// Collects batches of one schema and writes them as one file, zstd, in the order they came.
class ParquetWriter {
 public:
  // A DuckDb has one writer at a time.
  static Result<ParquetWriter> Open(DuckDb& db, const Schema& schema);
  ParquetWriter(ParquetWriter&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  ParquetWriter& operator=(ParquetWriter&&) = delete;
  ~ParquetWriter();
  Status Add(const Batch& batch);
  // Writes the file, replacing another, and forgets the rows; the writer may be used again.
  Status Finish(const std::string& path);

 private:
  explicit ParquetWriter(DuckDb& db) : db_(&db) {}
  DuckDb* db_;
};

}  // namespace mooring::data
