// Against a real key server on loopback: what is fetched, kept and refused, and the tokens that an
// attacker would try.
#include "app/oidc_keys.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "api/http/jwt.h"
#include "api/http/jwt_for_tests.h"
#include "base/crypto/digest.h"
#include "base/io/simulated_file_system.h"

namespace mooring::app {
namespace {

using api::EncodeBase64Url;
using api::JwtSigningKey;

// Answers every request with what it was told, one connection at a time.
class KeyServer {
 public:
  KeyServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/keys";
    thread_ = std::jthread([this] {
      for (int fd = 0; (fd = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(fd)) Serve(fd);
    });
  }
  ~KeyServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  const std::string& url() const { return url_; }
  void Say(std::string body, std::string status = "200 OK") {
    const std::lock_guard lock(mutex_);
    answer_ = "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\nConnection: close\r\n\r\n" + body;
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void Serve(int fd) {
    std::string request;
    char bytes[4096];
    while (request.find("\r\n\r\n") == request.npos) {
      const ssize_t got = ::recv(fd, bytes, sizeof(bytes), 0);
      if (got <= 0) return;
      request.append(bytes, static_cast<std::size_t>(got));
    }
    const std::lock_guard lock(mutex_);
    ++asked_;
    static_cast<void>(::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL));
  }

  std::mutex mutex_;
  std::string answer_, url_;
  int asked_ = 0, listener_ = -1;
  std::jthread thread_;
};

std::string SetOf(const std::vector<const JwtSigningKey*>& keys) {
  std::string text = R"({"keys":[)";
  for (const JwtSigningKey* key : keys) text += (text.back() == '[' ? "" : ",") + key->Json();
  return text + "]}";
}

struct OidcKeysTest : testing::Test {
  static const JwtSigningKey& Rsa() {
    static const JwtSigningKey key(EVP_RSA_gen(2048), "rsa");
    return key;
  }
  static const JwtSigningKey& Ed() {
    static const JwtSigningKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "ed");
    return key;
  }
  OidcKeysTest() {
    CHECK(files.MakeDirectories("data").ok());
    server.Say(SetOf({&Rsa()}));
    api::JwtVerifier::Options jwt;
    jwt.issuer = kIssuer;
    jwt.audience = "mooring";
    jwt.clock = &clock;
    jwt.on_unknown_key = [this] { keys->Want(); };
    verifier = api::JwtVerifier::Make(std::move(jwt)).value();
    keys = Make(kIssuer, server.url());
  }
  std::unique_ptr<OidcKeys> Make(const std::string& issuer, const std::string& url) {
    return std::make_unique<OidcKeys>(OidcKeys::Options{
        .issuer = issuer,
        .url = url,
        .kept_file = "data/oidc-keys.json",
        .files = &files,
        .clock = &clock,
        .transport = transport.get(),
        .use = [this](std::string_view json) { return verifier->UseKeys(json); },
        .on_problem = [this](const Error& error) { told.push_back(error.ToString()); }});
  }
  std::string Claims(const std::string& more = "", std::int64_t ends = 300,
                     const std::string& issuer = kIssuer,
                     const std::string& audience = "mooring") const {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock.Now()).time_since_epoch();
    return R"({"iss":")" + issuer + R"(","sub":"ann","aud":")" + audience + R"(","exp":)" +
           std::to_string(now.count() + ends) + more + "}";
  }
  static std::string Header(const std::string& alg, const std::string& kid) {
    return R"({"alg":")" + alg + R"(","kid":")" + kid + "\"}";
  }
  bool Takes(const std::string& token) const { return verifier->Verify(token) != nullptr; }
  bool TakesRsa() const { return Takes(Rsa().Token(Header("RS256", "rsa"), Claims())); }
  bool TakesEd() const { return Takes(Ed().Token(Header("EdDSA", "ed"), Claims())); }

  static constexpr const char* kIssuer = "https://id.example";
  KeyServer server;
  SimulatedFileSystem files;
  SimulatedClock clock;
  std::unique_ptr<Transport> transport = CurlTransport();
  std::unique_ptr<api::JwtVerifier> verifier;
  std::unique_ptr<OidcKeys> keys;
  std::vector<std::string> told;
};

TEST_F(OidcKeysTest, OnlyHttpsIsAskedOrThisMachineItself) {
  for (const char* good :
       {"https://id.example/keys", "https://id.example:8443", "http://127.0.0.1:1/keys",
        "http://[::1]:8080/keys", "http://localhost/keys"}) {
    EXPECT_TRUE(OidcKeys::CheckUrl(good).ok()) << good;
  }
  for (const char* bad :
       {"", "keys.json", "file:///etc/passwd", "unix:/run/x:/keys", "ftp://id.example/",
        "http://id.example/keys", "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/", "http://localhost.evil.example/",
        "http://169.254.169.254/", "http://2130706433/", "https://", "https:///keys",
        "https://user@id.example/", "https://id.example\\@x/", "https://id.example/\r\nX: y",
        "http://[::1", "HTTPS://id.example", " https://id.example"}) {
    EXPECT_FALSE(OidcKeys::CheckUrl(bad).ok()) << bad;
  }
}

TEST_F(OidcKeysTest, TokensOfAnAttackerAreRefused) {
  EXPECT_FALSE(TakesRsa()) << "no keys yet";
  keys->Open();
  ASSERT_TRUE(told.empty()) << told[0];
  ASSERT_TRUE(TakesRsa());
  const std::string rs = Header("RS256", "rsa");
  const auto signed_by_secret = [](const std::string& secret) {
    const std::string text =
        EncodeBase64Url(Header("HS256", "rsa")) + "." + EncodeBase64Url(R"({"sub":"ann"})");
    return text + "." + EncodeBase64Url(AsText(HmacSha256(AsBytes(secret), AsBytes(text))));
  };
  const std::string none = EncodeBase64Url(Header("none", "rsa")) + "." + EncodeBase64Url(Claims());
  struct Attack {
    const char* name;
    std::string token;
  };
  const Attack attacks[] = {
      {"alg none, no signature", none + "."},
      {"alg none, some signature", none + ".AAAA"},
      {"HS256 with the public key as the secret", signed_by_secret(Rsa().Json())},
      {"HS256 with the modulus as the secret", signed_by_secret(Rsa().Number("n"))},
      {"a kid that is not there", Rsa().Token(Header("RS256", "other"), Claims())},
      {"a kid that is a path", Rsa().Token(Header("RS256", "../rsa"), Claims())},
      {"another key under the known kid", Ed().Token(rs, Claims())},
      {"another algorithm for the key", Rsa().Token(Header("ES256", "rsa"), Claims())},
      {"expired", Rsa().Token(rs, Claims("", -61))},
      {"not yet valid", Rsa().Token(rs, Claims(R"(,"nbf":9999999999)"))},
      {"for another audience", Rsa().Token(rs, Claims("", 300, kIssuer, "other"))},
      {"from another issuer", Rsa().Token(rs, Claims("", 300, "https://evil.example"))},
      {"a claim that stands twice", Rsa().Token(rs, Claims(R"(,"sub":"root")"))},
      {"an audience that stands twice", Rsa().Token(rs, Claims(R"(,"aud":"mooring")"))},
      {"a key of its own in the header",
       Ed().Token(R"({"alg":"EdDSA","kid":"x","jwk":)" + Ed().Json() + "}", Claims())},
      {"a URL of its own in the header",
       Ed().Token(R"({"alg":"EdDSA","kid":"x","jku":")" + server.url() + "\"}", Claims())},
      {"huge", Rsa().Token(rs, Claims(R"(,"x":")" + std::string(1'000'000, 'a') + "\""))},
  };
  for (const Attack& attack : attacks) EXPECT_FALSE(Takes(attack.token)) << attack.name;
  EXPECT_TRUE(TakesRsa());
  EXPECT_EQ(server.asked(), 1) << "no token made the server ask by itself";
}

TEST_F(OidcKeysTest, AnUnknownKeyIsFetchedAtMostOnceAMinute) {
  keys->Open();
  EXPECT_EQ(server.asked(), 1);
  server.Say(SetOf({&Rsa(), &Ed()}));
  EXPECT_FALSE(TakesEd());
  EXPECT_FALSE(keys->Look()) << "asked a moment ago";
  clock.Advance(std::chrono::seconds(60));
  EXPECT_TRUE(keys->Look());
  EXPECT_TRUE(TakesEd());
  for (int i = 0; i < 600; ++i) {
    clock.Advance(std::chrono::seconds(1));
    EXPECT_FALSE(Takes(Ed().Token(Header("EdDSA", "x" + std::to_string(i)), Claims())));
    keys->Look();
  }
  EXPECT_EQ(server.asked(), 12) << "ten minutes of unknown keys";
}

TEST_F(OidcKeysTest, EveryHourTheSetIsFetchedAgainAndAWithdrawnKeyEnds) {
  keys->Open();
  server.Say(SetOf({&Ed()}));
  clock.Advance(std::chrono::minutes(59));
  EXPECT_FALSE(keys->Look());
  EXPECT_TRUE(TakesRsa());
  clock.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(keys->Look());
  EXPECT_FALSE(TakesRsa());
  EXPECT_TRUE(TakesEd());
}

TEST_F(OidcKeysTest, AStartWithoutNetworkUsesTheLastGoodSetOfTheSameProvider) {
  keys->Open();
  server.Say("down", "503 Service Unavailable");
  const auto restart = [&](const std::string& issuer, const std::string& url) {
    api::JwtVerifier::Options jwt;
    jwt.issuer = kIssuer;
    jwt.audience = "mooring";
    jwt.clock = &clock;
    jwt.on_unknown_key = [this] { keys->Want(); };
    verifier = api::JwtVerifier::Make(std::move(jwt)).value();
    keys = Make(issuer, url);
    keys->Open();
  };
  files.Restart();
  restart(kIssuer, server.url());
  EXPECT_TRUE(TakesRsa());
  EXPECT_TRUE(keys->Look()) << "the provider is asked as soon as Run begins";
  EXPECT_TRUE(TakesRsa());
  restart("https://other.example", server.url());
  EXPECT_FALSE(TakesRsa());
  restart(kIssuer, server.url() + "2");
  EXPECT_FALSE(TakesRsa());
  ASSERT_TRUE(files.WriteFileDurably("data/oidc-keys.json", AsBytes("{")).ok());
  told.clear();
  restart(kIssuer, server.url());
  EXPECT_FALSE(TakesRsa());
  EXPECT_EQ(told.size(), 2U) << "what is kept is damaged, and the provider is down";
}

TEST_F(OidcKeysTest, ABadAnswerLeavesWhatIsInUseAndIsTold) {
  keys->Open();
  const std::string kept = files.ReadFile("data/oidc-keys.json", 100'000).value();
  struct Answer {
    std::string body, status;
  };
  const Answer answers[] = {{"", "200 OK"},
                            {"<html>", "200 OK"},
                            {R"({"keys":[]})", "200 OK"},
                            {SetOf({&Ed()}), "404 Not Found"},
                            {SetOf({&Ed()}), "302 Found\r\nLocation: " + server.url()},
                            {std::string(OidcKeys::kAnswerBytes + 1, ' '), "200 OK"}};
  for (const Answer& answer : answers) {
    told.clear();
    server.Say(answer.body, answer.status);
    clock.Advance(std::chrono::hours(1));
    EXPECT_TRUE(keys->Look());
    EXPECT_EQ(told.size(), 1U) << answer.status;
    EXPECT_TRUE(TakesRsa());
    EXPECT_EQ(files.ReadFile("data/oidc-keys.json", 100'000).value(), kept);
  }
  server.Say(SetOf({&Ed()}));
  clock.Advance(std::chrono::seconds(59));
  EXPECT_FALSE(keys->Look());
  clock.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(keys->Look()) << "after a failure again in a minute";
  EXPECT_TRUE(TakesEd());
}

// With the thread that a server gives it: a new key is known without anybody's help.
TEST_F(OidcKeysTest, RunFetchesWhatIsWanted) {
  keys = std::make_unique<OidcKeys>(
      OidcKeys::Options{.issuer = kIssuer,
                        .url = server.url(),
                        .kept_file = "data/oidc-keys.json",
                        .files = &files,
                        .clock = &clock,
                        .transport = transport.get(),
                        .use = [this](std::string_view json) { return verifier->UseKeys(json); }});
  std::jthread runs([this](const std::stop_token& stop) { keys->Run(stop); });
  bool taken = false;
  for (int i = 0; i < 100'000 && !taken; ++i) {
    taken = TakesRsa();
    std::this_thread::yield();
  }
  EXPECT_TRUE(taken);
}

}  // namespace
}  // namespace mooring::app
