// SQLite behind Result: a database file, prepared statements and transactions.
//
// Use it for metadata that must survive a power cut and be found by key. Not for rows of
// decisions: those are the journal's. Opened in WAL with synchronous=FULL, so a committed
// transaction is on disk; foreign keys are on; a writer that meets a lock waits busy_timeout
// before kUnavailable.
//
//   ASSIGN_OR_RETURN(Database db, Database::Open("meta.db", {}));
//   ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(db));
//   ASSIGN_OR_RETURN(Statement add, db.Prepare("INSERT INTO models(name, owner) VALUES(?, ?)"));
//   RETURN_IF_ERROR(add.Run("flight-cover", "pricing"));
//   RETURN_IF_ERROR(change.Commit());
//
// Thread safety: one thread at a time a Database with all its Statements. Other threads or
// processes open the same file themselves. Ownership: Statements and Transactions must die before
// their Database. Failure: kAlreadyExists for a unique key, kFailedPrecondition for another
// constraint, kUnavailable for a lock or a disk error, kResourceExhausted for a full disk,
// kDataLoss for a damaged file.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/io/file_system.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mooring::data {

struct SqliteConnection;

// One SQL statement, compiled once and run many times. Parameters count from 1, columns from 0.
class Statement {
 public:
  // Null, whole number, real, text (UTF-8) and bytes. Text and bytes are copied.
  Status Bind(int parameter, std::nullptr_t);
  Status Bind(int parameter, std::int64_t value);
  Status Bind(int parameter, double value);
  Status Bind(int parameter, std::string_view text);
  Status Bind(int parameter, ByteSpan bytes);
  Status Bind(int parameter, const char* text) { return Bind(parameter, std::string_view(text)); }
  Status Bind(int parameter, const std::string& s) { return Bind(parameter, std::string_view(s)); }
  template <std::integral T>
  Status Bind(int parameter, T value) {
    return Bind(parameter, static_cast<std::int64_t>(value));
  }
  template <typename T>
  Status Bind(int parameter, const std::optional<T>& value) {
    return value.has_value() ? Bind(parameter, *value) : Bind(parameter, nullptr);
  }

  // Starts over with these parameters, in order; the rest are null. Then Step gives the rows.
  template <typename... Values>
  Status Start(const Values&... values) {
    Reset();
    Status bound;
    int parameter = 0;
    static_cast<void>(((bound = Bind(++parameter, values), bound.ok()) && ...));
    return bound;
  }
  // Start, then steps to the end.
  template <typename... Values>
  Status Run(const Values&... values) {
    RETURN_IF_ERROR(Start(values...));
    return Finish();
  }

  // True: a row is there to read. False: no more rows.
  Result<bool> Step();
  // Steps to the end and resets.
  Status Finish();
  // Ends the run and forgets the parameters.
  void Reset();

  // The current row's values, converted as SQLite does. Views live until the next Step, Reset or
  // Bind.
  bool IsNull(int column) const;
  std::int64_t Int(int column) const;
  double Real(int column) const;
  std::string_view Text(int column) const;
  ByteSpan Bytes(int column) const;
  std::string String(int column) const { return std::string(Text(column)); }
  int columns() const;

 private:
  friend class Database;
  // The connection keeps it, compiled, for who asks for the same text next.
  struct GiveBack {
    std::shared_ptr<SqliteConnection> connection;
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, std::shared_ptr<SqliteConnection> connection)
      : statement_(statement, GiveBack{std::move(connection)}) {}
  std::unique_ptr<sqlite3_stmt, GiveBack> statement_;
};

struct DatabaseOptions {
  std::chrono::milliseconds busy_timeout{5000};
  bool read_only = false;
};

class Database {
 public:
  // Creates the file when absent, unless read_only. ":memory:" lives and dies with the object.
  static Result<Database> Open(const std::string& path, const DatabaseOptions& options);

  // Never creates: kUnavailable when the file is not there.
  static Result<Database> OpenThere(const std::string& path);
  // Whether the file that is open is not at its path any more: it was removed, or another stands in
  // its place. Never of one in memory.
  bool IsMoved() const;

  // One or more statements without parameters or rows.
  Status Execute(const std::string& sql);
  // Cheap for a text that was prepared lately: statements that died are kept, some dozens of them.
  Result<Statement> Prepare(std::string_view sql);
  // Brings the schema to the last step: runs what PRAGMA user_version has not counted yet, all in
  // one transaction. A file of a newer program is kFailedPrecondition.
  Status Migrate(std::span<const std::string_view> steps);
  // Damage found by SQLite's own walk is kDataLoss.
  Status CheckIntegrity();

  std::int64_t last_insert_id() const;
  std::int64_t changed_rows() const;  // by the last INSERT, UPDATE or DELETE
  // False, too, after an error that made SQLite undo the whole transaction by itself.
  bool InTransaction() const;

 private:
  explicit Database(sqlite3* db);
  static Result<Database> OpenAs(int access, const std::string& path,
                                 const DatabaseOptions& options);
  Status Configure(const DatabaseOptions& options);
  sqlite3* db() const;
  std::shared_ptr<SqliteConnection> connection_;
};

// BEGIN IMMEDIATE now, ROLLBACK in the destructor unless Commit succeeded.
class Transaction {
 public:
  static Result<Transaction> Begin(Database& db);
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status Commit();

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_;
};

}  // namespace mooring::data
