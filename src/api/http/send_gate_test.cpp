#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "api/http/server.h"
#include "api/http/socket_client.h"

namespace mooring::api {
namespace {

struct Door final : SendGate {
  bool MayLeave() const override { return open; }
  Response Instead() const override {
    Response response;
    response.status = 503;
    response.body = "stopped|";
    return response;
  }
  std::atomic<bool> open{true};
};

// Answers "secret|", or megabytes of it at "/big", behind one door.
struct GatedServer {
  explicit GatedServer(std::size_t threads = 1) {
    HttpServer::Options options;
    options.threads = threads;
    auto started = HttpServer::Start(
        options, [this](const Request& request, const std::shared_ptr<Responder>& responder) {
          Response response;
          response.body = request.path == "/big" ? std::string(64 << 20, 's') : "secret|";
          response.gate = door;
          responder->Answer(std::move(response));
        });
    server = std::move(started).value();
  }
  void Shut() {
    door->open = false;
    std::promise<void> passed;
    server->Barrier([&] { passed.set_value(); });
    passed.get_future().wait();
  }
  const std::shared_ptr<Door> door = std::make_shared<Door>();
  std::unique_ptr<HttpServer> server;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(SendGate, LetsAnswersLeaveWhileOpenAndReplacesThemOnceShut) {
  GatedServer gated(2);
  SocketClient client(gated.server->port());
  ASSERT_TRUE(client.Send(kGet));
  EXPECT_TRUE(client.ReadAnswer().ends_with("secret|"));
  gated.Shut();
  ASSERT_TRUE(client.Send(kGet));
  const std::string answer = client.ReadAnswer();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
  EXPECT_TRUE(answer.ends_with("stopped|")) << answer;
  EXPECT_EQ(answer.find("secret"), std::string::npos);
}

TEST(SendGate, ClosesAConnectionThatHoldsTheRestOfAnAnswer) {
  GatedServer gated;
  SocketClient client(gated.server->port());
  ASSERT_TRUE(client.Send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  std::string got = client.ReadSome();  // it has begun, and the client reads no further
  gated.Shut();
  EXPECT_EQ(gated.server->counts().open, 0U);
  got += client.ReadAll();
  EXPECT_LT(got.size(), std::size_t{64} << 20);
}

TEST(SendGate, TheBarrierPassesThoughTheServerEnds) {
  GatedServer gated;
  std::promise<void> passed;
  gated.server->Drain(std::chrono::milliseconds(0));
  gated.server->Barrier([&] { passed.set_value(); });
  passed.get_future().wait();
}

}  // namespace
}  // namespace mooring::api
