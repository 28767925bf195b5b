// What MLflow's clients were told is kept, is kept: sixteen writers create runs, log batches, tag
// and send files to whole servers on a real disk, which are killed with kill -9 again and again.
// While a server lives every call succeeds, so no client ever meets a lock; after the restart all
// that was acknowledged is there, and a batch whose answer was lost is there whole or not at all.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "api/http/socket_client.h"
#include "app/server.h"
#include "base/rng.h"
#include "base/text/json.h"

namespace mooring {
namespace {

constexpr int kWriters = 16, kCallsARun = 24;
constexpr std::size_t kLargeFile = 150'000;  // beyond what lies in the database
const std::string kApi = "/api/2.0/mlflow/";

bool LongTests() {
  const char* const set = std::getenv("MOORING_LONG_TESTS");
  return set != nullptr && std::string_view(set) == "1";
}

// A server in a process of its own, that can be killed.
class KillableServer {
 public:
  explicit KillableServer(const std::string& directory) {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    child_ = ::fork();
    if (child_ == 0) {
      app::ServerOptions options;
      options.data_directory = directory;
      options.port = 0;
      options.library_directory = MOORING_DEPS_DIR "/lib";
      auto server = app::Server::Start(options);
      const std::uint16_t port = server.ok() ? (*server)->port() : std::uint16_t{0};
      if (::write(ends[1], &port, sizeof(port)) != sizeof(port)) ::_exit(1);
      for (;;) ::pause();
    }
    EXPECT_EQ(::read(ends[0], &port_, sizeof(port_)), static_cast<ssize_t>(sizeof(port_)));
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_NE(port_, 0);
  }
  ~KillableServer() { Kill(); }
  void Kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }
  std::uint16_t port() const { return port_; }

 private:
  pid_t child_ = 0;
  std::uint16_t port_ = 0;
};

struct Answer {
  int status = 0;  // 0: the connection ended without one
  std::string body;
};

// One connection of a client.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(port) {}
  Answer Call(const std::string& method, const std::string& path, const std::string& body = "") {
    socket_.Send(method + " " + path +
                 " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 "Content-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
    const std::string got = socket_.ReadAnswer();
    const std::size_t end = got.find("\r\n\r\n"), length = got.find("\r\nContent-Length: ");
    if (end == got.npos || length > end) return {};
    Answer answer{std::stoi(got.substr(9, 3)), got.substr(end + 4)};
    return answer.body.size() < std::stoul(got.substr(length + 18)) ? Answer() : answer;
  }
  Answer Post(const std::string& path, const std::string& body) {
    return Call("POST", kApi + path, body);
  }

 private:
  api::SocketClient socket_;
};

// What the server acknowledged of one run: numbers of calls, which say all that they sent.
struct Kept {
  std::string run;
  std::vector<int> batches, tags, files;
};

std::string Number(int n) { return std::to_string(n); }

std::string BatchOf(const std::string& run, int n) {
  const auto metric = [n](const char* key) {
    return std::string(R"({"key":")") + key + R"(","value":)" + Number(n) +
           R"(.5,"timestamp":1700000000000,"step":)" + Number(n) + "}";
  };
  return R"({"run_id":")" + run + R"(","metrics":[)" + metric("a") + "," + metric("b") +
         R"(],"params":[{"key":"p)" + Number(n) + R"(","value":")" + Number(n) +
         R"("}],"tags":[{"key":"b)" + Number(n) + R"(","value":")" + Number(n) + R"("}]})";
}

std::string PathOf(const std::string& run, int n) {
  return "/api/2.0/mlflow-artifacts/artifacts/0/" + run + "/artifacts/files/" + Number(n);
}

std::string ContentOf(const std::string& run, int n) {
  const std::string line = run + " " + Number(n) + "\n";
  std::string content;
  const std::size_t bytes = n % 8 == 3 ? kLargeFile : 1 + static_cast<std::size_t>(n) * 40;
  while (content.size() < bytes) content += line;
  return content;
}

// One writer of one round: calls until its connection ends.
class Writer {
 public:
  explicit Writer(std::uint16_t port) : client_(port) {}
  // False at the end of the connection, and after an answer that no client should see.
  bool Step() {
    const int n = calls_++ % kCallsARun;
    const Answer answer = Ask(n);
    if (answer.status == 200) {
      Keep(n, answer);
      return true;
    }
    if (answer.status != 0) problem_ = Number(answer.status) + " " + answer.body;
    return false;
  }
  const std::string& problem() const { return problem_; }
  std::vector<Kept>& kept() { return kept_; }

 private:
  Answer Ask(int n) {
    if (n == 0) return client_.Post("runs/create", R"({"experiment_id":"0","start_time":1})");
    const std::string& run = kept_.back().run;
    if (n % 4 == 3) return client_.Call("PUT", PathOf(run, n), ContentOf(run, n));
    if (n % 4 == 2) {
      return client_.Post("runs/set-tag", R"({"run_id":")" + run + R"(","key":"t)" + Number(n) +
                                              R"(","value":")" + Number(n) + R"("})");
    }
    return client_.Post("runs/log-batch", BatchOf(run, n));
  }
  void Keep(int n, const Answer& answer) {
    if (n == 0) {
      const auto json = Json::Parse(answer.body);
      kept_.push_back({std::string(*json->Find("run")->Find("info")->GetString("run_id"))});
    } else {
      Kept& last = kept_.back();
      (n % 4 == 3 ? last.files : n % 4 == 2 ? last.tags : last.batches).push_back(n);
    }
  }

  Client client_;
  int calls_ = 0;
  std::string problem_;
  std::vector<Kept> kept_;
};

class TrackingDurability : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "tracking_" + std::to_string(::getpid());
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // Sixteen writers, until so many calls were acknowledged; then the server is killed under them.
  std::vector<Kept> WriteUntilKilled(KillableServer& server, int calls) {
    std::atomic<int> acknowledged{0};
    std::atomic<bool> killed{false};
    std::mutex mutex;
    std::condition_variable enough;
    std::deque<Writer> writers;
    std::vector<std::thread> threads;
    for (int i = 0; i < kWriters; ++i) writers.emplace_back(server.port());
    for (Writer& writer : writers) {
      threads.emplace_back([&] {
        while (writer.Step()) {
          if (++acknowledged != calls) continue;
          const std::scoped_lock lock(mutex);
          enough.notify_one();
        }
        EXPECT_EQ(writer.problem(), "");
        EXPECT_TRUE(killed) << "a connection ended while the server lived";
        if (killed) return;
        acknowledged = calls;  // so that the test ends
        const std::scoped_lock lock(mutex);
        enough.notify_one();
      });
    }
    {
      std::unique_lock lock(mutex);
      enough.wait(lock, [&] { return acknowledged >= calls; });
    }
    killed = true;
    server.Kill();
    for (std::thread& thread : threads) thread.join();
    std::vector<Kept> kept;
    for (Writer& writer : writers) {
      std::ranges::move(writer.kept(), std::back_inserter(kept));
    }
    return kept;
  }

  std::string directory_;
};

// The keys of a run's params or tags that begin with a letter, as numbers.
std::set<int> NumbersOf(const Json& data, const char* field, char letter) {
  std::set<int> numbers;
  const auto list = data.GetArray(field);
  if (!list.ok()) return numbers;  // nothing of the kind
  for (const Json& one : **list) {
    const std::string key(*one.GetString("key"));
    if (key[0] != letter) continue;
    EXPECT_EQ(key.substr(1), *one.GetString("value"));
    numbers.insert(std::stoi(key.substr(1)));
  }
  return numbers;
}

std::set<int> StepsOf(Client& client, const std::string& run, const char* key) {
  const Answer answer =
      client.Call("GET", kApi + "metrics/get-history?run_id=" + run + "&metric_key=" + key);
  EXPECT_EQ(answer.status, 200) << answer.body;
  std::set<int> steps;
  const auto json = Json::Parse(answer.body);
  const auto list = json->GetArray("metrics");
  if (!list.ok()) return steps;
  for (const Json& one : **list) {
    const int step = static_cast<int>(*one.GetInt("step"));
    EXPECT_TRUE(steps.insert(step).second) << step << " is there twice";
    EXPECT_EQ(*one.GetDouble("value"), step + 0.5);
  }
  return steps;
}

void ExpectAll(Client& client, const Kept& kept) {
  SCOPED_TRACE(kept.run);
  const Answer answer = client.Call("GET", kApi + "runs/get?run_id=" + kept.run);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto json = Json::Parse(answer.body);
  ASSERT_TRUE(json.ok());
  const Json* const data = json->Find("run")->Find("data");
  ASSERT_NE(data, nullptr);
  const std::set<int> steps = StepsOf(client, kept.run, "a"), tags = NumbersOf(*data, "tags", 't');
  // A batch is one change, whether it was acknowledged or not.
  EXPECT_EQ(StepsOf(client, kept.run, "b"), steps);
  EXPECT_EQ(NumbersOf(*data, "params", 'p'), steps);
  EXPECT_EQ(NumbersOf(*data, "tags", 'b'), steps);
  for (const int n : kept.batches) EXPECT_TRUE(steps.contains(n)) << "batch " << n << " is lost";
  for (const int n : kept.tags) EXPECT_TRUE(tags.contains(n)) << "tag " << n << " is lost";
  for (const int n : kept.files) {
    const Answer file = client.Call("GET", PathOf(kept.run, n));
    EXPECT_EQ(file.status, 200) << "file " << n << " is lost";
    EXPECT_TRUE(file.body == ContentOf(kept.run, n)) << "file " << n << " is another";
  }
}

TEST_F(TrackingDurability, WhatWasAcknowledgedSurvivesKills) {
  const int rounds = LongTests() ? 100 : 3;
  Rng rng(20'261'123);
  std::vector<Kept> all, last;
  std::size_t calls = 0;
  for (int round = 0; round <= rounds && !HasFailure(); ++round) {
    KillableServer server(directory_);
    ASSERT_NE(server.port(), 0);
    Client client(server.port());
    for (const Kept& kept : round == rounds ? all : last) ExpectAll(client, kept);
    if (round == rounds) break;
    const int enough = static_cast<int>(rng.Below(LongTests() ? 4000 : 400)) + 100;
    last = WriteUntilKilled(server, enough);
    all.insert(all.end(), last.begin(), last.end());
    calls += static_cast<std::size_t>(enough);
  }
  RecordProperty("calls_acknowledged", static_cast<int>(calls));
  RecordProperty("runs", static_cast<int>(all.size()));
}

}  // namespace
}  // namespace mooring
