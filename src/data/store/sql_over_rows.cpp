#include "data/store/sql_over_rows.h"

#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>

#include "base/threads/named_thread.h"

namespace mooring::data {
namespace {

constexpr std::chrono::milliseconds kAgain{100};

// Ends whatever the DuckDB does once the time is over, until it is destroyed.
class Watchdog {
 public:
  Watchdog(DuckDb& db, std::chrono::milliseconds most_time)
      : thread_("sql-time", [this, &db, most_time](std::stop_token stop) {
          std::unique_lock lock(mutex_);
          const auto never = [] { return false; };
          for (auto wait = most_time; !stop.stop_requested(); wait = kAgain) {
            stopped_.wait_for(lock, stop, wait, never);
            // Again and again: an interrupt before the query has begun is lost.
            if (!stop.stop_requested()) db.Interrupt();
          }
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  NamedThread thread_;  // last: it uses the others
};

Error NotOneNumber(std::string what) {
  return Error(Code::kInvalidArgument, "SQL: " + std::move(what))
      .Help("give one number of all rows, as in SELECT avg(amount) FROM decisions");
}

}  // namespace

Result<std::unique_ptr<SqlOverRows>> SqlOverRows::Open(const Options& options,
                                                       const std::string& table,
                                                       const Batch& rows) {
  ASSIGN_OR_RETURN(auto db, DuckDb::Open({.library_directory = options.library_directory,
                                          .threads = 1,
                                          .memory_bytes = options.memory_bytes,
                                          .no_files = true}));
  RETURN_IF_ERROR(db->RunOver(
      rows, "CREATE TABLE " + DuckDb::QuoteName(table) + " AS SELECT * FROM mooring_rows()"));
  return std::unique_ptr<SqlOverRows>(new SqlOverRows(options, std::move(db)));
}

Result<double> SqlOverRows::Number(const std::string& sql) {
  if (sql.size() > kMostSqlBytes) {
    return Error(Code::kTooLarge, "SQL: longer than " + std::to_string(kMostSqlBytes) + " bytes");
  }
  std::optional<double> number;
  std::size_t seen = 0;
  const auto each = [&](const Batch& rows) -> Status {
    seen += rows.rows();
    if (rows.width() != 1) {
      return NotOneNumber("gives " + std::to_string(rows.width()) + " columns, not one");
    }
    if (seen > 1) return NotOneNumber("gives more than one row");
    const Column& column = rows.column(0);
    if (!IsNumeric(column.type()) && column.type() != Type::kBool) {
      return NotOneNumber("gives a " + std::string(TypeName(column.type())) + ", not a number");
    }
    number = column.Number(0);
    return Ok();
  };
  {
    const Watchdog watchdog(*db_, options_.most_time);
    Status asked = db_->Query(sql, each);
    if (!asked.ok() && asked.error().code() == Code::kDeadlineExceeded) {
      return Error(Code::kDeadlineExceeded,
                   "SQL: not done within " + std::to_string(options_.most_time.count()) + " ms");
    }
    RETURN_IF_ERROR(asked);
  }
  if (!number) return NotOneNumber("gives no row");
  return std::isfinite(*number) ? *number : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace mooring::data
