#include "records/tracking/sqlite/session.h"

#include <fmt/format.h>

namespace mooring::records {

using data::Statement;

Query::~Query() {
  if (session_ == nullptr || !statement_.has_value()) return;
  statement_->Reset();
  if (session_->kept_.size() >= Session::kKept) session_->kept_.clear();
  session_->kept_.insert_or_assign(std::move(sql_), std::move(*statement_));
}

Result<Query> Session::Ask(std::string_view sql) {
  if (auto kept = kept_.find(sql); kept != kept_.end()) {
    auto node = kept_.extract(kept);
    return Query(this, std::move(node.key()), std::move(node.mapped()));
  }
  ASSIGN_OR_RETURN(Statement statement, db_->Prepare(sql));
  return Query(this, std::string(sql), std::move(statement));
}

void Session::Remember(std::int64_t experiment, std::string_view name, std::int64_t key) {
  if (++known_ > kNames) {
    ids_.clear();
    known_ = 1;
  }
  ids_[experiment].insert_or_assign(std::string(name), key);
}

Result<std::optional<std::int64_t>> Session::FindKey(std::int64_t experiment,
                                                     std::string_view name) {
  if (const auto names = ids_.find(experiment); names != ids_.end()) {
    if (const auto known = names->second.find(name); known != names->second.end()) {
      return std::optional(known->second);
    }
  }
  ASSIGN_OR_RETURN(Query find, Ask("SELECT id FROM keys WHERE experiment = ? AND name = ?"));
  RETURN_IF_ERROR(find->Start(experiment, name));
  ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) return std::optional<std::int64_t>();
  Remember(experiment, name, find->Int(0));
  return std::optional(find->Int(0));
}

Result<std::int64_t> Session::InternKey(std::int64_t experiment, std::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> known, FindKey(experiment, name));
  if (known.has_value()) return *known;
  RETURN_IF_ERROR(Run("INSERT INTO keys(experiment, name) VALUES(?, ?)", experiment, name));
  const std::int64_t key = db_->last_insert_id();
  Remember(experiment, name, key);
  return key;
}

Result<std::string> Session::KeyName(std::int64_t key) {
  ASSIGN_OR_RETURN(const std::string_view name, KeyText(key));
  return std::string(name);
}

Result<std::string_view> Session::KeyText(std::int64_t key) {
  if (const auto known = names_.find(key); known != names_.end()) {
    return std::string_view(known->second);
  }
  ASSIGN_OR_RETURN(Query find, Ask("SELECT name FROM keys WHERE id = ?"));
  RETURN_IF_ERROR(find->Start(key));
  ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) return Error(Code::kDataLoss, fmt::format("no key {} in tracking.db", key));
  return std::string_view(names_.emplace(key, find->String(0)).first->second);
}

void Session::Trim() {
  if (names_.size() > kNames) names_.clear();
}

void Session::ForgetKeys() {
  ids_.clear();
  names_.clear();
  known_ = 0;
}

}  // namespace mooring::records
