#include "data/store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

namespace mooring::data {
namespace {

Code CodeOf(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return Code::kAlreadyExists;
    default: break;
  }
  switch (extended & 0xFF) {
    case SQLITE_CONSTRAINT: return Code::kFailedPrecondition;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return Code::kUnavailable;
    case SQLITE_FULL: return Code::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::kDataLoss;
    case SQLITE_TOOBIG: return Code::kTooLarge;
    case SQLITE_READONLY:
    case SQLITE_PERM: return Code::kPermissionDenied;
    default: return Code::kInternal;
  }
}

Error ErrorOf(sqlite3* db, std::string_view doing) {
  if (db == nullptr) return Error(Code::kResourceExhausted, std::string(doing) + ": out of memory");
  const Code code = CodeOf(sqlite3_extended_errcode(db));
  Error error(code, std::string(doing) + ": " + sqlite3_errmsg(db));
  if (code != Code::kResourceExhausted) return error;
  const char* const file = sqlite3_db_filename(db, "main");
  return std::move(error)
      .Where(file == nullptr ? "" : file)
      .Help("no space left on its disk: free some, then try again");
}

std::string_view SqlOf(sqlite3_stmt* statement) {
  const char* sql = sqlite3_sql(statement);
  return sql == nullptr ? std::string_view("statement") : std::string_view(sql).substr(0, 120);
}

Status Bound(sqlite3_stmt* statement, int code) {
  if (code == SQLITE_OK) return Ok();
  if (code == SQLITE_RANGE || code == SQLITE_MISUSE) {
    return Error(Code::kInternal, "parameter does not fit " + std::string(SqlOf(statement)));
  }
  return ErrorOf(sqlite3_db_handle(statement), SqlOf(statement));
}

// Of a connection; each takes a few kilobytes.
constexpr std::size_t kKeptStatements = 64;

}  // namespace

// An open file and the statements that nobody uses just now, the one given back last at the end.
// It closes with the last Statement that its Database left behind.
struct SqliteConnection {
  struct Kept {
    std::string sql;
    sqlite3_stmt* statement;
  };

  explicit SqliteConnection(sqlite3* opened) : db(opened) {}
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection() {
    for (const Kept& one : kept) sqlite3_finalize(one.statement);
    sqlite3_close_v2(db);
  }

  // Null: there is none.
  sqlite3_stmt* Take(std::string_view sql) {
    const auto found =
        std::find_if(kept.rbegin(), kept.rend(), [&](const Kept& one) { return one.sql == sql; });
    if (found == kept.rend()) return nullptr;
    sqlite3_stmt* const statement = found->statement;
    kept.erase(std::next(found).base());
    return statement;
  }
  void Keep(sqlite3_stmt* statement) {
    std::string sql(sqlite3_sql(statement));
    // A pragma may say what was so when it was compiled.
    if (sql.starts_with("PRAGMA")) return static_cast<void>(sqlite3_finalize(statement));
    static_cast<void>(sqlite3_reset(statement));
    static_cast<void>(sqlite3_clear_bindings(statement));
    if (kept.size() == kKeptStatements) {
      sqlite3_finalize(kept.front().statement);
      kept.erase(kept.begin());
    }
    kept.push_back({std::move(sql), statement});
  }

  sqlite3* const db;
  std::vector<Kept> kept;
};

void Statement::GiveBack::operator()(sqlite3_stmt* statement) const { connection->Keep(statement); }

Status Statement::Bind(int parameter, std::nullptr_t) {
  return Bound(statement_.get(), sqlite3_bind_null(statement_.get(), parameter));
}

Status Statement::Bind(int parameter, std::int64_t value) {
  return Bound(statement_.get(), sqlite3_bind_int64(statement_.get(), parameter, value));
}

Status Statement::Bind(int parameter, double value) {
  return Bound(statement_.get(), sqlite3_bind_double(statement_.get(), parameter, value));
}

Status Statement::Bind(int parameter, std::string_view text) {
  // A null pointer would mean NULL: an empty view of nothing is still the empty text.
  const char* bytes = text.empty() ? "" : text.data();
  return Bound(statement_.get(), sqlite3_bind_text64(statement_.get(), parameter, bytes,
                                                     text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Status Statement::Bind(int parameter, ByteSpan bytes) {
  const void* place = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  return Bound(statement_.get(), sqlite3_bind_blob64(statement_.get(), parameter, place,
                                                     bytes.size(), SQLITE_TRANSIENT));
}

Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = ErrorOf(sqlite3_db_handle(statement_.get()), SqlOf(statement_.get()));
  sqlite3_reset(statement_.get());
  return error;
}

Status Statement::Finish() {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, Step());
    if (!more) break;
  }
  Reset();
  return Ok();
}

void Statement::Reset() {
  // Both give back the last step's error, which Step has already reported.
  static_cast<void>(sqlite3_reset(statement_.get()));
  static_cast<void>(sqlite3_clear_bindings(statement_.get()));
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double Statement::Real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

ByteSpan Statement::Bytes(int column) const {
  const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

Database::Database(sqlite3* db) : connection_(std::make_shared<SqliteConnection>(db)) {}

sqlite3* Database::db() const { return connection_->db; }

Result<Database> Database::Open(const std::string& path, const DatabaseOptions& options) {
  return OpenAs(
      options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path,
      options);
}

Result<Database> Database::OpenThere(const std::string& path) {
  return OpenAs(SQLITE_OPEN_READWRITE, path, {});
}

bool Database::IsMoved() const {
  int moved = 0;
  return sqlite3_file_control(db(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
         moved != 0;
}

Result<Database> Database::OpenAs(int access, const std::string& path,
                                  const DatabaseOptions& options) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw,
                                   access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database db(raw);  // even a failed open gives a handle to close
  if (code != SQLITE_OK) {
    return ErrorOf(raw, "cannot open the database").Where(path);
  }
  if (Status configured = db.Configure(options); !configured.ok()) {
    return std::move(configured).error().Where(path);
  }
  return db;
}

Status Database::Configure(const DatabaseOptions& options) {
  sqlite3_busy_timeout(db(), static_cast<int>(options.busy_timeout.count()));
  // A damaged or hostile file must not run code or rewrite its own schema.
  sqlite3_db_config(db(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (!options.read_only) RETURN_IF_ERROR(Execute("PRAGMA journal_mode=WAL"));
  return Execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
}

Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(db(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorOf(db(), std::string_view(sql).substr(0, 120));
  return Ok();
}

Result<Statement> Database::Prepare(std::string_view sql) {
  if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return Error(Code::kTooLarge, "statement of " + std::to_string(sql.size()) + " bytes");
  }
  if (sqlite3_stmt* const kept = connection_->Take(sql)) return Statement(kept, connection_);
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(db(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return ErrorOf(db(), sql.substr(0, 120));
  if (raw == nullptr) return Error(Code::kInternal, "empty SQL statement");
  return Statement(raw, connection_);
}

Status Database::Migrate(std::span<const std::string_view> steps) {
  ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(*this));
  std::int64_t done = 0;
  {
    ASSIGN_OR_RETURN(Statement version, Prepare("PRAGMA user_version"));
    ASSIGN_OR_RETURN(const bool row, version.Step());
    done = row ? version.Int(0) : 0;
  }
  const auto known = static_cast<std::int64_t>(steps.size());
  if (done < 0 || done > known) {
    return Error(Code::kFailedPrecondition, "database schema is version " + std::to_string(done))
        .Why("this program knows versions up to " + std::to_string(known))
        .Help("use the program that wrote it, or a newer one");
  }
  for (std::int64_t step = done; step < known; ++step) {
    RETURN_IF_ERROR(Execute(std::string(steps[static_cast<std::size_t>(step)])));
  }
  if (done != known) RETURN_IF_ERROR(Execute("PRAGMA user_version=" + std::to_string(known)));
  return change.Commit();
}

Status Database::CheckIntegrity() {
  ASSIGN_OR_RETURN(Statement check, Prepare("PRAGMA integrity_check(1)"));
  ASSIGN_OR_RETURN(const bool row, check.Step());
  if (row && check.Text(0) == "ok") return Ok();
  return Error(Code::kDataLoss, "database is damaged").Why(row ? check.String(0) : "no answer");
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(db()); }
std::int64_t Database::changed_rows() const { return sqlite3_changes64(db()); }
bool Database::InTransaction() const { return sqlite3_get_autocommit(db()) == 0; }

Result<Transaction> Transaction::Begin(Database& db) {
  ASSIGN_OR_RETURN(Statement begin, db.Prepare("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(begin.Run());
  return Transaction(db);
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself; then this one fails and changes nothing.
  if (db_ != nullptr) static_cast<void>(db_->Execute("ROLLBACK"));
}

Status Transaction::Commit() {
  CHECK(db_ != nullptr);
  ASSIGN_OR_RETURN(Statement commit, db_->Prepare("COMMIT"));
  RETURN_IF_ERROR(commit.Run());
  db_ = nullptr;
  return Ok();
}

}  // namespace mooring::data
