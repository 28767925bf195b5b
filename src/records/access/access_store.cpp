#include "records/access/access_store.h"

#include <algorithm>
#include <cstring>

#include "base/ids.h"
#include "base/limits.h"
#include "records/access/access_schema.h"
#include "records/access/person.h"
#include "records/access/principal.h"
#include "records/access/token_text.h"

namespace mooring::records {
namespace {

using data::Statement;
using data::Transaction;

constexpr std::string_view kTokenColumns =
    "SELECT id, principal, label, author, roles, models, per_second, at_once, created_us, "
    "expires_us, revoked_us, used_us, replaced_by, hash FROM tokens ";

std::int64_t MicrosOf(Time time) { return time.time_since_epoch().count(); }
Time TimeOf(std::int64_t micros) { return Time(Micros(micros)); }

std::vector<std::string> ModelsOf(std::string_view text) {
  std::vector<std::string> models;
  if (text == kEveryModel) return models;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    models.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return models;
}

TokenRecord TokenOf(const Statement& row) {
  TokenRecord token;
  token.id = static_cast<std::uint64_t>(row.Int(0));
  token.principal = row.String(1);
  token.label = row.String(2);
  token.author = row.String(3);
  token.scope.roles = static_cast<RoleSet>(row.Int(4));
  token.scope.models = ModelsOf(row.Text(5));
  token.caps.requests_per_second = static_cast<std::uint32_t>(row.Int(6));
  token.caps.at_once = static_cast<std::uint32_t>(row.Int(7));
  token.created = TimeOf(row.Int(8));
  token.expires = TimeOf(row.Int(9));
  token.revoked = TimeOf(row.Int(10));
  token.used = TimeOf(row.Int(11));
  token.replaced_by = static_cast<std::uint64_t>(row.Int(12));
  const ByteSpan hash = row.Bytes(13);
  if (hash.size() == token.hash.size()) std::memcpy(token.hash.data(), hash.data(), hash.size());
  return token;
}

Status CheckScope(const TokenScope& scope) {
  if (scope.roles == 0 || (scope.roles & ~kAllRoles) != 0) {
    return Error(Code::kInvalidArgument, "a token has at least one role");
  }
  if (scope.models.size() > kModelsOfToken) {
    return Error(Code::kTooLarge, "a token names at most 256 models")
        .Help("leave them out for all");
  }
  for (const std::string& model : scope.models) RETURN_IF_ERROR(ValidateName("model", model));
  return Ok();
}

Status CheckRequest(const TokenRequest& request) {
  RETURN_IF_ERROR(ValidatePrincipalName(request.principal));
  RETURN_IF_ERROR(CheckScope(request.scope));
  if (request.lifetime.count() <= 0 || request.lifetime > kLongestToken) {
    return Error(Code::kInvalidArgument, "a token lives for a while and at most 365 days")
        .Help("rotate it before it ends: mooring token rotate ID");
  }
  if (request.label.size() > limits::kNameBytes || request.author.size() > limits::kNameBytes) {
    return Error(Code::kTooLarge, "labels and authors have at most 128 bytes");
  }
  if (request.caps.requests_per_second == 0 || request.caps.at_once == 0) {
    return Error(Code::kInvalidArgument, "a token that may ask nothing is no token");
  }
  return Ok();
}

std::string Detail(const TokenScope& scope) {
  return RoleNames(scope.roles) + " of " + ModelNames(scope.models);
}

}  // namespace

std::string_view TokenRecord::State(Time now) const {
  return IsRevoked(now) ? "revoked" : expires <= now ? "expired" : "active";
}

std::string ModelNames(const std::vector<std::string>& models) {
  if (models.empty()) return std::string(kEveryModel);
  std::string text;
  for (const std::string& model : models) text += (text.empty() ? "" : ",") + model;
  return text;
}

Status ValidateGrant(const Grant& grant) {
  return grant.model == kEveryModel ? Ok() : ValidateName("model", grant.model);
}

Result<std::unique_ptr<AccessStore>> AccessStore::Open(Options options) {
  CHECK(options.clock != nullptr);
  ASSIGN_OR_RETURN(data::Database db, data::Database::Open(options.path, {}));
  RETURN_IF_ERROR(db.Migrate(AccessSchema()));
  return std::unique_ptr<AccessStore>(new AccessStore(std::move(options), std::move(db)));
}

Status AccessStore::Witness(AccessEvent event) const {
  return options_.witness ? options_.witness(event) : Ok();
}

Result<TokenRecord> AccessStore::Find(std::uint64_t id) {
  ASSIGN_OR_RETURN(Statement read, db_.Prepare(std::string(kTokenColumns) + "WHERE id = ?"));
  RETURN_IF_ERROR(read.Start(static_cast<std::int64_t>(id)));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (found) return TokenOf(read);
  return Error(Code::kNotFound, "there is no token " + std::to_string(id))
      .Help("mooring token list");
}

Result<std::vector<Grant>> AccessStore::GrantsOf(const std::string& principal) {
  ASSIGN_OR_RETURN(Statement read,
                   db_.Prepare("SELECT role, model FROM grants WHERE principal = ?"));
  RETURN_IF_ERROR(read.Start(principal));
  std::vector<Grant> grants;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return grants;
    grants.push_back({static_cast<Role>(read.Int(0)), read.String(1)});
  }
}

Result<std::vector<Grant>> AccessStore::GrantsOfPerson(const std::string& principal) {
  const std::string person = PersonOf(principal);
  ASSIGN_OR_RETURN(Statement read, db_.Prepare("SELECT principal, role, model FROM grants"));
  RETURN_IF_ERROR(read.Start());
  std::vector<Grant> grants;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return grants;
    if (PersonOf(read.String(0)) != person) continue;
    grants.push_back({static_cast<Role>(read.Int(1)), read.String(2)});
  }
}

Status AccessStore::PutGrant(const std::string& principal, const Grant& grant,
                             const std::string& author, Time now) {
  ASSIGN_OR_RETURN(const auto held, GrantsOf(principal));
  if (std::find(held.begin(), held.end(), grant) != held.end()) return Ok();
  AccessEvent event{.who = author,
                    .action = "grant add",
                    .subject = principal,
                    .detail = std::string(RoleName(grant.role)) + " of " + grant.model};
  ASSIGN_OR_RETURN(const auto of_person, GrantsOfPerson(principal));
  if (Status duties = CheckDuties(of_person, grant); !duties.ok()) {
    event.allowed = false;
    event.detail += ": " + duties.error().message();
    static_cast<void>(Witness(std::move(event)));
    return duties;
  }
  RETURN_IF_ERROR(Witness(std::move(event)));
  ASSIGN_OR_RETURN(Statement add, db_.Prepare("INSERT INTO grants VALUES(?, ?, ?, ?, ?)"));
  return add.Run(principal, static_cast<int>(grant.role), grant.model, author, MicrosOf(now));
}

Status AccessStore::GrantScope(const TokenRequest& request, Time now) {
  const std::vector<std::string> every = {std::string(kEveryModel)};
  const auto& models = request.scope.models.empty() ? every : request.scope.models;
  for (const RoleRow& row : kRoleTable) {
    if ((request.scope.roles & SetOf(row.role)) == 0) continue;
    for (const std::string& model : models) {
      ASSIGN_OR_RETURN(const auto held, GrantsOf(request.principal));
      // A role over every model is one over this.
      const Grant wide{row.role, std::string(kEveryModel)};
      if (std::find(held.begin(), held.end(), wide) != held.end()) continue;
      RETURN_IF_ERROR(PutGrant(request.principal, {row.role, model}, request.author, now));
    }
  }
  return Ok();
}

Result<NewToken> AccessStore::Insert(const TokenRequest& request, std::string_view secret,
                                     Time now) {
  NewToken made;
  made.text = TokenText(secret);
  TokenRecord& token = made.record;
  token.principal = request.principal;
  token.label = request.label;
  token.author = request.author;
  token.scope = request.scope;
  token.caps = request.caps;
  token.created = now;
  token.expires = now + request.lifetime;
  token.hash = HashOfToken(made.text);
  ASSIGN_OR_RETURN(Statement add,
                   db_.Prepare("INSERT INTO tokens(principal, label, hash, roles, models, "
                               "per_second, at_once, author, created_us, expires_us) "
                               "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  RETURN_IF_ERROR(add.Run(token.principal, token.label, ByteSpan(token.hash), token.scope.roles,
                          ModelNames(token.scope.models), token.caps.requests_per_second,
                          token.caps.at_once, token.author, MicrosOf(now),
                          MicrosOf(token.expires)));
  token.id = static_cast<std::uint64_t>(db_.last_insert_id());
  return made;
}

Result<NewToken> AccessStore::CreateToken(const TokenRequest& request, std::string_view secret) {
  RETURN_IF_ERROR(CheckRequest(request));
  const std::lock_guard lock(mutex_);
  const Time now = options_.clock->Now();
  ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(db_));
  RETURN_IF_ERROR(GrantScope(request, now));
  ASSIGN_OR_RETURN(NewToken made, Insert(request, secret, now));
  RETURN_IF_ERROR(Witness({.who = request.author,
                           .action = "token create",
                           .subject = request.principal + " #" + std::to_string(made.record.id),
                           .detail = Detail(request.scope)}));
  RETURN_IF_ERROR(change.Commit());
  return made;
}

Result<NewToken> AccessStore::RotateToken(std::uint64_t id, std::chrono::seconds overlap,
                                          const std::string& author, std::string_view secret) {
  if (overlap.count() < 0 || overlap > kLongestOverlap) {
    return Error(Code::kInvalidArgument,
                 "an old token stays for at most 30 days beside its new one");
  }
  const std::lock_guard lock(mutex_);
  const Time now = options_.clock->Now();
  ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(db_));
  ASSIGN_OR_RETURN(const TokenRecord old, Find(id));
  if (const auto state = old.State(now); state != "active" || old.replaced_by != 0) {
    return Error(Code::kConflict, "token " + std::to_string(id) + " is " +
                                      (state == "active" ? "replaced" : std::string(state)))
        .Help("make a new one: mooring token create");
  }
  const TokenRequest request{
      .principal = old.principal,
      .label = old.label,
      .author = author,
      .scope = old.scope,
      .lifetime = std::chrono::duration_cast<std::chrono::seconds>(old.expires - old.created),
      .caps = old.caps};
  ASSIGN_OR_RETURN(NewToken made, Insert(request, secret, now));
  const Time end = std::min(old.expires, std::max(now + overlap, old.created + Micros(1)));
  ASSIGN_OR_RETURN(Statement mark, db_.Prepare("UPDATE tokens SET replaced_by = ?, expires_us = ? "
                                               "WHERE id = ?"));
  RETURN_IF_ERROR(mark.Run(made.record.id, MicrosOf(end), id));
  RETURN_IF_ERROR(Witness({.who = author,
                           .action = "token rotate",
                           .subject = old.principal + " #" + std::to_string(id),
                           .detail = "by #" + std::to_string(made.record.id)}));
  RETURN_IF_ERROR(change.Commit());
  return made;
}

Result<TokenRecord> AccessStore::RevokeToken(std::uint64_t id, const std::string& author,
                                             const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(db_));
  ASSIGN_OR_RETURN(TokenRecord token, Find(id));
  if (token.revoked != Time{}) {
    return Error(Code::kConflict, "token " + std::to_string(id) + " is revoked already")
        .Why("since " + FormatTime(token.revoked));
  }
  token.revoked = options_.clock->Now();
  RETURN_IF_ERROR(Witness({.who = author,
                           .action = "token revoke",
                           .subject = token.principal + " #" + std::to_string(id),
                           .detail = reason}));
  ASSIGN_OR_RETURN(Statement mark, db_.Prepare("UPDATE tokens SET revoked_us = ? WHERE id = ?"));
  RETURN_IF_ERROR(mark.Run(MicrosOf(token.revoked), id));
  RETURN_IF_ERROR(change.Commit());
  return token;
}

Result<TokenRecord> AccessStore::Token(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  return Find(id);
}

Status AccessStore::AddGrant(const std::string& principal, const Grant& grant,
                             const std::string& author) {
  RETURN_IF_ERROR(ValidatePrincipalName(principal));
  RETURN_IF_ERROR(ValidateGrant(grant));
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(db_));
  RETURN_IF_ERROR(PutGrant(principal, grant, author, options_.clock->Now()));
  return change.Commit();
}

Status AccessStore::RemoveGrant(const std::string& principal, const Grant& grant,
                                const std::string& author) {
  const std::lock_guard lock(mutex_);
  const std::string detail = std::string(RoleName(grant.role)) + " of " + grant.model;
  ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(db_));
  ASSIGN_OR_RETURN(const auto held, GrantsOf(principal));
  if (std::find(held.begin(), held.end(), grant) == held.end()) {
    return Error(Code::kNotFound, "'" + principal + "' is not " + detail)
        .Help("mooring access list");
  }
  RETURN_IF_ERROR(
      Witness({.who = author, .action = "grant remove", .subject = principal, .detail = detail}));
  ASSIGN_OR_RETURN(Statement drop, db_.Prepare("DELETE FROM grants WHERE principal = ? "
                                               "AND role = ? AND model = ?"));
  RETURN_IF_ERROR(drop.Run(principal, static_cast<int>(grant.role), grant.model));
  return change.Commit();
}

Result<AccessFacts> AccessStore::Facts() {
  const std::lock_guard lock(mutex_);
  AccessFacts facts;
  RETURN_IF_ERROR(db_.Execute("BEGIN"));
  const Status read = [&]() -> Status {
    ASSIGN_OR_RETURN(Statement tokens, db_.Prepare(std::string(kTokenColumns) + "ORDER BY id"));
    ASSIGN_OR_RETURN(Statement grants,
                     db_.Prepare("SELECT principal, author, role, model, created_us FROM grants "
                                 "ORDER BY principal, role, model"));
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, tokens.Step());
      if (!more) break;
      facts.tokens.push_back(TokenOf(tokens));
      had_tokens_ = true;
    }
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, grants.Step());
      if (!more) return Ok();
      facts.grants.push_back({grants.String(0),
                              grants.String(1),
                              {static_cast<Role>(grants.Int(2)), grants.String(3)},
                              TimeOf(grants.Int(4))});
    }
  }();
  static_cast<void>(db_.Execute("ROLLBACK"));
  RETURN_IF_ERROR(read);
  return facts;
}

Result<std::int64_t> AccessStore::ChangesOfOthers() {
  constexpr std::int64_t kOfOneFile = std::int64_t{1} << 32;  // data_version has 32 bits
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(CheckThere());
  ASSIGN_OR_RETURN(Statement read, db_.Prepare("PRAGMA data_version"));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  return opened_ * kOfOneFile + (found ? read.Int(0) : 0);
}

// Without a token everybody may do everything: a file without one is no other file's successor.
Status AccessStore::CheckThere() {
  if (!db_.IsMoved()) return Ok();
  const auto gone = [&](std::string what, std::string why) {
    return Error(Code::kUnavailable, std::move(what))
        .Where(options_.path)
        .Why(std::move(why))
        .Help("put it back, or its newest copy: it is read again at once");
  };
  auto there = data::Database::OpenThere(options_.path);
  if (!there.ok()) {
    return gone("the file of tokens and grants is gone",
                "those that are known stay as they are until the server ends");
  }
  Status read = there->Migrate(AccessSchema());
  if (read.ok()) {
    auto count = there->Prepare("SELECT count(*) FROM tokens");
    const auto found = count.ok() ? count->Step() : Result<bool>(count.error());
    const bool any = found.ok() && *found && count->Int(0) != 0;
    if (!any && (!found.ok() || had_tokens_)) read = Error(Code::kDataLoss, "it has no token");
  }
  if (!read.ok()) {
    return gone("another file stands in the place of the tokens and grants",
                read.error().message());
  }
  db_ = std::move(there).value();
  ++opened_;
  return Ok();
}

Status AccessStore::NoteUses(const std::vector<std::pair<std::uint64_t, Time>>& uses) {
  if (uses.empty()) return Ok();
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(Transaction change, Transaction::Begin(db_));
  ASSIGN_OR_RETURN(Statement note,
                   db_.Prepare("UPDATE tokens SET used_us = max(used_us, ?) WHERE id = ?"));
  for (const auto& [id, at] : uses) RETURN_IF_ERROR(note.Run(MicrosOf(at), id));
  return change.Commit();
}

}  // namespace mooring::records
