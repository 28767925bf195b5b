// MLflow's artifact calls behind their table of routes: recorded exchanges, hostile paths, ranges,
// and bodies that stream over real sockets.
#include "api/mlflow/artifacts/artifact_calls.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "api/api_fixture.h"
#include "api/http/socket_client.h"
#include "api/mlflow/routes.h"
#include "records/artifacts/artifact_store.h"

namespace mooring::api {
namespace {

using testing::Answered;
using testing::Send;

// What the server's handler does with these routes, less who calls and what they may.
Handler HandlerOf(const Dependencies& use) {
  const auto api = std::make_shared<Api>();
  api->use = use;
  const auto table = std::make_shared<const mlflow::RouteTable>();
  const auto nobody =
      std::make_shared<const records::Principal>("", std::span<const records::Grant>());
  return [=](const Request& request, const std::shared_ptr<Responder>& responder) {
    const auto match = table->Find(request.method, request.path);
    Call call{api, &request, responder, match.parameters, Protocol::kTracking, nobody};
    match.route == nullptr ? call.Answer(mlflow::NoSuchPage()) : match.route->answer(call);
  };
}

class ArtifactCalls : public ::testing::Test {
 protected:
  ArtifactCalls() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    blobs_ = data::BlobStore::Open(PosixFileSystem(), directory_ + "/blobs").value();
    store_ = records::ArtifactStore::Open({.file = directory_ + "/artifacts.db",
                                           .blobs = &*blobs_,
                                           .clock = &SystemClock(),
                                           .files = &PosixFileSystem()})
                 .value();
    use_.clock = &SystemClock();
    use_.artifacts = store_.get();
    handler_ = HandlerOf(use_);
  }
  ~ArtifactCalls() override {
    store_ = nullptr;
    std::filesystem::remove_all(directory_);
  }
  Answered Put(const std::string& path, const std::string& body) {
    return Send(handler_, "PUT " + kArtifacts + path, body, "Content-Type: text/plain\r\n");
  }
  Answered Get(const std::string& target, const std::string& headers = "") {
    return Send(handler_, "GET " + target, "", headers);
  }
  static std::string HeaderOf(const Answered& answer, std::string_view name) {
    for (const auto& [key, value] : answer.headers)
      if (key == name) return value;
    return "";
  }

  const std::string kArtifacts = "/api/2.0/mlflow-artifacts/artifacts/";
  const std::string directory_ = ::testing::TempDir() + "/artifact_calls_test";
  Dependencies use_;
  std::optional<data::BlobStore> blobs_;
  std::unique_ptr<records::ArtifactStore> store_;
  Handler handler_;
};

TEST_F(ArtifactCalls, AnswersAsRecordedFromMlflow) {
  // From golden/mlflow_rest: "log_artifact", "load_model alias pyfunc", raw requests of errors.
  const std::string run = "3/0000000000000000000000000000a003/artifacts/";
  EXPECT_EQ(Put(run + "t.txt", "hello").body, "{}");
  Answered got = Get(kArtifacts + run + "t.txt");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(got.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(HeaderOf(got, "Content-Disposition"), "attachment; filename=t.txt");
  EXPECT_EQ(HeaderOf(got, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Get("/api/2.0/mlflow-artifacts/artifacts?path=none").body, "{}");
  const Answered missing = Get(kArtifacts + "none/x");
  EXPECT_EQ(missing.status, 404) << "MLflow says 500, and its client tries again";
  EXPECT_EQ(missing.json().Find("error_code")->AsString().value(), "RESOURCE_DOES_NOT_EXIST");
  const Answered gone = Send(handler_, "DELETE " + kArtifacts + run + "t.txt");
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(gone.body, "{}");
  EXPECT_EQ(Get(kArtifacts + run + "t.txt").status, 404);
  EXPECT_EQ(Send(handler_, "DELETE " + kArtifacts + run + "t.txt").status, 404);
}

TEST_F(ArtifactCalls, ListsWhatLiesDirectlyThere) {
  ASSERT_EQ(Put("1/a/model/MLmodel", "x").status, 200);
  ASSERT_EQ(Put("1/a/model/data/model.ubj", "12345").status, 200);
  ASSERT_EQ(Put("1/a/model.txt", "").status, 200);
  for (const char* prefix : {"/api/2.0", "/ajax-api/2.0"}) {
    const std::string list = std::string(prefix) + "/mlflow-artifacts/artifacts?path=";
    EXPECT_EQ(Get(list + "1%2Fa%2Fmodel").body,
              R"({"files":[{"path":"MLmodel","is_dir":false,"file_size":1},)"
              R"({"path":"data","is_dir":true}]})");
    EXPECT_EQ(Get(list + "1/a").body, R"({"files":[{"path":"model","is_dir":true},)"
                                      R"({"path":"model.txt","is_dir":false,"file_size":0}]})");
    EXPECT_EQ(Get(list).body, R"({"files":[{"path":"1","is_dir":true}]})");
    EXPECT_EQ(Get(list + "1/a/model.txt").body, "{}") << "a file has nothing in it";
  }
  EXPECT_EQ(Put("1/a/model", "x").status, 400) << "a directory";
  EXPECT_EQ(Put("1/a/model.txt/x", "x").status, 400) << "under a file";
  ASSERT_EQ(Send(handler_, "DELETE " + kArtifacts + "1/a/model").status, 200);
  EXPECT_EQ(Get("/api/2.0/mlflow-artifacts/artifacts?path=1/a").body,
            R"({"files":[{"path":"model.txt","is_dir":false,"file_size":0}]})");
}

TEST_F(ArtifactCalls, RefusesHostilePaths) {
  for (const char* path : {"..", "../x", "a/../x", "%2e%2e/x", "a/..%2f..%2fx", "a//b", "a%5cb",
                           "%252e%252e/x", "%00", "a%00b", "a/./b", "%2fetc", "a%0ab", "%ff"}) {
    for (const char* verb : {"GET ", "PUT ", "DELETE "})
      EXPECT_EQ(Send(handler_, verb + kArtifacts + path, "x").status, 400) << verb << path;
    const Answered listed = Get(std::string("/api/2.0/mlflow-artifacts/artifacts?path=") + path);
    EXPECT_EQ(listed.status, 400) << path;
    EXPECT_EQ(listed.body, R"({"error_code":"INVALID_PARAMETER_VALUE","message":"Invalid path"})");
  }
  for (const char* path : {"/etc/passwd", "C:\\x", "..\\x", "\\\\host\\x"})
    EXPECT_EQ(Get(std::string("/api/2.0/mlflow-artifacts/artifacts?path=") + path).status, 400);
  EXPECT_EQ(store_->ListAll("").value().size(), 0U);
}

TEST_F(ArtifactCalls, GivesParts) {
  ASSERT_EQ(Put("f", "0123456789").status, 200);
  const Answered whole = Get(kArtifacts + "f");
  EXPECT_EQ(HeaderOf(whole, "Accept-Ranges"), "bytes");
  const std::string tag = HeaderOf(whole, "ETag");
  const Answered part = Get(kArtifacts + "f", "Range: bytes=3-5\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "345");
  EXPECT_EQ(HeaderOf(part, "Content-Range"), "bytes 3-5/10");
  EXPECT_EQ(Get(kArtifacts + "f", "Range: bytes=8-\r\nIf-Range: " + tag + "\r\n").body, "89");
  EXPECT_EQ(Get(kArtifacts + "f", "Range: bytes=8-\r\nIf-Range: \"old\"\r\n").body, "0123456789");
  const Answered outside = Get(kArtifacts + "f", "Range: bytes=10-\r\n");
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(HeaderOf(outside, "Content-Range"), "bytes */10");
}

TEST_F(ArtifactCalls, SaysWhereThereIsNoStore) {
  use_.artifacts = nullptr;
  handler_ = HandlerOf(use_);
  EXPECT_EQ(Put("f", "x").status, 501);
  const Answered parts =
      Send(handler_, "POST /api/2.0/mlflow-artifacts/mpu/create/1/a", R"({"path":"f"})");
  EXPECT_EQ(parts.status, 501);
  EXPECT_EQ(parts.json().Find("error_code")->AsString().value(), "NOT_IMPLEMENTED");
}

// What the server lays out for clients is theirs to read, not to list or to change.
TEST_F(ArtifactCalls, LaidOutVersionsAreNeitherListedNorWritten) {
  const auto upload = store_->Begin().value();
  ASSERT_TRUE(upload->Append(AsBytes("m")).ok());
  ASSERT_TRUE(upload->Publish("registered/ab/model.json").ok());
  EXPECT_EQ(Put("1/f", "x").status, 200);
  EXPECT_EQ(Get(kArtifacts + "registered/ab/model.json").body, "m");
  const std::string list = kArtifacts.substr(0, kArtifacts.size() - 1);
  EXPECT_EQ(Get(list).body, R"({"files":[{"path":"1","is_dir":true}]})");
  EXPECT_EQ(Get(list + "?path=registered").body, "{}");
  EXPECT_EQ(Get(list + "?path=registered/").body, "{}");
  for (const char* path : {"registered/ab/model.json", "registered/x", "registered"}) {
    EXPECT_EQ(Put(path, "evil").status, 403) << path;
    EXPECT_EQ(Send(handler_, "DELETE " + kArtifacts + path, "").status, 403) << path;
  }
  EXPECT_EQ(Put("registered2/f", "x").status, 200);
}

TEST(StreamsBody, IsForUploadsAlone) {
  using mlflow::StreamsBody;
  EXPECT_TRUE(StreamsBody(Method::kPut, "/api/2.0/mlflow-artifacts/artifacts/a/b"));
  EXPECT_TRUE(StreamsBody(Method::kPut, "/ajax-api/2.0/mlflow-artifacts/artifacts/a"));
  EXPECT_TRUE(StreamsBody(Method::kPut, "/api/2.0/mlflow-artifacts/mpu/parts/ab/1"));
  EXPECT_FALSE(StreamsBody(Method::kPost, "/api/2.0/mlflow-artifacts/artifacts/a"));
  for (const char* path : {"/", "/api/2.0/mlflow-artifacts/mpu/create/a", "/ajax-", "/ajax-/api",
                           "/api/v1/models/m/aliases/champion", "/xapi/2.0/mlflow-artifacts"})
    EXPECT_FALSE(StreamsBody(Method::kPut, path)) << path;
}

// Two threads that do what is given to them.
class Workers {
 public:
  Workers() {
    for (int i = 0; i < 2; ++i)
      threads_.emplace_back([this](const std::stop_token& stop) { Run(stop); });
  }
  Worker worker() {
    return [this](std::function<void()> work) {
      const std::scoped_lock lock(mutex_);
      work_.push_back(std::move(work));
      changed_.notify_one();
      return true;
    };
  }

 private:
  void Run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !work_.empty(); })) {
      const auto work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> work_;
  std::vector<std::jthread> threads_;
};

TEST_F(ArtifactCalls, StreamsOverSockets) {
  Workers workers;
  use_.mlflow = workers.worker();
  HttpServer::Options options;
  options.streams = mlflow::StreamsBody;
  const auto server = HttpServer::Start(options, HandlerOf(use_)).value();
  std::string large(20'000'000, ' ');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i * i % 23);
  const std::string end = " HTTP/1.1\r\nHost: localhost\r\n";
  SocketClient client(server->port());
  for (const std::string& body : {large, std::string("small"), std::string()}) {
    ASSERT_TRUE(client.Send("PUT " + kArtifacts + "r/model.bin" + end +
                            "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    EXPECT_TRUE(client.ReadAnswer().ends_with("\r\n\r\n{}"));
    ASSERT_TRUE(client.Send("GET " + kArtifacts + "r/model.bin" + end + "\r\n"));
    EXPECT_TRUE(client.ReadAnswer().ends_with("\r\n\r\n" + body));
  }
  ASSERT_TRUE(client.Send("PUT " + kArtifacts + "r/model.bin" + end +
                          "Content-Length: " + std::to_string(large.size()) + "\r\n\r\n" + large));
  ASSERT_TRUE(client.ReadAnswer().ends_with("{}"));
  ASSERT_TRUE(
      client.Send("GET " + kArtifacts + "r/model.bin" + end + "Range: bytes=1000000-\r\n\r\n"));
  const std::string part = client.ReadAnswer();
  EXPECT_TRUE(part.starts_with("HTTP/1.1 206 Partial Content\r\n"));
  EXPECT_TRUE(part.ends_with("\r\n\r\n" + large.substr(1'000'000)));
  ASSERT_TRUE(client.Send("HEAD " + kArtifacts + "r/model.bin" + end + "\r\n"));
  EXPECT_NE(client.ReadUntil("\r\n\r\n").find("Content-Length: 20000000\r\n"), std::string::npos);
  // Broken off: nothing of it stays, and what was there is there.
  {
    SocketClient broken(server->port());
    broken.Send("PUT " + kArtifacts + "r/model.bin" + end + "Content-Length: 9000000\r\n\r\n" +
                std::string(5'000'000, 'x'));
    broken.FinishSending();
    EXPECT_TRUE(broken.ReadAll().starts_with("HTTP/1.1 400"));
  }
  ASSERT_TRUE(client.Send("GET " + kArtifacts + "r/model.bin" + end + "\r\n"));
  EXPECT_TRUE(client.ReadAnswer().ends_with(large.substr(19'000'000)));
  server->Drain(std::chrono::seconds(5));
}

TEST_F(ArtifactCalls, RightsAreAskedBeforeTheFirstByte) {
  HttpServer::Options options;
  options.streams = mlflow::StreamsBody;
  use_.artifacts = nullptr;  // refused by the handler, as by the dispatcher
  const auto server = HttpServer::Start(options, HandlerOf(use_)).value();
  SocketClient client(server->port());
  client.Send("PUT " + kArtifacts + "f HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n" +
              "Content-Length: 5000000000\r\n\r\n");
  EXPECT_TRUE(client.ReadAll().starts_with("HTTP/1.1 501"));
}

}  // namespace
}  // namespace mooring::api
