#include "data/table/parquet.h"

namespace mooring::data {
namespace {

std::string SqlOf(const ParquetQuery& query) {
  std::string columns;
  for (const std::string& column : query.columns) {
    columns += (columns.empty() ? "" : ", ") + DuckDb::QuoteName(column);
  }
  std::string sql = "SELECT " + (columns.empty() ? "*" : columns) + " FROM read_parquet(" +
                    DuckDb::Quote(query.path) + ")";
  if (!query.filter.empty()) sql += " WHERE (" + query.filter + ")";
  if (!query.order.empty()) sql += " ORDER BY " + query.order;
  if (query.limit.has_value()) sql += " LIMIT " + std::to_string(*query.limit);
  if (query.offset.has_value()) sql += " OFFSET " + std::to_string(*query.offset);
  return sql;
}

}  // namespace

Status ReadParquet(DuckDb& db, const ParquetQuery& query,
                   const std::function<Status(const Batch&)>& each) {
  Status read = db.Query(SqlOf(query), each);
  if (!read.ok() && read.error().where().empty()) return std::move(read).error().Where(query.path);
  return read;
}

Result<Batch> ReadParquetAll(DuckDb& db, const ParquetQuery& query, std::size_t most_rows) {
  Result<Batch> read = db.QueryAll(SqlOf(query), most_rows);
  if (!read.ok() && read.error().where().empty()) return std::move(read).error().Where(query.path);
  return read;
}

Status WriteParquet(DuckDb& db, const Batch& rows, const std::string& path) {
  Status written = db.RunOver(rows, "COPY (SELECT * FROM mooring_rows()) TO " +
                                        DuckDb::Quote(path) +
                                        " (FORMAT parquet, COMPRESSION zstd)");
  if (!written.ok()) return std::move(written).error().Where(path);
  return Ok();
}

}  // namespace mooring::data
