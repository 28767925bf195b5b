// AccessStore: tokens and grants, durably: one SQLite file, access.db, beside the registry's. The
// command line changes it, a running server reads it (records/access/access_book.h).
//
// A token's text is given back once, when it is made, and is not kept. A token opens what its scope
// (roles over models) and its principal's grants have in common, so that taking a grant away takes
// it from every token. Making a token grants its scope, unless that would join duties that must be
// separate.
//
// Thread safety: from any thread; calls wait for each other, other processes have stores of their
// own. Failure: what SQLite says; kFailedPrecondition for duties, kInvalidArgument, kNotFound,
// kConflict for what is over already. A call that fails changes nothing.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/crypto/digest.h"
#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/access/access_event.h"
#include "records/access/caller_budget.h"
#include "records/access/permissions.h"

namespace mooring::records {

inline constexpr std::chrono::hours kLongestToken{365 * 24};
inline constexpr std::chrono::hours kLongestOverlap{30 * 24};  // of an old token with its new one
inline constexpr std::size_t kModelsOfToken = 256;

struct TokenScope {
  RoleSet roles = 0;
  std::vector<std::string> models;  // empty: every model
};

struct TokenRecord {
  std::uint64_t id = 0;
  std::string principal, label, author;
  TokenScope scope;
  CallerCaps caps;
  Time created{}, expires{}, revoked{}, used{};  // 1970: never
  std::uint64_t replaced_by = 0;
  Digest hash{};

  bool IsRevoked(Time now) const { return revoked != Time{} && revoked <= now; }
  // "active", "expired", "revoked"
  std::string_view State(Time now) const;
};

struct TokenRequest {
  std::string principal, label, author;
  TokenScope scope;
  std::chrono::seconds lifetime{};  // above 0, at most kLongestToken
  CallerCaps caps;
};

struct NewToken {
  TokenRecord record;
  std::string text;  // the only time it is anywhere
};

struct GrantRecord {
  std::string principal, author;
  Grant grant;
  Time created{};
};

struct AccessFacts {
  std::vector<TokenRecord> tokens;
  std::vector<GrantRecord> grants;
};

class AccessStore {
 public:
  struct Options {
    std::string path;              // made when absent; ":memory:" for what nobody keeps
    const Clock* clock = nullptr;  // required
    AccessWitness witness;
  };
  static Result<std::unique_ptr<AccessStore>> Open(Options options);

  // `secret`: kSecretBytes random bytes.
  Result<NewToken> CreateToken(const TokenRequest& request, std::string_view secret);
  // The same scope, principal and length of life; the old one ends after `overlap`.
  Result<NewToken> RotateToken(std::uint64_t id, std::chrono::seconds overlap,
                               const std::string& author, std::string_view secret);
  Result<TokenRecord> RevokeToken(std::uint64_t id, const std::string& author,
                                  const std::string& reason);
  Result<TokenRecord> Token(std::uint64_t id);

  Status AddGrant(const std::string& principal, const Grant& grant, const std::string& author);
  Status RemoveGrant(const std::string& principal, const Grant& grant, const std::string& author);

  // All of it, on one snapshot; in the order of ids, principals, roles.
  Result<AccessFacts> Facts();
  // Changes when another connection changed the file; our own writes do not move it. kUnavailable
  // while the file is not where it was opened: until it is back, or a copy of it that has a token
  // where there was one.
  Result<std::int64_t> ChangesOfOthers();
  // When tokens were last used; of no consequence, so unsynced uses may be lost.
  Status NoteUses(const std::vector<std::pair<std::uint64_t, Time>>& uses);

 private:
  AccessStore(Options options, data::Database db)
      : options_(std::move(options)), db_(std::move(db)) {}
  // All below: mutex_ is held.
  Status CheckThere();
  Status Witness(AccessEvent event) const;
  Result<TokenRecord> Find(std::uint64_t id);
  Result<std::vector<Grant>> GrantsOf(const std::string& principal);
  // Under every name of theirs (records/access/person.h).
  Result<std::vector<Grant>> GrantsOfPerson(const std::string& principal);
  Status GrantScope(const TokenRequest& request, Time now);
  Status PutGrant(const std::string& principal, const Grant& grant, const std::string& author,
                  Time now);
  Result<NewToken> Insert(const TokenRequest& request, std::string_view secret, Time now);

  const Options options_;
  std::mutex mutex_;  // guards what follows
  data::Database db_;
  std::int64_t opened_ = 0;  // times
  bool had_tokens_ = false;
};

// kInvalidArgument unless the model is a name or '*'.
Status ValidateGrant(const Grant& grant);
// "*", or names with commas between.
std::string ModelNames(const std::vector<std::string>& models);

}  // namespace mooring::records
