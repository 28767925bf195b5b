// Session: one connection to tracking.db with what it has compiled and looked up before: its
// statements and the names of interned keys. The writer has one, each reader another.
//
//   ASSIGN_OR_RETURN(Query find, session.Ask("SELECT id FROM runs WHERE uuid = ?"));
//   RETURN_IF_ERROR(find->Start(uuid));
//   ASSIGN_OR_RETURN(const bool found, find->Step());
//
// Cost: a statement is compiled at its first use and kept, up to kKept texts. A Query gives its
// statement back, reset, when it dies; the same text may be asked again meanwhile.
// Thread safety: one thread at a time. Ownership: a Query must die before its Session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "data/store/sqlite.h"

namespace mooring::records {

class Session;

class Query {
 public:
  Query(Query&& other) noexcept
      : session_(std::exchange(other.session_, nullptr)),
        sql_(std::move(other.sql_)),
        statement_(std::move(other.statement_)) {}
  Query& operator=(Query&&) = delete;
  ~Query();
  data::Statement* operator->() { return &*statement_; }
  data::Statement& operator*() { return *statement_; }

 private:
  friend class Session;
  Query(Session* session, std::string sql, data::Statement statement)
      : session_(session), sql_(std::move(sql)), statement_(std::move(statement)) {}
  Session* session_;
  std::string sql_;
  std::optional<data::Statement> statement_;
};

class Session {
 public:
  static constexpr std::size_t kKept = 512;        // statements
  static constexpr std::size_t kNames = 1U << 16;  // of keys, each way

  // The database must outlive the session; Session(Database) owns it.
  explicit Session(data::Database& db) : db_(&db) {}
  explicit Session(data::Database&& db) : own_(std::move(db)), db_(&*own_) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  data::Database& db() { return *db_; }
  Result<Query> Ask(std::string_view sql);
  // Ask, run to the end.
  template <typename... Values>
  Status Run(std::string_view sql, const Values&... values) {
    ASSIGN_OR_RETURN(Query query, Ask(sql));
    return query->Run(values...);
  }

  // The id of a key that is there, or nothing.
  Result<std::optional<std::int64_t>> FindKey(std::int64_t experiment, std::string_view name);
  // The id of a key, made when it is new. For the writer.
  Result<std::int64_t> InternKey(std::int64_t experiment, std::string_view name);
  // The name of a key that stands in a row. A key that is nowhere is kDataLoss.
  Result<std::string> KeyName(std::int64_t key);
  // The same without a copy: stays until Trim or ForgetKeys.
  Result<std::string_view> KeyText(std::int64_t key);
  // Between two pieces of work: forgets names when there are too many of them.
  void Trim();
  // Forgets looked-up ids and names: a change that made some was undone.
  void ForgetKeys();

 private:
  friend class Query;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Texts = std::unordered_map<std::string, data::Statement, Hash, std::equal_to<>>;
  using Names = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;

  void Remember(std::int64_t experiment, std::string_view name, std::int64_t key);

  std::optional<data::Database> own_;
  data::Database* db_;
  Texts kept_;
  std::unordered_map<std::int64_t, Names> ids_;  // of keys, by experiment
  std::unordered_map<std::int64_t, std::string> names_;
  std::size_t known_ = 0;
};

}  // namespace mooring::records
