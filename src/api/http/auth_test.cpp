#include "api/http/auth.h"

#include <unistd.h>

#include <filesystem>

#include "api/http/request_parser.h"
#include "records/access/token_text.h"

namespace mooring::api {
namespace {

using records::Permission;
using records::Role;

TEST(CheckBinding, BeyondLoopbackTakesCallersThatAreKnownAndTls) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    EXPECT_TRUE(CheckBinding({.host = host}).ok()) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.org", "", "1127.0.0.1"}) {
    EXPECT_FALSE(CheckBinding({.host = host}).ok()) << host;
    EXPECT_FALSE(CheckBinding({.host = host, .asks_who = true}).ok()) << host;
    EXPECT_FALSE(CheckBinding({.host = host, .tls = true}).ok()) << host;
    EXPECT_TRUE(CheckBinding({.host = host, .asks_who = true, .tls = true}).ok()) << host;
    EXPECT_TRUE(CheckBinding({.host = host, .allow_remote_without_auth = true}).ok()) << host;
  }
}

class AuthTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "auth_" + std::to_string(::getpid()) + ".db";
    TearDown();
    store_ = records::AccessStore::Open({.path = path_, .clock = &clock_, .witness = {}}).value();
    book_ = records::AccessBook::Open({.path = path_, .clock = &clock_, .on_problem = {}}).value();
  }
  void TearDown() override {
    book_.reset();
    store_.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  std::string MakeToken(Role role, const std::string& model) {
    const auto made = store_->CreateToken({.principal = "ann",
                                           .label = "",
                                           .author = "",
                                           .scope = {records::SetOf(role), {model}},
                                           .lifetime = std::chrono::hours(1)},
                                          RandomSecret(records::kSecretBytes));
    EXPECT_TRUE(book_->Refresh().ok());
    return made->text;
  }
  Result<std::shared_ptr<const records::Principal>> Identify(
      const std::vector<std::string>& headers, const std::vector<std::string>& names = {}) {
    Message message;
    message.request.native = &message;
    for (const std::string& header : headers) message.fields.push_back({"authorization", header});
    message.request.certificate_names = names;
    return Authenticator({.book = book_.get(), .certificates = certificates_})
        .Identify(message.request);
  }

  std::string path_;
  SimulatedClock clock_;
  bool certificates_ = false;
  std::unique_ptr<records::AccessStore> store_;
  std::unique_ptr<records::AccessBook> book_;
};

TEST_F(AuthTest, WithoutTokensTheMachineItselfMayEverythingAndHasNoName) {
  const auto local = Identify({});
  ASSERT_TRUE(local.ok());
  EXPECT_EQ((*local)->name(), "");
  EXPECT_TRUE((*local)->MayEverywhere(Permission::kPromote));
  EXPECT_FALSE(Identify({"Bearer x"}).ok()) << "a token that is sent is not silently ignored";
}

TEST_F(AuthTest, TheFirstTokenEndsThatForGood) {
  const std::string token = MakeToken(Role::kScorer, "m");
  EXPECT_FALSE(Identify({}).ok());
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER "}) {
    const auto ann = Identify({scheme + token});
    ASSERT_TRUE(ann.ok()) << scheme;
    EXPECT_EQ((*ann)->name(), "ann");
  }
  ASSERT_TRUE(store_->RevokeToken(1, "root", "").ok());
  ASSERT_TRUE(book_->Refresh().ok());
  EXPECT_FALSE(Identify({"Bearer " + token}).ok());
  EXPECT_FALSE(Identify({}).ok());
}

TEST_F(AuthTest, EverythingElseIsRefusedInTheSameWords) {
  const std::string token = MakeToken(Role::kScorer, "m"), good = "Bearer " + token;
  std::string altered = good;
  altered[20] = altered[20] == 'x' ? 'y' : 'x';
  const std::vector<std::vector<std::string>> headers = {
      {},
      {""},
      {"Bearer"},
      {"Bearer "},
      {"Bearer  " + token},
      {good + " "},
      {good + "x"},
      {altered},
      {token},
      {"Basic " + token},
      {"Token " + token},
      {"Bearer," + token},
      {"Bearer\t" + token},
      {good, good},
      {good, ""},
      {"Bearer " + token + ", Bearer " + token},
      {"Bearer " + records::TokenText(std::string(32, 'a'))},
      {"Bearer " + std::string(1'000'000, 'a')},
      {"Bearer " + std::string("a\0b", 3)},
      {"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0."},
      {"Bearer ../../etc/passwd"},
      {"Bearer %n%n%n"},
      {"Bearer ' OR 1=1 --"},
  };
  const std::string words = Identify({}).error().ToString();
  for (const auto& each : headers) {
    const auto answer = Identify(each);
    ASSERT_FALSE(answer.ok()) << (each.empty() ? "" : each[0].substr(0, 80));
    EXPECT_EQ(answer.error().code(), Code::kUnauthenticated);
    EXPECT_EQ(answer.error().ToString(), words);
  }
}

TEST_F(AuthTest, ACertificateIsWhomItsNamesAreGrantedTo) {
  certificates_ = true;
  EXPECT_FALSE(Identify({}).ok()) << "who may show a certificate must show something";
  EXPECT_FALSE(Identify({}, {"svc.example"}).ok());
  ASSERT_TRUE(store_->AddGrant("svc.example", {Role::kScorer, "m"}, "root").ok());
  ASSERT_TRUE(book_->Refresh().ok());
  const auto service = Identify({}, {"other.example", "svc.example"});
  ASSERT_TRUE(service.ok());
  EXPECT_EQ((*service)->name(), "svc.example");
  EXPECT_FALSE(Identify({"Bearer x"}, {"svc.example"}).ok()) << "a bad token is not made up for";
  certificates_ = false;
  MakeToken(Role::kScorer, "m");
  EXPECT_FALSE(Identify({}, {"svc.example"}).ok());
}

}  // namespace
}  // namespace mooring::api
