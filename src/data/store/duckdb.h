// DuckDB behind Result: SQL over tables, Parquet and CSV files, for analysis. Its library is loaded
// when the first DuckDb is opened and never linked, so a server that does not analyse does not
// carry it.
//
//   ASSIGN_OR_RETURN(auto db, DuckDb::Open({.library_directory = "/opt/mooring/lib"}));
//   RETURN_IF_ERROR(db->Query("SELECT model, count(*) FROM 'lake/*.parquet' GROUP BY 1",
//                             [&](const Batch& rows) { Print(rows); return Ok(); }));
//
// Not for the decision path. No extension is downloaded or loaded by itself and SQL cannot change
// settings. SQL from a stranger needs `only_directories`: then it reads and writes files nowhere
// else and can install nothing.
//
// Types out: bool; int8 to int32 and uint8, uint16 as int32; int64 and uint32 as int64; float32;
// float64, decimal, uint64 and 128-bit sums as float64; text and blobs as string; enums as
// category; dates and timestamps as timestamp. Others are kUnsupported: cast them to VARCHAR.
//
// Thread safety: one thread at a time a DuckDb, but Interrupt from any. DuckDB itself uses
// `threads`. Failure: kFailedPrecondition when the library is missing or of another ABI,
// kInvalidArgument for wrong SQL or wrong data, kNotFound for a file that is not there,
// kResourceExhausted at the memory limit.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::data {

struct DuckDbOptions {
  std::string library_directory;  // holds libduckdb.so
  std::string path;               // of the database file; empty: in memory
  bool read_only = false;
  int threads = 2;
  std::size_t memory_bytes = 1 * limits::kGiB;
  std::string spill_directory;                // for what does not fit in memory; empty: none
  std::vector<std::string> only_directories;  // empty: files anywhere
  bool no_files = false;                      // nor network, nor another database
};

// Whether the library is there to be loaded; opening may still fail.
bool DuckDbIsThere(const std::string& library_directory);

class DuckDb {
 public:
  static Result<std::unique_ptr<DuckDb>> Open(const DuckDbOptions& options);
  ~DuckDb();

  // Statements whose rows nobody wants.
  Status Run(const std::string& sql);
  // One SELECT (or WITH, VALUES, DESCRIBE, SHOW): anything else, which might write, is
  // kPermissionDenied. Its rows come in batches of about 2,048 as DuckDB produces them. An error of
  // `each` ends the query and is given back.
  Status Query(const std::string& sql, const std::function<Status(const Batch&)>& each);
  // All rows in one batch; kTooLarge beyond `most_rows`.
  Result<Batch> QueryAll(const std::string& sql, std::size_t most_rows);

  Status CreateTable(const std::string& table, const Schema& schema);
  // Adds rows to a table made by CreateTable with the same schema. Texts must be UTF-8.
  Status Append(const std::string& table, const Batch& batch);

  // One statement that may read `rows` where they lie, as the table function mooring_rows(). Texts
  // must be UTF-8.
  Status RunOver(const Batch& rows, const std::string& sql);

  // Ends the running query with kDeadlineExceeded.
  void Interrupt();

  // SQL spellings: 'it''s' and "a ""name""".
  static std::string Quote(std::string_view text);
  static std::string QuoteName(std::string_view name);

 private:
  struct Connection;
  explicit DuckDb(std::unique_ptr<Connection> connection);
  Status Configure(const DuckDbOptions& options);
  std::unique_ptr<Connection> connection_;
};

}  // namespace mooring::data
