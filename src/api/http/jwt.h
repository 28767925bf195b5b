// JwtVerifier: bearer tokens of an OpenID provider (RFC 7519): signed by a key of its key set
// (RFC 7517), for us, and now. Signatures are RS256, ES256 or EdDSA (Ed25519); what else a header
// may claim, "none" and shared secrets among them, is refused, and so is a key of another kind than
// the header's word: the words of an attacker choose nothing but the key's id.
//
// A token that was taken is looked at again when the keys change.
//
// Claims become roles by a mapping that the operator writes, not the provider.
//
// Thread safety: any thread. Failure: Verify is null for every reason alike; Make says what is
// wrong with the options. Cost: one signature check, about 50 us to 150 us; a token that was seen
// before costs a SHA-256 and a look-up. Memory: kRemembered tokens. What a caller may ask is
// bounded by their name, whatever number of tokens they show.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/text/json.h"
#include "records/access/person_budgets.h"
#include "records/access/principal.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace mooring::api {

// "pricing=scorer@flight-cover", "mooring-admins=admin": who has this value in the claim has this
// role, over one model or every one.
struct ClaimRule {
  std::string value;
  records::Grant grant;
};
Result<ClaimRule> ParseClaimRule(std::string_view text);

class JwtVerifier {
 public:
  static constexpr std::size_t kTokenBytes = 16 * 1024;
  static constexpr std::chrono::seconds kSkew{60};  // that two machines' clocks may differ
  static constexpr std::size_t kRemembered = 1024;
  static constexpr std::size_t kKeys = 64;

  struct Options {
    std::string issuer, audience;  // required: exactly these
    std::string keys;              // the key set, JSON; "" when UseKeys gives it later
    // Told, on the caller's thread, of a token that names a key that is not in the set: it must not
    // block. The token is refused; its sender comes again.
    std::function<void()> on_unknown_key = {};
    std::string claim = "roles";  // a text, texts with spaces between, or a list of them
    std::vector<ClaimRule> rules;
    // What the same person holds by other proofs: it is not given by this token, and what may not
    // stand beside it is not given either. Any thread; empty: nothing.
    std::function<std::vector<records::Grant>(std::string_view name)> held = {};
    const Clock* clock = nullptr;  // required
  };
  static Result<std::unique_ptr<JwtVerifier>> Make(Options options);
  ~JwtVerifier();

  // Null: not from the issuer, not for us, not now, or not a token at all.
  std::shared_ptr<const records::Principal> Verify(std::string_view token) const;
  // Another set in the place of the one before; tokens are looked at anew. When it has no sense the
  // one before stays, and the error says why.
  Status UseKeys(std::string_view json);
  std::size_t keys() const { return Keys()->size(); }

 private:
  enum class Algorithm : unsigned char { kRs256, kEs256, kEdDsa };
  struct Key {
    std::string id;
    Algorithm algorithm;
    std::shared_ptr<EVP_PKEY> key;
  };
  struct Known {
    std::shared_ptr<const records::Principal> principal;
    Time expires;
    std::vector<records::Grant> held;  // then
  };

  using KeySet = std::vector<Key>;
  explicit JwtVerifier(Options options) : options_(std::move(options)) {}
  static Result<KeySet> ReadKeys(std::string_view text);
  static Result<Key> ReadKey(const Json& json);
  std::shared_ptr<const KeySet> Keys() const;
  const Key* KeyOf(const KeySet& keys, const Json& header) const;
  static bool IsSigned(const Key& key, std::string_view text, std::string_view signature);
  // The time it ends, when its claims hold now.
  bool Holds(const Json& claims, Time& expires) const;
  std::vector<records::Grant> HeldBy(std::string_view name) const;
  // Null: the claims name nobody.
  std::shared_ptr<const records::Principal> PrincipalOf(
      const Json& claims, const std::vector<records::Grant>& held) const;

  const Options options_;
  mutable records::PersonBudgets budgets_;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const KeySet> keys_ = std::make_shared<const KeySet>();
  mutable std::unordered_map<std::string, Known> known_;  // by SHA-256 of the token
};

}  // namespace mooring::api
