// SqlOverRows: SELECTs of strangers over one table in memory, each of which gives one number. Use
// it for a measure that a contract writes as SQL; for SQL of the operator's own there is DuckDb.
//
//   ASSIGN_OR_RETURN(const auto rows, SqlOverRows::Open({.library_directory = libraries},
//                                                       "decisions", batch));
//   ASSIGN_OR_RETURN(const double share, rows->Number("SELECT avg(late) FROM decisions"));
//
// Such SQL sees the table and nothing else: no file, no network, no other database, no settings;
// memory and time are bounded, and nothing spills to a disk. Numbers are summed by one thread, so
// the same rows give the same number.
//
// Thread safety: one thread at a time. Ownership: the rows are copied. Failure: as DuckDb's;
// Number gives kPermissionDenied for what is not one SELECT, kInvalidArgument for wrong SQL and for
// an answer that is not one number, kResourceExhausted and kDeadlineExceeded at the bounds. Cost:
// opening takes 20 ms.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "data/store/duckdb.h"

namespace mooring::data {

class SqlOverRows {
 public:
  struct Options {
    std::string library_directory;
    std::size_t memory_bytes = 256 * limits::kMiB;  // with the table
    std::chrono::milliseconds most_time{10'000};    // of one SELECT
  };
  static constexpr std::size_t kMostSqlBytes = 16 * limits::kKiB;

  static Result<std::unique_ptr<SqlOverRows>> Open(const Options& options, const std::string& table,
                                                   const Batch& rows);

  // NaN for NULL and for what is not finite.
  Result<double> Number(const std::string& sql);

 private:
  SqlOverRows(const Options& options, std::unique_ptr<DuckDb> db)
      : options_(options), db_(std::move(db)) {}

  const Options options_;
  std::unique_ptr<DuckDb> db_;
};

}  // namespace mooring::data
