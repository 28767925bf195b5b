// Stop-limits against whole servers over real sockets and a real disk: clients race for the last
// unit, servers are killed with kill -9 while clients remember what was acknowledged, requests are
// sent again and again.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "api/http/socket_client.h"
#include "app/cli/testing/fake_process.h"
#include "app/server.h"
#include "base/rng.h"
#include "base/text/json.h"
#include "records/journal/reader.h"

namespace mooring {
namespace {

constexpr char kContract[] = R"(model: credit
owner: {team: risk}
inputs:
  age: {type: int64, min: 0, max: 120}
  income: {type: float64, missing: flag}
  debt: {type: float64}
  score: {type: float32, missing: flag}
  children: {type: int32}
  account: {type: string}
output: {name: prediction, min: 0, max: 1}
decision: {amount: age, currency: RUB}
limits:
  - {name: budget, sum: amount, max: 300, over: lifetime, per: [account], latch: false}
fallback: [deny]
)";
constexpr int kUnit = 30;  // roubles a decision
constexpr int kFit = 300 / kUnit;

bool LongTests() {
  const char* const set = std::getenv("MOORING_LONG_TESTS");
  return set != nullptr && std::string_view(set) == "1";
}

app::ServerOptions OptionsOf(const std::string& directory) {
  app::ServerOptions options;
  options.data_directory = directory;
  options.port = 0;
  options.library_directory = MOORING_DEPS_DIR "/lib";
  options.drain = std::chrono::seconds(1);
  return options;
}

// A server in a process of its own, that can be killed.
class KillableServer {
 public:
  explicit KillableServer(const std::string& directory) {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    child_ = ::fork();
    if (child_ == 0) {
      auto server = app::Server::Start(OptionsOf(directory));
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
  std::string verdict, id;
};

// One connection of a client.
class Client {
 public:
  explicit Client(std::uint16_t port) : client_(port) {}
  Answer Decide(const std::string& account, const std::string& request_id, int age = kUnit) {
    Ask(account, request_id, age);
    return Read();
  }
  // Sends without waiting for the answer; Read gets it.
  void Ask(const std::string& account, const std::string& request_id, int age = kUnit) {
    Post("/api/v1/models/credit/decide",
         R"({"request_id":")" + request_id + R"(","inputs":{"age":)" + std::to_string(age) +
             R"(,"income":1000.5,"debt":0.25,"score":0.5,"children":2,"account":")" + account +
             "\"}}");
  }
  void Post(const std::string& path, const std::string& body) {
    client_.Send("POST " + path +
                 " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 "Content-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  Answer Read() {
    const std::string got = client_.ReadAnswer();
    Answer answer;
    const std::size_t end = got.find("\r\n\r\n");
    if (end == got.npos) return answer;
    answer.status = std::stoi(got.substr(9, 3));
    const auto json = Json::Parse(got.substr(end + 4));
    const auto decisions = json.ok() ? json->GetArray("decisions") : json.error();
    if (!decisions.ok()) return answer;
    answer.verdict = *(**decisions)[0].GetString("verdict");
    answer.id = *(**decisions)[0].GetString("id");
    return answer;
  }
  bool HasAnswer() { return client_.HasAnswer(); }

 private:
  api::SocketClient client_;
};

class LimitsTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "limits_" + std::to_string(::getpid()) + "_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    const std::string contract = directory_ + "/contract.yaml";
    ASSERT_TRUE(PosixFileSystem().WriteFileDurably(contract, AsBytes(std::string(kContract))).ok());
    app::cli::FakeWorld world;
    world.context.environment["MOORING_DATA_DIR"] = data();
    world.context.environment["MOORING_LIBRARY_DIR"] = MOORING_DEPS_DIR "/lib";
    const std::vector<std::vector<std::string>> commands = {
        {"apply", contract},
        {"version", "register", "credit",
         MOORING_SOURCE_DIR "/tests/golden/mlflow_models/booster_json"},
        {"version", "promote", "credit", "1", "--reason", "first", "--yes"}};
    for (const auto& words : commands) {
      ASSERT_EQ(world.Run(words), 0) << words[0] << world.out.written << world.err.written;
    }
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string data() const { return directory_ + "/data"; }

  // How often each admitted decision stands in the journal.
  std::map<std::string, int> Admitted() const {
    struct Reading final : records::JournalVisitor {
      void OnDecisions(const records::ReadDecisions& block) override {
        for (std::uint32_t row = 0; row < block.rows.size(); ++row) {
          if (block.rows[row].verdict != records::Verdict::kAdmit) continue;
          DecisionId id = block.first;
          id.ordinal += row;
          ++admitted[id.ToString()];
        }
      }
      bool WantsRows() const override { return false; }
      std::map<std::string, int> admitted;
    } reading;
    const std::string journal = app::DataPaths(data()).journal;
    const auto end = records::EndOfJournal(PosixFileSystem(), journal);
    EXPECT_TRUE(end.ok());
    const auto reader = records::JournalReader::Open(PosixFileSystem(), journal);
    for (std::size_t read = 1; read != 0;) read = (*reader)->Read(*end, 1000, reading).value();
    return std::move(reading.admitted);
  }

  std::string directory_;
};

// All but one unit of an account is spent; 64 clients want the last.
TEST_F(LimitsTest, OneOfManyClientsGetsTheLastUnit) {
  constexpr int kClients = 64;
  const int rounds = LongTests() ? 10'000 : 100;
  KillableServer server(data());
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(std::make_unique<Client>(server.port()));
  for (int round = 0; round < rounds; ++round) {
    const std::string account = "a" + std::to_string(round);
    for (int i = 0; i + 1 < kFit; ++i) {
      ASSERT_EQ(clients[0]->Decide(account, account + "-" + std::to_string(i)).verdict, "admit");
    }
    std::atomic<int> admitted{0}, denied{0};
    std::vector<std::thread> racing;
    for (int i = 0; i < kClients; ++i) {
      racing.emplace_back([&, i] {
        const Answer answer = clients[static_cast<std::size_t>(i)]->Decide(
            account, account + "c" + std::to_string(i));
        admitted += answer.verdict == "admit";
        denied += answer.status == 409;
      });
    }
    for (std::thread& client : racing) client.join();
    ASSERT_EQ(admitted, 1) << round;
    ASSERT_EQ(denied, kClients - 1) << round;
  }
}

// Whatever the kill interrupts: what was acknowledged is in the journal once, and never over.
TEST_F(LimitsTest, KilledServersNeverSpendMoreThanWasGiven) {
  constexpr int kClients = 8;
  const int loops = LongTests() ? 1000 : 20;
  Rng rng(20'261'122);
  std::set<std::string> acknowledged;
  for (int loop = 0; loop < loops; ++loop) {
    const std::string account = "a" + std::to_string(loop);
    const int enough = static_cast<int>(rng.Below(kFit)) + 1;
    std::map<std::string, std::string> acks;  // decision by request id
    {
      KillableServer server(data());
      std::mutex mutex;
      std::vector<std::thread> clients;
      for (int i = 0; i < kClients; ++i) {
        clients.emplace_back([&, i] {
          Client client(server.port());
          for (int n = 0; n < 2 * kFit; ++n) {
            const std::string id = account + "-" + std::to_string(i) + "-" + std::to_string(n);
            const Answer answer = client.Decide(account, id);
            if (answer.status == 0) return;
            if (answer.verdict != "admit") continue;
            const std::lock_guard lock(mutex);
            acks[id] = answer.id;
            if (static_cast<int>(acks.size()) == enough) server.Kill();
          }
        });
      }
      for (std::thread& client : clients) client.join();
    }
    ASSERT_LE(static_cast<int>(acks.size()), kFit) << loop;
    KillableServer again(data());
    Client client(again.port());
    for (const auto& [request, decision] : acks) {  // the same decisions, and no second spending
      const Answer answer = client.Decide(account, request);
      ASSERT_EQ(answer.id, decision);
      ASSERT_EQ(answer.verdict, "admit");
      acknowledged.insert(decision);
    }
    int more = 0;
    for (int n = 0; n <= kFit; ++n) {
      const Answer answer = client.Decide(account, account + "-more-" + std::to_string(n));
      more += answer.verdict == "admit";
      if (answer.verdict == "admit") acknowledged.insert(answer.id);
    }
    ASSERT_LE(static_cast<int>(acks.size()) + more, kFit) << loop;
  }
  const std::map<std::string, int> admitted = Admitted();
  for (const std::string& decision : acknowledged) {
    const auto found = admitted.find(decision);
    ASSERT_TRUE(found != admitted.end()) << decision;
    ASSERT_EQ(found->second, 1) << decision;
  }
}

TEST_F(LimitsTest, ARequestSentFiveTimesSpendsOnce) {
  KillableServer server(data());
  Client client(server.port());
  for (int request = 0; request < kFit; ++request) {
    const std::string id = "r" + std::to_string(request);
    const Answer first = client.Decide("a", id);
    ASSERT_EQ(first.verdict, "admit");
    for (int retry = 1; retry < 5; ++retry) ASSERT_EQ(client.Decide("a", id).id, first.id);
  }
  EXPECT_EQ(client.Decide("a", "one-more").status, 409);
  EXPECT_EQ(client.Decide("a", "r0", kUnit + 1).status, 409);  // another body
  EXPECT_EQ(Admitted().size(), static_cast<std::size_t>(kFit));
}

// Answers that were on their way when the kill was acknowledged have arrived; what arrives later is
// no model's.
TEST_F(LimitsTest, NothingOfAModelArrivesAfterAKillWasAcknowledged) {
  constexpr int kClients = 16;
  const int trials = LongTests() ? 1000 : 100;
  KillableServer server(data());
  Client killer(server.port());
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(std::make_unique<Client>(server.port()));
  int later = 0, before = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const std::string account = "k" + std::to_string(trial);
    // Half of them before the kill, half of them behind it.
    for (int i = 0; i < kClients; i += 2) {
      clients[static_cast<std::size_t>(i)]->Ask(account, account + "-" + std::to_string(i), 1);
    }
    killer.Post("/api/v1/kills", R"({"scope":"segment","model":"credit","reason":"test",)"
                                 R"("author":"ann","segment":"account == ')" +
                                     account + "'\"}");
    for (int i = 1; i < kClients; i += 2) {
      clients[static_cast<std::size_t>(i)]->Ask(account, account + "-" + std::to_string(i), 1);
    }
    ASSERT_EQ(killer.Read().status, 200);
    std::vector<bool> there;
    for (const auto& client : clients) there.push_back(client->HasAnswer());
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const Answer answer = clients[i]->Read();
      ASSERT_NE(answer.status, 0);
      if (there[i]) {
        before += answer.verdict == "admit";
        continue;
      }
      ++later;
      ASSERT_NE(answer.verdict, "admit") << trial;
    }
    const Answer after = clients[0]->Decide(account, account + "-after", 1);
    ASSERT_NE(after.verdict, "admit") << trial;
  }
  EXPECT_EQ(clients[0]->Decide("free", "free", 1).verdict, "admit");
  RecordProperty("answers_after_the_kill", later);
  RecordProperty("admitted_before_it", before);
}

}  // namespace
}  // namespace mooring
