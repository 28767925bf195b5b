#include "data/store/duckdb.h"

#include <filesystem>

#include "data/store/duckdb_chunk.h"
#include "data/store/duckdb_library.h"
#include "data/store/duckdb_scan.h"
#include "data/table/batch_codec.h"

namespace mooring::data {
namespace {

// DuckDB's errors open with their kind; a failed preparation has it nowhere else.
Code CodeOf(std::string_view message) {
  const auto is = [message](std::string_view kind) { return message.starts_with(kind); };
  if (is("IO Error: No files found")) return Code::kNotFound;
  if (is("IO Error")) return Code::kUnavailable;
  if (is("INTERRUPT")) return Code::kDeadlineExceeded;
  if (is("Out of Memory Error")) return Code::kResourceExhausted;
  if (is("Permission Error")) return Code::kPermissionDenied;
  if (is("Not implemented Error")) return Code::kUnsupported;
  if (is("FATAL Error") || is("INTERNAL Error")) return Code::kInternal;
  return Code::kInvalidArgument;
}

Error ErrorOf(const char* reason) {
  const std::string_view whole = reason == nullptr ? "unknown error" : reason;
  // What follows the first line shows the SQL again.
  return Error(CodeOf(whole), "SQL: " + std::string(whole.substr(0, whole.find('\n'))));
}

std::string SqlTypeOf(Type type) {
  switch (type) {
    case Type::kInt32: return "INTEGER";
    case Type::kInt64: return "BIGINT";
    case Type::kFloat32: return "FLOAT";
    case Type::kFloat64: return "DOUBLE";
    case Type::kBool: return "BOOLEAN";
    case Type::kTimestamp: return "TIMESTAMP";
    case Type::kString:
    case Type::kCategory: return "VARCHAR";
  }
  return "VARCHAR";
}

std::string Doubled(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted.push_back(quote);
    quoted.push_back(c);
  }
  quoted.push_back(quote);
  return quoted;
}

}  // namespace

struct DuckDb::Connection {
  explicit Connection(const DuckDbLibrary& library) : duckdb(library), scan(library) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (connection != nullptr) duckdb.disconnect(&connection);
    if (database != nullptr) duckdb.close(&database);
  }

  const DuckDbLibrary& duckdb;
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  BatchScan scan;
};

namespace {

// What a query holds while it runs, given back in reverse order.
struct Running {
  explicit Running(const DuckDbLibrary& library) : duckdb(library) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (has_result) duckdb.destroy_result(&result);
    if (pending != nullptr) duckdb.destroy_pending(&pending);
    if (statement != nullptr) duckdb.destroy_prepare(&statement);
  }

  // Rows are produced while they are fetched, so a large answer is never in memory as a whole.
  Status Start(duckdb_connection connection, const std::string& sql) {
    if (duckdb.prepare(connection, sql.c_str(), &statement) != DuckDBSuccess) {
      return ErrorOf(duckdb.prepare_error(statement));
    }
    // EXPLAIN ANALYZE runs what it explains, so it is no question either.
    if (duckdb.prepared_statement_type(statement) != DUCKDB_STATEMENT_TYPE_SELECT) {
      return Error(Code::kPermissionDenied, "SQL: only a SELECT can be asked")
          .Help("SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW and SUMMARIZE are fine");
    }
    if (duckdb.pending_prepared_streaming(statement, &pending) != DuckDBSuccess) {
      return ErrorOf(duckdb.pending_error(pending));
    }
    has_result = true;
    if (duckdb.execute_pending(pending, &result) != DuckDBSuccess) return Failure();
    return Ok();
  }
  Error Failure() { return ErrorOf(duckdb.result_error(&result)); }

  const DuckDbLibrary& duckdb;
  duckdb_prepared_statement statement = nullptr;
  duckdb_pending_result pending = nullptr;
  duckdb_result result{};
  bool has_result = false;
};

struct Chunk {
  Chunk(const DuckDbLibrary& library, duckdb_data_chunk held) : duckdb(library), chunk(held) {}
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;
  ~Chunk() {
    if (chunk != nullptr) duckdb.destroy_data_chunk(&chunk);
  }
  const DuckDbLibrary& duckdb;
  duckdb_data_chunk chunk;
};

duckdb_data_chunk NewChunk(const DuckDbLibrary& duckdb, const Schema& schema) {
  std::vector<duckdb_logical_type> types;
  for (const Field& field : schema.fields())
    types.push_back(duckdb.create_logical_type(StoredType(field.type)));
  duckdb_data_chunk chunk = duckdb.create_data_chunk(types.data(), types.size());
  for (duckdb_logical_type& type : types) duckdb.destroy_logical_type(&type);
  return chunk;
}

Status AppendAll(const DuckDbLibrary& duckdb, duckdb_appender appender, const Batch& batch) {
  const Chunk chunk(duckdb, NewChunk(duckdb, batch.schema()));
  const std::size_t size = duckdb.vector_size();
  for (std::size_t first = 0; first < batch.rows(); first += size) {
    duckdb.data_chunk_reset(chunk.chunk);
    const RowRange rows{first, std::min(size, batch.rows() - first)};
    RETURN_IF_ERROR(FillChunk(duckdb, batch, rows, chunk.chunk));
    if (duckdb.append_data_chunk(appender, chunk.chunk) != DuckDBSuccess) {
      return ErrorOf(duckdb.appender_error(appender));
    }
  }
  return Ok();
}

}  // namespace

bool DuckDbIsThere(const std::string& library_directory) {
  std::error_code ignored;
  return std::filesystem::exists(library_directory + "/libduckdb.so", ignored);
}

DuckDb::DuckDb(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
DuckDb::~DuckDb() = default;

Result<std::unique_ptr<DuckDb>> DuckDb::Open(const DuckDbOptions& options) {
  ASSIGN_OR_RETURN(const DuckDbLibrary* duckdb, DuckDbLibrary::Load(options.library_directory));
  const std::pair<const char*, std::string> settings[] = {
      {"access_mode", options.read_only ? "READ_ONLY" : "AUTOMATIC"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"threads", std::to_string(options.threads)},
      {"max_memory", std::to_string(options.memory_bytes / 1024) + "KiB"},
      {"temp_directory", options.spill_directory},
  };
  duckdb_config config = nullptr;
  if (duckdb->create_config(&config) != DuckDBSuccess)
    return Error(Code::kInternal, "DuckDB has no settings");
  for (const auto& [name, value] : settings) {
    if (duckdb->set_config(config, name, value.c_str()) == DuckDBSuccess) continue;
    duckdb->destroy_config(&config);
    return Error(Code::kInvalidArgument,
                 "DuckDB refuses " + std::string(name) + " = '" + value + "'");
  }
  auto connection = std::make_unique<Connection>(*duckdb);
  char* reason = nullptr;
  const char* path = options.path.empty() ? nullptr : options.path.c_str();
  const bool open = duckdb->open_ext(path, &connection->database, config, &reason) == DuckDBSuccess;
  duckdb->destroy_config(&config);
  if (!open) {
    Error error(Code::kUnavailable,
                "cannot open " + (options.path.empty() ? "DuckDB" : options.path));
    if (reason != nullptr) error = std::move(error).Why(reason);
    duckdb->free(reason);
    return error;
  }
  if (duckdb->connect(connection->database, &connection->connection) != DuckDBSuccess) {
    return Error(Code::kInternal, "cannot connect to DuckDB");
  }
  RETURN_IF_ERROR(connection->scan.Register(connection->connection));
  std::unique_ptr<DuckDb> db(new DuckDb(std::move(connection)));
  RETURN_IF_ERROR(db->Configure(options));
  return db;
}

// These have to come after the database is open.
Status DuckDb::Configure(const DuckDbOptions& options) {
  if (!options.only_directories.empty()) {
    std::string list;
    for (const std::string& directory : options.only_directories) {
      list += (list.empty() ? "" : ", ") + Quote(directory);
    }
    RETURN_IF_ERROR(
        Run("SET allowed_directories = [" + list + "]; SET enable_external_access = false"));
  }
  if (options.no_files) RETURN_IF_ERROR(Run("SET enable_external_access = false"));
  // The file cache knows a file by path and time, so a file written twice in a moment would be read
  // as it was before; the system's own cache does as well.
  return Run(
      "SET enable_external_file_cache = false; SET TimeZone = 'UTC'; SET lock_configuration = "
      "true");
}

Status DuckDb::Run(const std::string& sql) {
  duckdb_result result{};
  const DuckDbLibrary& duckdb = connection_->duckdb;
  Status status;
  if (duckdb.query(connection_->connection, sql.c_str(), &result) != DuckDBSuccess) {
    status = ErrorOf(duckdb.result_error(&result));
  }
  duckdb.destroy_result(&result);
  return status;
}

Status DuckDb::Query(const std::string& sql, const std::function<Status(const Batch&)>& each) {
  const DuckDbLibrary& duckdb = connection_->duckdb;
  Running query(duckdb);
  RETURN_IF_ERROR(query.Start(connection_->connection, sql));
  ASSIGN_OR_RETURN(Schema schema, SchemaOfResult(duckdb, query.result));
  Batch batch(std::make_shared<const Schema>(std::move(schema)));
  for (;;) {
    const Chunk chunk(duckdb, duckdb.fetch_chunk(query.result));
    if (chunk.chunk == nullptr) break;
    batch.Clear();
    AppendChunk(duckdb, query.result, chunk.chunk, batch);
    if (batch.rows() != 0) RETURN_IF_ERROR(each(batch));
  }
  const char* reason = duckdb.result_error(&query.result);
  if (reason != nullptr && *reason != '\0') return query.Failure();
  return Ok();
}

Result<Batch> DuckDb::QueryAll(const std::string& sql, std::size_t most_rows) {
  const DuckDbLibrary& duckdb = connection_->duckdb;
  Running query(duckdb);
  RETURN_IF_ERROR(query.Start(connection_->connection, sql));
  ASSIGN_OR_RETURN(Schema schema, SchemaOfResult(duckdb, query.result));
  Batch batch(std::make_shared<const Schema>(std::move(schema)));
  for (;;) {
    const Chunk chunk(duckdb, duckdb.fetch_chunk(query.result));
    if (chunk.chunk == nullptr) break;
    AppendChunk(duckdb, query.result, chunk.chunk, batch);
    if (batch.rows() > most_rows) {
      return Error(Code::kTooLarge, "more than " + std::to_string(most_rows) + " rows")
          .Help("add a LIMIT");
    }
  }
  const char* reason = duckdb.result_error(&query.result);
  if (reason != nullptr && *reason != '\0') return query.Failure();
  return batch;
}

Status DuckDb::CreateTable(const std::string& table, const Schema& schema) {
  std::string columns;
  for (const Field& field : schema.fields()) {
    columns += (columns.empty() ? "" : ", ") + QuoteName(field.name) + " " + SqlTypeOf(field.type);
  }
  return Run("CREATE TABLE " + QuoteName(table) + " (" + columns + ")");
}

Status DuckDb::Append(const std::string& table, const Batch& batch) {
  const DuckDbLibrary& duckdb = connection_->duckdb;
  duckdb_appender appender = nullptr;
  const bool made = duckdb.appender_create(connection_->connection, nullptr, table.c_str(),
                                           &appender) == DuckDBSuccess;
  Status status =
      made ? AppendAll(duckdb, appender, batch) : Status(ErrorOf(duckdb.appender_error(appender)));
  // Destroying flushes; its failure counts when nothing failed before.
  const bool flushed = duckdb.appender_destroy(&appender) == DuckDBSuccess;
  if (status.ok() && !flushed)
    return Error(Code::kInvalidArgument, "rows do not fit table " + table);
  return status;
}

Status DuckDb::RunOver(const Batch& rows, const std::string& sql) {
  connection_->scan.SetRows(&rows);
  Status status = Run(sql);
  // Our own words are better than DuckDB's of the same error.
  if (!status.ok() && !connection_->scan.failed().ok()) status = connection_->scan.failed();
  connection_->scan.SetRows(nullptr);
  return status;
}

void DuckDb::Interrupt() { connection_->duckdb.interrupt(connection_->connection); }

std::string DuckDb::Quote(std::string_view text) { return Doubled(text, '\''); }
std::string DuckDb::QuoteName(std::string_view name) { return Doubled(name, '"'); }

}  // namespace mooring::data
