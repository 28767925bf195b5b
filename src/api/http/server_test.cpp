#include "api/http/server.h"

#include <condition_variable>
#include <fstream>
#include <thread>

#include "api/http/socket_client.h"

namespace mooring::api {
namespace {

// Answers with "method path body|"; what is asked of "/later" is answered by Release, on its
// thread.
class Echo {
 public:
  Handler handler() {
    return [this](const Request& request, std::shared_ptr<Responder> responder) {
      Response response;
      response.content_type = "text/plain";
      response.body = std::string(request.path) + " " + std::string(request.body) + "|";
      if (!request.path.starts_with("/later")) return responder->Answer(std::move(response));
      const std::scoped_lock lock(mutex_);
      waiting_.emplace_back(std::move(responder), std::move(response));
      arrived_.notify_all();
    };
  }
  void WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(5), [&] { return waiting_.size() >= count; });
    ASSERT_GE(waiting_.size(), count);
  }
  std::size_t waiting() {
    const std::scoped_lock lock(mutex_);
    return waiting_.size();
  }
  // Answers all that wait; how many.
  std::size_t Release(bool backwards) {
    const std::scoped_lock lock(mutex_);
    const std::size_t count = waiting_.size();
    if (backwards) std::reverse(waiting_.begin(), waiting_.end());
    for (auto& [responder, response] : waiting_) responder->Answer(std::move(response));
    waiting_.clear();
    return count;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::pair<std::shared_ptr<Responder>, Response>> waiting_;
};

std::unique_ptr<HttpServer> Start(Echo& echo, HttpServer::Options options = {}) {
  auto server = HttpServer::Start(std::move(options), echo.handler());
  EXPECT_TRUE(server.ok());
  return std::move(server).value();
}

std::string Get(const std::string& path, const std::string& more = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}
std::string Post(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(Post("/a", "body" + std::to_string(i))));
    const std::string answer = client.ReadUntil("|");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
    EXPECT_TRUE(answer.ends_with("Content-Length: 9\r\n\r\n/a body" + std::to_string(i) + "|"))
        << answer;
  }
  EXPECT_EQ(server->counts().accepted, 1U);
  EXPECT_EQ(server->counts().requests, 3U);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrderEvenWhenHandlersDoNot) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += Get((i % 2 == 0 ? "/later" : "/now") + std::to_string(i));
  ASSERT_TRUE(client.Send(bytes));
  echo.WaitFor(5);
  std::thread([&] { echo.Release(true); }).join();
  const std::string answers = client.ReadUntil("|", 10);
  std::size_t at = 0;
  for (int i = 0; i < 10; ++i) {
    at = answers.find((i % 2 == 0 ? "/later" : "/now") + std::to_string(i), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST(HttpServer, BoundsWhatOneConnectionMayHaveOutstanding) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += Get("/later");
  ASSERT_TRUE(client.Send(bytes));
  std::size_t answered = 0;
  while (answered < 1000) {
    echo.WaitFor(1);
    EXPECT_LE(echo.waiting(), 64U);
    const std::size_t now = echo.Release(false);
    ASSERT_FALSE(client.ReadUntil("|", now).empty());
    answered += now;
  }
  EXPECT_EQ(server->counts().requests, 1000U);
}

TEST(HttpServer, AnswersTenThousandPipelinedRequests) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  std::jthread sender([&] {
    for (int i = 0; i < 10'000; ++i) client.Send(Get("/n" + std::to_string(i)));
  });
  const std::string answers = client.ReadUntil("|", 10'000);
  std::size_t at = 0;
  for (int i = 0; i < 10'000; ++i) {
    at = answers.find("/n" + std::to_string(i) + " |", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST(HttpServer, RefusesAndClosesWhatIsNotAClearRequest) {
  Echo echo;
  HttpServer::Options options;
  options.body_limit_bytes = 1000;
  const auto server = Start(echo, options);
  struct Case {
    std::string bytes;
    const char* status;
  };
  const Case cases[] = {
      {"\x16\x03\x01 hello\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n" +
           std::string(5000, 'x'),
       "413"},
      {Get("/" + std::string(100'000, 'a')), "414"},
      {Get("/", "X: " + std::string(1'000'000, 'a') + "\r\n"), "431"},
      {Get("/", "Origin: http://evil.example\r\n"), "403"},
      {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"},
      {"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"},
  };
  for (const Case& c : cases) {
    SocketClient client(server->port());
    client.Send(c.bytes + Get("/never"));
    const std::string answer = client.ReadAll();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::string(c.status))) << answer;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_NE(answer.find("\"code\":\""), std::string::npos);
    EXPECT_EQ(answer.find("/never"), std::string::npos);
  }
  EXPECT_EQ(server->counts().requests, 0U);
}

TEST(HttpServer, SaysContinueWhenAskedTo) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  client.Send(
      "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_TRUE(client.ReadUntil("|").ends_with("/a abc|"));
}

TEST(HttpServer, KeepsTheLengthButNotTheBodyForHead) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  client.Send("HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = client.ReadAll();
  EXPECT_NE(answer.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(HttpServer, SpeaksHttp10) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  client.Send("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(client.ReadAll().ends_with("/old |"));
}

TEST(HttpServer, AnswersAClientThatFinishedSending) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient client(server->port());
  client.Send(Get("/later") + Get("/now"));
  client.FinishSending();
  echo.WaitFor(1);
  echo.Release(false);
  const std::string answers = client.ReadAll();
  EXPECT_NE(answers.find("/later |"), std::string::npos);
  EXPECT_TRUE(answers.ends_with("/now |"));
}

TEST(HttpServer, SurvivesClientsThatReset) {
  Echo echo;
  const auto server = Start(echo);
  for (int i = 0; i < 200; ++i) {
    SocketClient client(server->port());
    client.Send(Get(i % 2 == 0 ? "/later" : "/now"));
    if (i % 2 == 0) echo.WaitFor(1);
    client.Reset();
    echo.Release(false);
  }
  SocketClient client(server->port());
  client.Send(Get("/alive"));
  EXPECT_TRUE(client.ReadUntil("|").ends_with("/alive |"));
}

TEST(HttpServer, EndsSlowAndIdleConnections) {
  SimulatedClock clock;
  Echo echo;
  HttpServer::Options options;
  options.clock = &clock;
  const auto server = Start(echo, options);
  SocketClient slow_head(server->port()), slow_body(server->port()), slow_answer(server->port()),
      idle(server->port());
  slow_head.Send("GET / HTTP/1.1\r\nHost: loc");
  slow_body.Send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  slow_answer.Send(Get("/later"));
  idle.Send(Get("/now"));
  idle.ReadUntil("|");
  echo.WaitFor(1);
  // The ticker looks at the clock; keep pushing it until all four deadlines passed, in steps that
  // get there soon even when others leave this thread little time.
  std::jthread time([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      clock.Advance(std::chrono::milliseconds(50));
      std::this_thread::yield();
    }
  });
  EXPECT_TRUE(slow_head.ReadAll().starts_with("HTTP/1.1 408"));
  EXPECT_TRUE(slow_body.ReadAll().starts_with("HTTP/1.1 408"));
  EXPECT_TRUE(slow_answer.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 504"));
  EXPECT_EQ(idle.ReadAll(), "");
  echo.Release(false);  // too late: ignored
}

TEST(HttpServer, RefusesConnectionsOverTheCap) {
  Echo echo;
  HttpServer::Options options;
  options.connections = 2;
  const auto server = Start(echo, options);
  SocketClient one(server->port()), two(server->port());
  one.Send(Get("/1"));
  two.Send(Get("/2"));
  one.ReadUntil("|");
  two.ReadUntil("|");
  SocketClient three(server->port());
  EXPECT_TRUE(three.ReadAll().starts_with("HTTP/1.1 503"));
  EXPECT_EQ(server->counts().refused, 1U);
}

TEST(HttpServer, DrainsByAnsweringWhatWasBegun) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient busy(server->port()), idle(server->port());
  idle.Send(Get("/now"));
  idle.ReadUntil("|");
  busy.Send(Get("/later"));
  echo.WaitFor(1);
  std::jthread drain([&] { EXPECT_TRUE(server->Drain(std::chrono::seconds(5))); });
  EXPECT_EQ(idle.ReadAll(), "");
  idle.Close();
  echo.Release(false);
  const std::string answer = busy.ReadAll();
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("/later |"));
  busy.Close();
  drain.join();
  EXPECT_FALSE(SocketClient(server->port()).connected());
}

TEST(HttpServer, DrainsIdleConnectionsAtOnce) {
  Echo echo;
  const auto server = Start(echo);
  SocketClient kept(server->port()), silent(server->port());
  ASSERT_TRUE(kept.Send(Get("/a")));
  ASSERT_TRUE(kept.ReadUntil("|").ends_with("/a |"));
  EXPECT_TRUE(server->Drain(std::chrono::seconds(1))) << "waits for clients that wait for it";
  EXPECT_EQ(kept.ReadAll(), "");
  EXPECT_EQ(silent.ReadAll(), "");
}

TEST(HttpServer, IgnoresAnswersThatComeAfterItsEnd) {
  Echo echo;
  auto server = Start(echo);
  SocketClient client(server->port());
  client.Send(Get("/later"));
  echo.WaitFor(1);
  server = nullptr;
  echo.Release(false);
  EXPECT_EQ(client.ReadAll(), "");
}

TEST(HttpServer, SaysThatAPortIsTakenOrAnAddressIsNone) {
  Echo echo;
  const auto server = Start(echo);
  HttpServer::Options options;
  options.port = server->port();
  const auto second = HttpServer::Start(options, echo.handler());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::kConflict);
  options.host = "models.example";
  EXPECT_EQ(HttpServer::Start(options, echo.handler()).error().code(), Code::kInvalidArgument);
  options.host = "127.0.0.1";
  options.tls_key_file = "/absent";
  EXPECT_EQ(HttpServer::Start(options, echo.handler()).error().code(), Code::kInvalidArgument);
}

TEST(HttpServer, EndsABatchAfterAllThatIsReadyAndCollectsItsAnswers) {
  Echo echo;
  std::atomic<int> batches{0};
  HttpServer::Options options;
  options.after_batch = [&] {
    ++batches;
    echo.Release(true);  // holds the echo's lock: no handler may run inside
  };
  const auto server = Start(echo, options);
  SocketClient client(server->port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += Get("/later" + std::to_string(i));
  ASSERT_TRUE(client.Send(bytes));
  const std::string answers = client.ReadUntil("|", 200);
  std::size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = answers.find("/later" + std::to_string(i) + " |", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_GE(batches.load(), 1);
  EXPECT_LE(batches.load(), 200);
}

TEST(HttpServer, DeliversWhatAThreadAnsweredBeforeItWakesTheLoops) {
  Echo echo;
  auto server = Start(echo);
  const std::function<void()> wake = server->Waker();
  SocketClient client(server->port());
  std::thread([&] {
    wake();  // a promise: from now on its answers wait for the next call
    for (int round = 0; round < 3; ++round) {
      client.Send(Get("/later") + Get("/later"));
      echo.WaitFor(2);
      echo.Release(false);
      wake();
      EXPECT_TRUE(client.ReadUntil("|", 2).ends_with("/later |"));
    }
  }).join();
  server = nullptr;
  wake();  // harmless
}

TEST(HttpServer, SpreadsConnectionsOverItsThreads) {
  Echo echo;
  HttpServer::Options options;
  options.threads = 2;
  const auto server = Start(echo, options);
  for (int i = 0; i < 50; ++i) {
    SocketClient client(server->port());
    client.Send(Get("/t"));
    EXPECT_TRUE(client.ReadUntil("|").ends_with("/t |"));
  }
}

}  // namespace
}  // namespace mooring::api
