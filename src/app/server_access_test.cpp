// Who may call a whole server: with no ceremony on its own machine, with tokens that the command
// line makes and revokes beside it, and nowhere else without being known, over TLS.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/server.h"
#include "base/net/transport.h"
#include "records/access/access_store.h"
#include "records/access/token_text.h"
#include "records/audit/control_log.h"

namespace mooring::app {
namespace {

class ServerAccess : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "server_access_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = records::AccessStore::Open(
                 {.path = DataPaths(folder_).access(), .clock = &SystemClock(), .witness = {}})
                 .value();
  }
  void TearDown() override {
    server_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  Status Start(ServerOptions options = {}) {
    options.data_directory = folder_;
    options.port = 0;
    options.drain = std::chrono::seconds(1);
    auto started = Server::Start(std::move(options));
    if (!started.ok()) return started.error();
    server_ = std::move(*started);
    return Ok();
  }
  records::NewToken Make(records::Role role) {
    return store_
        ->CreateToken({.principal = "ann",
                       .label = "",
                       .author = "root",
                       .scope = {records::SetOf(role), {}},
                       .lifetime = std::chrono::hours(1)},
                      RandomSecret(records::kSecretBytes))
        .value();
  }
  int Ask(const std::string& path, const std::string& token, const std::string& method = "GET",
          const std::string& body = "") {
    HttpCall call;
    call.method = method;
    call.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    call.body = body;
    call.headers = {{"Content-Type", "application/json"}};
    if (!token.empty()) call.headers.emplace_back("Authorization", "Bearer " + token);
    const auto answer = transport_->Send(call);
    return answer.ok() ? answer->status : 0;
  }
  std::string folder_;
  std::unique_ptr<records::AccessStore> store_;
  std::unique_ptr<Transport> transport_ = CurlTransport();
  std::unique_ptr<Server> server_;
};

TEST_F(ServerAccess, AFirstRunNeedsNoCeremony) {
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(Ask("/api/v1/models", ""), 200);
  EXPECT_EQ(Ask("/metrics", ""), 200);
}

TEST_F(ServerAccess, TokensThatWereTakenAwayDoNotOpenTheDoor) {
  records::ControlLog log({.directory = DataPaths(folder_).control,
                           .files = &PosixFileSystem(),
                           .clock = &SystemClock()});
  ASSERT_TRUE(
      log.Append({.action = "token create", .object_kind = "access", .object = "ann"}).ok());
  const Status started = Start();  // access.db is there, and empty
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code(), Code::kDataLoss);
  EXPECT_NE(started.error().ToString().find("mooring token create"), std::string::npos);
  Make(records::Role::kViewer);
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(Ask("/api/v1/models", ""), 401);
}

TEST_F(ServerAccess, TokensThatAreThereAreAskedFor) {
  const records::NewToken viewer = Make(records::Role::kViewer);
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(Ask("/api/v1/models", ""), 401);
  EXPECT_EQ(Ask("/api/v1/models", viewer.text), 200);
  EXPECT_EQ(Ask("/api/v1/journal", viewer.text), 403);
  EXPECT_EQ(Ask("/api/v1/models/m/rollback", viewer.text, "POST", "{}"), 403);
  EXPECT_EQ(Ask("/live", ""), 200);
}

TEST_F(ServerAccess, SeesWhatAnotherProcessMakesAndRevokes) {
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(Ask("/v2", ""), 200);
  const records::NewToken token = Make(records::Role::kViewer);
  bool seen = false;
  for (int i = 0; i < 100'000 && !seen; ++i) seen = Ask("/v2", token.text) == 200;
  EXPECT_TRUE(seen);
  EXPECT_EQ(Ask("/v2", ""), 401) << "the first token ends openness";
  ASSERT_TRUE(store_->RevokeToken(token.record.id, "root", "").ok());
  bool gone = false;
  for (int i = 0; i < 100'000 && !gone; ++i) gone = Ask("/v2", token.text) == 401;
  EXPECT_TRUE(gone);
}

TEST_F(ServerAccess, ListensBeyondLoopbackOnlyForKnownCallersOverTls) {
  EXPECT_EQ(Start({.host = "0.0.0.0"}).error().code(), Code::kFailedPrecondition);
  Make(records::Role::kViewer);
  const Status plain = Start({.host = "0.0.0.0"});
  EXPECT_EQ(plain.error().code(), Code::kFailedPrecondition);
  EXPECT_NE(plain.error().ToString().find("TLS"), std::string::npos);
  EXPECT_TRUE(Start({.host = "0.0.0.0", .allow_remote_without_auth = true}).ok());
}

TEST_F(ServerAccess, RefusesProvidersWithoutKeys) {
  ServerOptions options;
  options.oidc = {.issuer = "https://id.example", .audience = "mooring", .keys_file = "absent"};
  EXPECT_FALSE(Start(options).ok());
  std::ofstream(folder_ + "/keys.json") << R"({"keys":[]})";
  options.oidc.keys_file = folder_ + "/keys.json";
  EXPECT_FALSE(Start(options).ok());
  options.oidc.keys_url = "https://id.example/keys";
  EXPECT_EQ(Start(options).error().code(), Code::kInvalidArgument) << "a file and a URL";
  options.oidc.keys_file = "";
  options.oidc.keys_url = "http://id.example/keys";
  EXPECT_EQ(Start(options).error().code(), Code::kInvalidArgument) << "over plain http";
}

// The provider is down and nothing was kept: the server comes up and lets nobody in.
TEST_F(ServerAccess, WithoutTheProvidersKeysNobodyIsLetIn) {
  ServerOptions options;
  options.oidc = {
      .issuer = "https://id.example", .audience = "mooring", .keys_url = "http://127.0.0.1:1/keys"};
  ASSERT_TRUE(Start(options).ok());
  EXPECT_EQ(Ask("/v2", ""), 401);
  EXPECT_EQ(Ask("/v2", "eyJhbGciOiJub25lIn0.e30."), 401);
}

// A token is planted in every place that a caller controls, good ones and bad ones.
TEST_F(ServerAccess, NoSecretIsInLogsOrInWhatIsKept) {
  const records::NewToken token = Make(records::Role::kOperator);
  const std::string secret = token.text.substr(records::kTokenPrefix.size(), 20);
  const std::string other = records::TokenText(RandomSecret(records::kSecretBytes));
  testing::internal::CaptureStderr();
  ASSERT_TRUE(Start().ok());
  EXPECT_EQ(Ask("/v2", token.text), 200);
  EXPECT_EQ(Ask("/v2", other), 401);
  EXPECT_EQ(Ask("/api/v1/models/m/aliases/a", token.text, "PUT", R"({"version":1,"reason":"x"})"),
            404);
  EXPECT_EQ(Ask("/api/v1/models/m/decide", token.text, "POST", R"({"inputs":{}})"), 403);
  EXPECT_EQ(Ask("/api/v1/models", token.text + "x"), 401);
  server_->Stop();
  server_.reset();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("administration"), std::string::npos) << "the log is really there";
  EXPECT_EQ(log.find(secret), std::string::npos);
  EXPECT_EQ(log.find(other.substr(records::kTokenPrefix.size(), 20)), std::string::npos);
  EXPECT_EQ(log.find("Bearer"), std::string::npos);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str().find(secret), std::string::npos) << entry.path();
  }
  EXPECT_GE(files, 3U);
}

}  // namespace
}  // namespace mooring::app
