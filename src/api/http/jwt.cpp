#include "api/http/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cmath>

#include "api/http/base64url.h"
#include "base/crypto/digest.h"
#include "base/ids.h"
#include "base/io/file_system.h"

namespace mooring::api {
namespace {

template <typename T, void (*kFree)(T*)>
struct Freed {
  void operator()(T* object) const { kFree(object); }
};
template <typename T, void (*kFree)(T*)>
using Owned = std::unique_ptr<T, Freed<T, kFree>>;

using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using SumContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Signature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

const unsigned char* Raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
Number NumberOf(std::string_view bytes) {
  return Number(BN_bin2bn(Raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::shared_ptr<EVP_PKEY> FromParameters(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  std::shared_ptr<EVP_PKEY> owned(key, EVP_PKEY_free);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return check != nullptr && EVP_PKEY_public_check(check.get()) == 1 ? owned : nullptr;
}

std::shared_ptr<EVP_PKEY> RsaKey(const std::string& modulus, const std::string& exponent) {
  const Number n = NumberOf(modulus), e = NumberOf(exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || BN_num_bits(n.get()) < 2048 || BN_num_bits(n.get()) > 8192 ||
      BN_num_bits(e.get()) > 64) {
    return nullptr;
  }
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return FromParameters("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> P256Key(const std::string& x, const std::string& y) {
  if (x.size() != 32 || y.size() != 32) return nullptr;
  const std::string point = "\x04" + x + y;
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return FromParameters("EC", builder.get());
}

std::shared_ptr<EVP_PKEY> Ed25519Key(const std::string& x) {
  if (x.size() != 32) return nullptr;
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Raw(x), x.size()), EVP_PKEY_free};
}

std::string_view TextOf(const Json& json, std::string_view key) {
  const auto text = json.GetString(key);
  return text.ok() ? *text : std::string_view();
}

std::string BytesOf(const Json& json, std::string_view key) {
  return DecodeBase64Url(TextOf(json, key)).value_or("");
}

// r and s, 32 bytes each, as OpenSSL wants them (DER); "" when they are not.
std::string DerOf(std::string_view both) {
  if (both.size() != 64) return "";
  const Signature signature(ECDSA_SIG_new());
  Number r = NumberOf(both.substr(0, 32)), s = NumberOf(both.substr(32));
  if (signature == nullptr || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return "";
  static_cast<void>(r.release());  // the signature's now
  static_cast<void>(s.release());
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &bytes);
  if (size <= 0) return "";
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

// A time in seconds since 1970 (RFC 7519: a JSON number), within what our clock can hold.
bool SecondsOf(const Json& json, std::string_view key, Time& time) {
  const auto seconds = json.GetDouble(key);
  constexpr double kYear9999 = 253'402'300'799.0;
  if (!seconds.ok() || !(*seconds >= 0) || *seconds > kYear9999) return false;
  time = Time(std::chrono::duration_cast<Micros>(
      std::chrono::seconds(static_cast<std::int64_t>(std::floor(*seconds)))));
  return true;
}

bool Names(const Json& claims, std::string_view key, std::string_view wanted) {
  const Json* const claim = claims.Find(key);
  if (claim == nullptr) return false;
  if (const auto text = claim->AsString(); text.ok()) return *text == wanted;
  const auto list = claim->AsArray();
  return list.ok() && std::any_of((*list)->begin(), (*list)->end(), [&](const Json& one) {
           const auto text = one.AsString();
           return text.ok() && *text == wanted;
         });
}

// The claim's values: a list of texts, or one text with spaces between.
std::vector<std::string_view> ValuesOf(const Json& claims, std::string_view key) {
  std::vector<std::string_view> values;
  const Json* const claim = claims.Find(key);
  if (claim == nullptr) return values;
  if (const auto text = claim->AsString(); text.ok()) {
    for (std::size_t begin = 0; begin < text->size();) {
      const std::size_t end = std::min(text->find(' ', begin), text->size());
      values.push_back(text->substr(begin, end - begin));
      begin = end + 1;
    }
  } else if (const auto list = claim->AsArray(); list.ok()) {
    for (const Json& one : **list) {
      if (const auto each = one.AsString(); each.ok()) values.push_back(*each);
    }
  }
  return values;
}

Result<Json> ParsePart(std::string_view part) {
  const auto bytes = DecodeBase64Url(part);
  if (!bytes) return Error(Code::kUnauthenticated, "not base64url");
  return Json::Parse(*bytes, {.name = "token"});
}

std::string NameOf(const Json& claims) { return "oidc:" + std::string(TextOf(claims, "sub")); }

}  // namespace

Result<ClaimRule> ParseClaimRule(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Error(Code::kInvalidArgument, "'" + std::string(text) + "' maps no claim to a role")
        .Help("write VALUE=ROLE or VALUE=ROLE@MODEL");
  }
  ClaimRule rule;
  rule.value = text.substr(0, equals);
  const std::string_view rest = text.substr(equals + 1);
  const std::size_t at = std::min(rest.find('@'), rest.size());
  ASSIGN_OR_RETURN(rule.grant.role, records::ParseRole(rest.substr(0, at)));
  rule.grant.model = at == rest.size() ? records::kEveryModel : rest.substr(at + 1);
  if (rule.grant.model != records::kEveryModel) {
    RETURN_IF_ERROR(ValidateName("model", rule.grant.model));
  }
  return rule;
}

Result<std::unique_ptr<JwtVerifier>> JwtVerifier::Make(Options options) {
  CHECK(options.clock != nullptr);
  if (options.issuer.empty() || options.audience.empty()) {
    return Error(Code::kInvalidArgument, "an OpenID provider needs an issuer and an audience")
        .Why("a token for somebody else must not be one for us");
  }
  std::unique_ptr<JwtVerifier> verifier(new JwtVerifier(std::move(options)));
  const std::string& keys = verifier->options_.keys;
  if (!keys.empty() || !verifier->options_.on_unknown_key) {
    RETURN_IF_ERROR(verifier->UseKeys(keys));
  }
  return verifier;
}

JwtVerifier::~JwtVerifier() = default;

Result<JwtVerifier::Key> JwtVerifier::ReadKey(const Json& json) {
  Key key;
  key.id = TextOf(json, "kid");
  const std::string_view kind = TextOf(json, "kty"), curve = TextOf(json, "crv");
  if (kind == "RSA") {
    key.algorithm = Algorithm::kRs256;
    key.key = RsaKey(BytesOf(json, "n"), BytesOf(json, "e"));
  } else if (kind == "EC" && curve == "P-256") {
    key.algorithm = Algorithm::kEs256;
    key.key = P256Key(BytesOf(json, "x"), BytesOf(json, "y"));
  } else if (kind == "OKP" && curve == "Ed25519") {
    key.algorithm = Algorithm::kEdDsa;
    key.key = Ed25519Key(BytesOf(json, "x"));
  } else {
    return Error(Code::kUnsupported, "a key of another kind");
  }
  if (key.key == nullptr) {
    return Error(Code::kInvalidArgument, "the key '" + key.id + "' is damaged or too short");
  }
  return key;
}

// Keys of other kinds, or for encryption, are for others.
Result<JwtVerifier::KeySet> JwtVerifier::ReadKeys(std::string_view text) {
  KeySet keys;
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "key set"}));
  ASSIGN_OR_RETURN(const Json::Array* const list, json.GetArray("keys"));
  for (const Json& each : *list) {
    const std::string_view use = TextOf(each, "use");
    if ((!use.empty() && use != "sig") || TextOf(each, "kid").empty()) continue;
    auto key = ReadKey(each);
    if (!key.ok() && key.error().code() == Code::kUnsupported) continue;
    if (!key.ok()) return key.error();
    if (keys.size() == kKeys) return Error(Code::kTooLarge, "a key set has at most 64 keys");
    keys.push_back(std::move(*key));
  }
  if (!keys.empty()) return keys;
  return Error(Code::kInvalidArgument, "the key set has no key that can be used")
      .Why("keys have a 'kid' and are RSA of 2048 bits and more, EC P-256 or Ed25519");
}

Status JwtVerifier::UseKeys(std::string_view json) {
  ASSIGN_OR_RETURN(KeySet keys, ReadKeys(json));
  const std::lock_guard lock(mutex_);
  keys_ = std::make_shared<const KeySet>(std::move(keys));
  known_.clear();
  return Ok();
}

std::shared_ptr<const JwtVerifier::KeySet> JwtVerifier::Keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

const JwtVerifier::Key* JwtVerifier::KeyOf(const KeySet& keys, const Json& header) const {
  constexpr std::pair<std::string_view, Algorithm> kNames[] = {
      {"RS256", Algorithm::kRs256}, {"ES256", Algorithm::kEs256}, {"EdDSA", Algorithm::kEdDsa}};
  const std::string_view name = TextOf(header, "alg"), id = TextOf(header, "kid");
  // "crit" names extensions that must be understood, and we understand none.
  if (header.Find("crit") != nullptr || header.Find("b64") != nullptr) return nullptr;
  for (const auto& [known, algorithm] : kNames) {
    if (name != known) continue;
    bool known_id = id.empty();
    for (const Key& key : keys) {
      if (key.id == id && key.algorithm == algorithm) return &key;
      known_id = known_id || key.id == id;
    }
    if (!known_id && options_.on_unknown_key) options_.on_unknown_key();
  }
  return nullptr;
}

bool JwtVerifier::IsSigned(const Key& key, std::string_view text, std::string_view signature) {
  const bool ed = key.algorithm == Algorithm::kEdDsa;
  const std::string der = key.algorithm == Algorithm::kEs256 ? DerOf(signature) : "";
  const std::string_view bytes = key.algorithm == Algorithm::kEs256 ? der : signature;
  const SumContext context(EVP_MD_CTX_new());
  return context != nullptr && !bytes.empty() &&
         EVP_DigestVerifyInit(context.get(), nullptr, ed ? nullptr : EVP_sha256(), nullptr,
                              key.key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Raw(bytes), bytes.size(), Raw(text), text.size()) == 1;
}

bool JwtVerifier::Holds(const Json& claims, Time& expires) const {
  const Time now = options_.clock->Now();
  Time from{};
  if (TextOf(claims, "iss") != options_.issuer || !Names(claims, "aud", options_.audience)) {
    return false;
  }
  if (!SecondsOf(claims, "exp", expires) || now >= expires + kSkew) return false;
  if (claims.Find("nbf") == nullptr) return true;
  return SecondsOf(claims, "nbf", from) && now + kSkew >= from;
}

std::vector<records::Grant> JwtVerifier::HeldBy(std::string_view name) const {
  return options_.held ? options_.held(name) : std::vector<records::Grant>();
}

std::shared_ptr<const records::Principal> JwtVerifier::PrincipalOf(
    const Json& claims, const std::vector<records::Grant>& held) const {
  const std::string name = NameOf(claims);
  if (name.size() == 5 || !records::ValidatePrincipalName(name).ok()) return nullptr;
  std::vector<records::Grant> grants, all = held;
  const auto values = ValuesOf(claims, options_.claim);
  for (const ClaimRule& rule : options_.rules) {
    if (std::find(values.begin(), values.end(), rule.value) == values.end()) continue;
    // What may not stand together stands alone: the first rule wins.
    if (!records::CheckDuties(all, rule.grant).ok()) continue;
    grants.push_back(rule.grant);
    all.push_back(rule.grant);
  }
  // All tokens are of one issuer: the name is the person.
  return std::make_shared<const records::Principal>(
      name, grants, budgets_.Of(name, options_.clock->Monotonic().count()));
}

std::shared_ptr<const records::Principal> JwtVerifier::Verify(std::string_view token) const {
  if (token.size() > kTokenBytes) return nullptr;
  const std::shared_ptr<const KeySet> keys = Keys();
  const Digest digest = Sha256Of(AsBytes(token));
  const std::string seen(AsText(digest));
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(seen);
    if (found != known_.end() && options_.clock->Now() < found->second.expires + kSkew &&
        HeldBy(found->second.principal->name()) == found->second.held) {
      return found->second.principal;
    }
  }
  const std::size_t first = token.find('.'), second = token.find('.', first + 1);
  if (first == token.npos || second == token.npos || token.find('.', second + 1) != token.npos) {
    return nullptr;
  }
  const auto header = ParsePart(token.substr(0, first));
  const auto signature = DecodeBase64Url(token.substr(second + 1));
  const Key* const key = header.ok() && header->IsObject() ? KeyOf(*keys, *header) : nullptr;
  if (key == nullptr || !signature || !IsSigned(*key, token.substr(0, second), *signature)) {
    return nullptr;
  }
  const auto claims = ParsePart(token.substr(first + 1, second - first - 1));
  Time expires{};
  if (!claims.ok() || !claims->IsObject() || !Holds(*claims, expires)) return nullptr;
  const std::vector<records::Grant> held = HeldBy(NameOf(*claims));
  auto principal = PrincipalOf(*claims, held);
  if (principal == nullptr) return nullptr;
  const std::lock_guard lock(mutex_);
  if (keys_ != keys) return nullptr;  // changed meanwhile: to be looked at anew
  if (known_.size() >= kRemembered) known_.clear();
  known_[seen] = {principal, expires, held};
  return principal;
}

}  // namespace mooring::api
