#include "api/http/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "api/http/base64url.h"
#include "api/http/jwt_for_tests.h"
#include "base/crypto/digest.h"
#include "base/io/file_system.h"

namespace mooring::api {
namespace {

using records::Permission;
using records::Role;

using SigningKey = JwtSigningKey;

class JwtTest : public ::testing::Test {
 protected:
  static const SigningKey& Rsa() {
    static const SigningKey key(EVP_RSA_gen(2048), "rsa");
    return key;
  }
  static const SigningKey& Ec() {
    static const SigningKey key(EVP_EC_gen("P-256"), "ec");
    return key;
  }
  static const SigningKey& Ed() {
    static const SigningKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "ed");
    return key;
  }
  JwtVerifier::Options Options() {
    JwtVerifier::Options options;
    options.issuer = "https://id.example";
    options.audience = "mooring";
    options.keys = "{\"keys\":[" + Rsa().Json() + "," + Ec().Json() + "," + Ed().Json() + "," +
                   R"({"kty":"oct","kid":"shared","k":"c2VjcmV0"},)" +
                   R"({"kty":"RSA","use":"enc","kid":"enc","n":"AQ","e":"AQ"}]})";
    options.rules = {{"pricing", {Role::kScorer, "m"}}, {"chiefs", {Role::kAdmin, "*"}}};
    options.clock = &clock_;
    return options;
  }
  void SetUp() override {
    auto made = JwtVerifier::Make(Options());
    ASSERT_TRUE(made.ok()) << made.error().ToString();
    verifier_ = std::move(*made);
  }
  std::int64_t Now(std::int64_t more = 0) const {
    return std::chrono::floor<std::chrono::seconds>(clock_.Now()).time_since_epoch().count() + more;
  }
  std::string Claims(const std::string& more = "") const {
    return R"({"iss":"https://id.example","sub":"ann","aud":"mooring","roles":["pricing"],"exp":)" +
           std::to_string(Now(300)) + more + "}";
  }
  static std::string Token(const std::string& header, const std::string& claims,
                           const SigningKey& key) {
    const std::string text = EncodeBase64Url(header) + "." + EncodeBase64Url(claims);
    return text + "." + EncodeBase64Url(key.Sign(text));
  }
  static std::string Header(const std::string& alg, const std::string& kid) {
    return R"({"alg":")" + alg + R"(","kid":")" + kid + "\"}";
  }
  bool Takes(const std::string& claims) const {
    return verifier_->Verify(Token(Header("EdDSA", "ed"), claims, Ed())) != nullptr;
  }

  SimulatedClock clock_;
  std::unique_ptr<JwtVerifier> verifier_;
};

TEST_F(JwtTest, TakesTheThreeAlgorithms) {
  EXPECT_EQ(verifier_->keys(), 3U);
  for (const auto& [alg, key] : {std::pair("RS256", Rsa()), {"ES256", Ec()}, {"EdDSA", Ed()}}) {
    for (int i = 0; i < 2; ++i) {  // read, then remembered
      const auto ann = verifier_->Verify(Token(Header(alg, key.id), Claims(), key));
      ASSERT_NE(ann, nullptr) << alg;
      EXPECT_EQ(ann->name(), "oidc:ann");
      EXPECT_TRUE(ann->May(Permission::kPredict, "m"));
      EXPECT_FALSE(ann->Sees("n"));
      EXPECT_FALSE(ann->MaySomewhere(Permission::kAdminister));
    }
  }
}

TEST_F(JwtTest, RefusesWhatTheHeaderClaims) {
  const std::string claims = Claims();
  const std::string ed = R"("alg":"EdDSA","kid":"ed")";
  const std::string headers[] = {
      Header("none", "ed"),
      Header("None", "ed"),
      Header("HS256", "ed"),
      Header("HS256", "shared"),
      Header("RS256", "ed"),  // another kind than the key's
      Header("ES256", "ed"),
      Header("PS256", "rsa"),
      Header("RS512", "rsa"),
      Header("ES384", "ec"),
      Header("eddsa", "ed"),
      Header("EdDSA", "ED"),
      Header("EdDSA", "unknown"),
      Header("EdDSA", ""),
      Header("EdDSA", "../ed"),
      R"({"alg":"EdDSA"})",
      R"({"kid":"ed"})",
      R"({"alg":["EdDSA"],"kid":"ed"})",
      "{" + ed + R"(,"crit":["x"],"x":1})",
      "{" + ed + R"(,"b64":false})",
      "[]",
      "null",
      "",
      "{" + ed,
  };
  for (const std::string& header : headers) {
    EXPECT_EQ(verifier_->Verify(Token(header, claims, Ed())), nullptr) << header;
  }
  EXPECT_NE(verifier_->Verify(Token("{" + ed + R"(,"typ":"JWT"})", claims, Ed())), nullptr);
}

TEST_F(JwtTest, RefusesAPublicKeyUsedAsASecret) {
  const std::string secret = Rsa().Json();
  const std::string text =
      EncodeBase64Url(Header("HS256", "rsa")) + "." + EncodeBase64Url(Claims());
  const Digest sum = HmacSha256(AsBytes(secret), AsBytes(text));
  EXPECT_EQ(verifier_->Verify(text + "." + EncodeBase64Url(AsText(sum))), nullptr);
}

TEST_F(JwtTest, RefusesEveryChangedByteAndEveryPiece) {
  const std::string good = Token(Header("EdDSA", "ed"), Claims(), Ed());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(verifier_->Verify(bad), nullptr) << i;
    EXPECT_EQ(verifier_->Verify(good.substr(0, i)), nullptr) << i;
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good + ".",
        good + ".x", good + "=", " " + good, good + "\n", std::string(1'000'000, 'a'),
        std::string("a.b.c"), good.substr(0, good.rfind('.') + 1)}) {
    EXPECT_EQ(verifier_->Verify(bad), nullptr) << bad.substr(0, 60);
  }
  EXPECT_EQ(verifier_->Verify(Token(Header("EdDSA", "ed"), Claims(), Rsa())), nullptr);
  const std::string ec = Token(Header("ES256", "ec"), Claims(), Ec());
  const std::string zero = ec.substr(0, ec.rfind('.') + 1) + EncodeBase64Url(std::string(64, '\0'));
  EXPECT_EQ(verifier_->Verify(zero), nullptr) << "r = s = 0";
}

TEST_F(JwtTest, HoldsOnlyFromTheIssuerForUsAndNow) {
  const std::string who = R"({"iss":"https://id.example","sub":"ann",)";
  const auto until = [&](std::int64_t seconds) {
    return "\"exp\":" + std::to_string(Now(seconds));
  };
  const auto from = [&](std::int64_t seconds) {
    return ",\"nbf\":" + std::to_string(Now(seconds)) + "}";
  };
  const std::string ours = who + R"("aud":"mooring",)";
  EXPECT_TRUE(Takes(ours + until(10) + "}"));
  EXPECT_TRUE(Takes(ours + until(-59) + "}")) << "within what clocks differ";
  EXPECT_FALSE(Takes(ours + until(-60) + "}"));
  EXPECT_FALSE(Takes(ours + until(-300) + "}")) << "5 minutes of skew";
  EXPECT_TRUE(Takes(ours + until(900) + from(60)));
  EXPECT_FALSE(Takes(ours + until(900) + from(61)));
  EXPECT_FALSE(Takes(ours + until(900) + R"(,"nbf":"now"})"));
  EXPECT_FALSE(Takes(who + R"("aud":"mooring"})")) << "without an end";
  EXPECT_FALSE(Takes(ours + R"("exp":"later"})"));
  EXPECT_FALSE(Takes(ours + R"("exp":1e300})"));
  EXPECT_FALSE(Takes(ours + R"("exp":-1})"));
  EXPECT_TRUE(Takes(who + R"("aud":["x","mooring"],)" + until(10) + "}"));
  for (const char* aud : {R"("aud":"other",)", R"("aud":["x"],)", R"("aud":[],)", R"("aud":5,)",
                          R"("aud":"mooring2",)", "", R"("aud":{"mooring":1},)"}) {
    EXPECT_FALSE(Takes(who + aud + until(10) + "}")) << aud;
  }
  for (const char* iss : {"https://id.example/", "http://id.example", "https://evil.example", ""}) {
    EXPECT_FALSE(Takes(std::string(R"({"sub":"ann","aud":"mooring","iss":")") + iss + "\"," +
                       until(10) + "}"));
  }
  for (const char* sub : {"", "a b", "a\\nb", "\\u0000"}) {
    EXPECT_FALSE(Takes(std::string(R"({"iss":"https://id.example","aud":"mooring","sub":")") + sub +
                       "\"," + until(10) + "}"))
        << sub;
  }
  EXPECT_FALSE(Takes(R"({"iss":"https://id.example","aud":"mooring",)" + until(10) + "}"));
}

TEST_F(JwtTest, TakesAnotherKeySetAndForgetsWhatTheOldOneSigned) {
  int unknown = 0;
  JwtVerifier::Options options = Options();
  options.keys = "";
  options.on_unknown_key = [&unknown] { ++unknown; };
  const auto verifier = JwtVerifier::Make(std::move(options)).value();
  const std::string by_ed = Token(Header("EdDSA", "ed"), Claims(), Ed());
  const std::string by_ec = Token(Header("ES256", "ec"), Claims(), Ec());
  EXPECT_EQ(verifier->Verify(by_ed), nullptr) << "no keys, nobody comes in";
  EXPECT_EQ(unknown, 1);
  ASSERT_TRUE(verifier->UseKeys("{\"keys\":[" + Ed().Json() + "]}").ok());
  EXPECT_NE(verifier->Verify(by_ed), nullptr);
  EXPECT_EQ(unknown, 1);
  EXPECT_EQ(verifier->Verify(by_ec), nullptr);
  EXPECT_EQ(unknown, 2);
  EXPECT_EQ(verifier->Verify(Token(Header("HS256", "none"), Claims(), Ed())), nullptr);
  EXPECT_EQ(verifier->Verify(Token(Header("RS256", "ed"), Claims(), Ed())), nullptr);
  EXPECT_EQ(unknown, 2) << "an algorithm that we do not take asks for no key, nor does a known id";
  EXPECT_FALSE(verifier->UseKeys("{}").ok());
  EXPECT_NE(verifier->Verify(by_ed), nullptr) << "the set before stays";
  ASSERT_TRUE(verifier->UseKeys("{\"keys\":[" + Ec().Json() + "]}").ok());
  EXPECT_EQ(verifier->Verify(by_ed), nullptr) << "its key was withdrawn";
  EXPECT_NE(verifier->Verify(by_ec), nullptr);
}

TEST_F(JwtTest, RefusesClaimsThatStandTwice) {
  for (const char* twice : {R"(,"sub":"root")", R"(,"aud":"mooring")", R"(,"exp":9999999999)",
                            R"(,"iss":"https://id.example")", R"(,"roles":["chiefs"])"}) {
    EXPECT_FALSE(Takes(Claims(twice))) << twice;
  }
  EXPECT_EQ(verifier_->Verify(Token(R"({"alg":"EdDSA","kid":"ed","alg":"EdDSA"})", Claims(), Ed())),
            nullptr);
  EXPECT_TRUE(Takes(Claims(R"(,"other":1)")));
}

TEST_F(JwtTest, WhatIsRememberedEndsToo) {
  const std::string token = Token(Header("EdDSA", "ed"), Claims(), Ed());
  EXPECT_NE(verifier_->Verify(token), nullptr);
  clock_.Advance(std::chrono::seconds(359));
  EXPECT_NE(verifier_->Verify(token), nullptr);
  clock_.Advance(std::chrono::seconds(2));
  EXPECT_EQ(verifier_->Verify(token), nullptr);
}

TEST_F(JwtTest, GivesNoRoleThatMayNotStandBesideWhatThePersonHoldsByOtherProofs) {
  std::vector<records::Grant> held = {{Role::kDeveloper, "m"}};
  std::string asked;
  JwtVerifier::Options options = Options();
  options.rules = {{"pricing", {Role::kValidator, "*"}}, {"pricing", {Role::kScorer, "m"}}};
  options.held = [&](std::string_view name) {
    asked = name;
    return held;
  };
  const auto verifier = JwtVerifier::Make(std::move(options)).value();
  const std::string token = Token(Header("EdDSA", "ed"), Claims(), Ed());
  const auto ann = verifier->Verify(token);
  ASSERT_NE(ann, nullptr);
  EXPECT_EQ(asked, "oidc:ann");
  EXPECT_FALSE(ann->MaySomewhere(Permission::kApprove));
  EXPECT_FALSE(ann->MaySomewhere(Permission::kRegister)) << "what is held is not given";
  EXPECT_TRUE(ann->May(Permission::kPredict, "m"));
  held.clear();
  EXPECT_TRUE(verifier->Verify(token)->MayEverywhere(Permission::kApprove));
  held = {{Role::kDeveloper, "m"}};
  EXPECT_FALSE(verifier->Verify(token)->MaySomewhere(Permission::kApprove)) << "looked at anew";
}

TEST_F(JwtTest, ClaimsBecomeRolesByTheOperatorsRules) {
  const auto with = [&](const std::string& roles) {
    return verifier_->Verify(
        Token(Header("EdDSA", "ed"),
              R"({"iss":"https://id.example","sub":"a","aud":"mooring","exp":)" +
                  std::to_string(Now(100)) + ",\"roles\":" + roles + "}",
              Ed()));
  };
  EXPECT_TRUE(with(R"("x pricing y")")->May(Permission::kPredict, "m"));
  EXPECT_TRUE(with(R"(["chiefs"])")->MayEverywhere(Permission::kAdminister));
  for (const char* none : {R"("PRICING")", R"("pricing2")", "[]", "{}", "5", R"(["admin"])"}) {
    const auto nobody = with(none);
    ASSERT_NE(nobody, nullptr) << none;
    EXPECT_FALSE(nobody->MaySomewhere(Permission::kReadMetadata)) << none;
  }
  EXPECT_EQ(ParseClaimRule("a=b=scorer@m")->value, "a=b");
  EXPECT_EQ(ParseClaimRule("chiefs=admin")->grant.model, "*");
  for (const char* bad : {"", "x", "=admin", "x=", "x=root", "x=admin@", "x=admin@../y"}) {
    EXPECT_FALSE(ParseClaimRule(bad).ok()) << bad;
  }
}

TEST_F(JwtTest, AllTokensOfOnePersonShareOneBudget) {
  const auto token = [&](const std::string& subject, int number) {
    return verifier_->Verify(Token(Header("EdDSA", "ed"),
                                   R"({"iss":"https://id.example","aud":"mooring","exp":)" +
                                       std::to_string(Now(100)) + R"(,"sub":")" + subject +
                                       R"(","jti":")" + std::to_string(number) + "\"}",
                                   Ed()));
  };
  const auto first = token("ann", 1), second = token("ann", 2), other = token("eve", 1);
  ASSERT_TRUE(first != nullptr && second != nullptr && other != nullptr);
  EXPECT_NE(first, second) << "two tokens";
  EXPECT_EQ(first->budget(), second->budget());
  EXPECT_NE(first->budget(), other->budget());
  // Nor does a change of keys, or too many tokens to remember, begin a new one.
  ASSERT_TRUE(verifier_->UseKeys(Options().keys).ok());
  EXPECT_EQ(token("ann", 3)->budget(), first->budget());
}

TEST_F(JwtTest, RefusesKeySetsWithoutSense) {
  const SigningKey small(EVP_RSA_gen(1024), "small");
  for (const std::string& keys :
       {std::string(), std::string("{}"), std::string(R"({"keys":[]})"), std::string("[]"),
        std::string(R"({"keys":[{"kty":"oct","kid":"k","k":"AA"}]})"),
        std::string(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":"AA","y":"AA"}]})"),
        R"({"keys":[)" + small.Json() + "]}"}) {
    JwtVerifier::Options options = Options();
    options.keys = keys;
    EXPECT_FALSE(JwtVerifier::Make(std::move(options)).ok()) << keys.substr(0, 60);
  }
  JwtVerifier::Options options = Options();
  options.audience = "";
  EXPECT_FALSE(JwtVerifier::Make(std::move(options)).ok());
}

}  // namespace
}  // namespace mooring::api
