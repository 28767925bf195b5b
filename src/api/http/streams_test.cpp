// Bodies that stream, over real sockets: any size with little memory, ends that are not where they
// were said to be, readers and callers that stall, and what drains and pipelines do meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "api/http/server.h"
#include "api/http/socket_client.h"

namespace mooring::api {
namespace {

bool PutsStream(Method method, std::string_view path) {
  return method == Method::kPut && path.starts_with("/s/");
}

// One thread that runs what it is given; stopped from outside at will.
class Thread {
 public:
  void Do(std::function<void()> work) {
    const std::scoped_lock lock(mutex_);
    work_.push_back(std::move(work));
    changed_.notify_all();
  }
  void Hold(bool held) {
    const std::scoped_lock lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

 private:
  void Run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return !work_.empty() && !held_; })) {
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
  bool held_ = false;
  std::jthread thread_{[this](const std::stop_token& stop) { Run(stop); }};
};

// Reads a body to its end on a thread of its own, then says how long it was and what it adds up to.
struct Counting : std::enable_shared_from_this<Counting> {
  const Request& request;
  std::shared_ptr<Responder> responder;
  Thread& thread;
  std::atomic<int>& failures;
  std::size_t bytes = 0, largest = 0;
  unsigned sum = 0;

  Counting(const Request& asked, std::shared_ptr<Responder> who, Thread& where,
           std::atomic<int>& count)
      : request(asked), responder(std::move(who)), thread(where), failures(count) {}
  void Soon() {
    thread.Do([self = shared_from_this()] { self->Read(); });
  }
  void Read() {
    while (auto next = request.stream->Next([self = shared_from_this()] { self->Soon(); })) {
      Response response;
      if (!next->ok()) {
        ++failures;
        response.status = 400;
        return responder->Answer(std::move(response));
      }
      largest = std::max(largest, (*next)->bytes.size());
      bytes += (*next)->bytes.size();
      for (const char c : (*next)->bytes) sum = sum * 31 + static_cast<unsigned char>(c);
      if (!(*next)->last) continue;
      response.body = std::to_string(bytes) + " " + std::to_string(sum) + "|";
      EXPECT_LE(largest, kPieceBytes + 64 * limits::kKiB);
      EXPECT_TRUE((*request.stream->Next({}))->last) << "the end stays the end";
      return responder->Answer(std::move(response));
    }
  }
};

unsigned SumOf(std::string_view bytes) {
  unsigned sum = 0;
  for (const char c : bytes) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum;
}
std::string Expected(std::string_view bytes) {
  return std::to_string(bytes.size()) + " " + std::to_string(SumOf(bytes)) + "|";
}
std::string Bytes(std::size_t size) {
  std::string bytes(size, ' ');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + (i * i + i / 7) % 26);
  return bytes;
}

// Gives bytes of a text, read ahead on a thread; may fail at some place, or say another length.
class Text final : public BodySource, public std::enable_shared_from_this<Text> {
 public:
  Text(std::string text, Thread& thread, std::size_t fail_at)
      : text_(std::move(text)), thread_(thread), fail_at_(fail_at) {}
  std::optional<Result<Piece>> Next(std::function<void()> later) override {
    if (at_ >= fail_at_) return Error(Code::kDataLoss, "a rotten disk");
    if (!here_) {
      thread_.Do([self = shared_from_this(), later = std::move(later)] {
        self->here_ = true;
        later();
      });
      return std::nullopt;
    }
    here_ = false;
    Piece piece{text_.substr(at_, 100'000), false};
    at_ += piece.bytes.size();
    piece.last = at_ == text_.size();
    return piece;
  }

 private:
  const std::string text_;
  Thread& thread_;
  const std::size_t fail_at_;
  std::size_t at_ = 0;
  std::atomic<bool> here_ = false;
};

// PUT /s/… counts what comes, PUT /s/no refuses before any of it; GET /text, /rotten, /short,
// /long, /empty give streams; everything else is an echo.
class Server {
 public:
  explicit Server(HttpServer::Options options = {}) {
    options.streams = PutsStream;
    http = HttpServer::Start(options, [this](const Request& request, auto responder) {
             Answer(request, std::move(responder));
           }).value();
  }
  ~Server() {
    thread.Hold(false);
    http = nullptr;
  }
  void Answer(const Request& request, std::shared_ptr<Responder> responder) {
    Response response;
    response.body = "echo " + std::string(request.path) + " " + std::string(request.body) + "|";
    if (request.path == "/s/no") {
      response.status = 403;
    } else if (request.stream != nullptr) {
      std::make_shared<Counting>(request, std::move(responder), thread, failures)->Soon();
      return;
    } else if (request.method != Method::kPut) {
      Stream(request.path, response);
    }
    responder->Answer(std::move(response));
  }
  void Stream(std::string_view path, Response& response) {
    if (path == "/text" || path == "/rotten" || path == "/short" || path == "/long") {
      response.stream = std::make_shared<Text>(
          text, thread, path == "/rotten" ? text.size() / 2 : text.size() + 1);
      response.stream_bytes = text.size();
      if (path == "/short") response.stream_bytes += 7;
      if (path == "/long") response.stream_bytes -= 7;
    } else if (path == "/empty") {
      response.stream = std::make_shared<Text>("", thread, 1);
    }
  }
  const std::string text = Bytes(3'000'000);
  std::atomic<int> failures{0};
  Thread thread;
  std::unique_ptr<HttpServer> http;
};

const std::string kHost = " HTTP/1.1\r\nHost: localhost\r\n";
std::string PutHead(const std::string& path, std::size_t length, const std::string& more = "") {
  return "PUT " + path + kHost + more + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}
std::string Get(const std::string& path) { return "GET " + path + kHost + "\r\n"; }
std::string Chunked(std::string_view body, std::size_t piece) {
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const std::string_view part = body.substr(at, piece);
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    out.append(size).append(part).append("\r\n");
  }
  return out + "0\r\n";
}

TEST(Streams, BodiesOfManySizesArriveWholeAndTheConnectionGoesOn) {
  Server server;
  SocketClient client(server.http->port());
  for (const std::size_t size :
       {0UL, 1UL, 5UL, 4096UL, 65'536UL, 262'143UL, 262'144UL, 262'145UL, 600'000UL, 5'000'000UL}) {
    const std::string body = Bytes(size);
    ASSERT_TRUE(client.Send(PutHead("/s/a", size) + body));
    EXPECT_TRUE(client.ReadUntil("|").ends_with("\r\n" + Expected(body))) << size;
    for (const std::size_t piece : {size / 3 + 1, size + 1}) {
      ASSERT_TRUE(client.Send("PUT /s/a" + kHost + "Transfer-Encoding: chunked\r\n\r\n" +
                              Chunked(body, piece) + "X-Trailer: dropped\r\n\r\n"));
      EXPECT_TRUE(client.ReadUntil("|").ends_with("\r\n" + Expected(body))) << size;
    }
  }
  EXPECT_EQ(server.http->counts().accepted, 1U);
  EXPECT_EQ(server.failures, 0);
}

TEST(Streams, PipelinesKeepTheirOrderAroundThem) {
  Server server;
  SocketClient client(server.http->port());
  const std::string body = Bytes(700'000);
  ASSERT_TRUE(client.Send(Get("/1") + PutHead("/s/a", body.size()) + body + Get("/text") +
                          PutHead("/s/b", 3) + "abc" + PutHead("/e", 2) + "xy" + Get("/2")));
  std::string all = client.ReadUntil("|", 5);
  std::size_t at = 0;
  for (const std::string& part :
       {std::string("echo /1 |"), Expected(body), server.text, Expected("abc"),
        std::string("echo /e xy|"), std::string("echo /2 |")}) {
    at = all.find(part, at);
    ASSERT_NE(at, std::string::npos) << part.substr(0, 20);
  }
}

TEST(Streams, SlowReadersStopTheSocketAndNotTheServer) {
  Server server;
  server.thread.Hold(true);
  SocketClient client(server.http->port()), other(server.http->port());
  const std::string body = Bytes(40'000'000);
  std::atomic<std::size_t> sent{0};
  std::jthread sender([&] {
    client.Send(PutHead("/s/a", body.size()));
    for (std::size_t at = 0; at < body.size(); at += 1'000'000) {
      client.Send(std::string_view(body).substr(at, 1'000'000));
      sent = at + 1'000'000;
    }
  });
  // The other is answered while the first waits for its reader; what was sent stops somewhere.
  std::size_t before = 1;
  while (before != sent || sent == 0) {
    before = sent;
    for (int i = 0; i < 50; ++i) {
      other.Send(Get("/x"));
      ASSERT_TRUE(other.ReadUntil("|").ends_with("echo /x |"));
    }
  }
  EXPECT_LT(before, body.size());
  server.thread.Hold(false);
  EXPECT_TRUE(client.ReadUntil("|").ends_with(Expected(body)));
}

TEST(Streams, RefusesBeforeTheBodyAndEndsTheConnection) {
  Server server;
  SocketClient client(server.http->port());
  client.Send(PutHead("/s/no", 50'000'000, "Expect: 100-continue\r\n"));
  const std::string answer = client.ReadAll();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(answer.find("100 Continue"), std::string::npos);
  SocketClient small(server.http->port());
  small.Send(PutHead("/s/no", 3) + "abc" + Get("/2"));
  EXPECT_NE(small.ReadUntil("|", 2).find("echo /2"), std::string::npos) << "its body was here";
}

TEST(Streams, SaysContinueWhenTheReaderAsks) {
  Server server;
  server.thread.Hold(true);
  SocketClient client(server.http->port());
  client.Send(PutHead("/s/a", 3, "Expect: 100-continue\r\n"));
  SocketClient other(server.http->port());
  other.Send(Get("/x"));
  other.ReadUntil("|");
  EXPECT_FALSE(client.HasAnswer());
  server.thread.Hold(false);
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_TRUE(client.ReadUntil("|").ends_with(Expected("abc")));
}

TEST(Streams, BodiesThatEndElsewhereThanSaidAreNoBodies) {
  Server server;
  const std::string chunked = "PUT /s/a" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  struct Case {
    std::string bytes;
    const char* status;
  };
  const Case cases[] = {
      {PutHead("/s/a", 10) + "abc", "400"},
      {PutHead("/s/a", 10'000'000) + Bytes(900'000), "400"},
      {chunked + "5\r\nhel", "400"},
      {chunked + "5\r\nhello\r\n", "400"},
      {chunked + "5\r\nhello\r\n0\r\n", "400"},
      {chunked + "5\r\nhelloX\r\n0\r\n\r\n", "400"},
      {chunked + "5\nhello\n0\n\n", "400"},
      {chunked + "+5\r\nhello\r\n0\r\n\r\n", "400"},
      {chunked + "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n", "400"},
      {chunked + "5\r\nhello\r\n0\r\nX: " + std::string(80'000, 'a'), "400"},
      {"PUT /s/a" + kHost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello", "400"},
      {"PUT /s/a" + kHost + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", "415"},
      {"PUT /e" + kHost + "Content-Length: 50000000\r\n\r\nhello", "413"},
      {"PUT /e" + kHost + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\nx", "413"},
  };
  for (const Case& c : cases) {
    SocketClient client(server.http->port());
    client.Send(c.bytes);
    client.FinishSending();
    const std::string answer = client.ReadAll();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::string(c.status)))
        << c.bytes.substr(0, 200) << "\n--\n"
        << answer;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  }
  EXPECT_TRUE(SocketClient(server.http->port()).connected());
}

TEST(Streams, ReadersAreToldThatTheCallerIsGone) {
  Server server;
  for (int i = 0; i < 20; ++i) {
    SocketClient client(server.http->port());
    client.Send(PutHead("/s/a", 10'000'000) + Bytes(300'000));
    client.Reset();
  }
  while (server.failures < 20) std::this_thread::yield();
  SocketClient client(server.http->port());
  client.Send(Get("/alive"));
  EXPECT_TRUE(client.ReadUntil("|").ends_with("echo /alive |"));
}

TEST(Streams, ProgressKeepsAnUploadAliveAndAStallEndsIt) {
  SimulatedClock clock;
  HttpServer::Options options;
  options.clock = &clock;
  options.idle = std::chrono::seconds(20);
  options.request_deadline = std::chrono::seconds(3);
  Server server(options);
  SocketClient client(server.http->port()), other(server.http->port());
  const auto settle = [&] {  // the loop has seen what was sent
    for (int i = 0; i < 3; ++i) {
      other.Send(Get("/x"));
      ASSERT_TRUE(other.ReadUntil("|").ends_with("echo /x |"));
    }
  };
  client.Send(PutHead("/s/a", 1000));
  for (int i = 0; i < 20; ++i) {
    client.Send("0123456789");
    settle();
    clock.Advance(std::chrono::seconds(5));  // 100 s in all, over any deadline
    settle();
  }
  EXPECT_FALSE(client.HasAnswer());
  EXPECT_EQ(server.failures, 0);
  clock.Advance(std::chrono::seconds(21));
  EXPECT_TRUE(client.ReadAll().starts_with("HTTP/1.1 408"));
  while (server.failures == 0) std::this_thread::yield();
}

TEST(Streams, DrainsWaitForUploadsAndDownloads) {
  Server server;
  SocketClient up(server.http->port()), down(server.http->port());
  const std::string body = Bytes(1'000'000);
  ASSERT_TRUE(up.Send(PutHead("/s/a", body.size()) + body.substr(0, 400'000)));
  ASSERT_TRUE(down.Send(Get("/text")));
  std::string got = down.ReadSome();
  SocketClient idle(server.http->port());
  std::jthread drain([&] { EXPECT_TRUE(server.http->Drain(std::chrono::seconds(10))); });
  EXPECT_EQ(idle.ReadAll(), "");  // it drains
  idle.Close();
  EXPECT_TRUE(up.Send(std::string_view(body).substr(400'000)));
  const std::string answer = up.ReadAll();
  EXPECT_TRUE(answer.ends_with(Expected(body))) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  up.Close();
  got += down.ReadAll();
  EXPECT_TRUE(got.ends_with(server.text));
  down.Close();
}

TEST(Streams, AnEndWithoutPatienceTellsReaders) {
  Server server;
  SocketClient client(server.http->port()), other(server.http->port());
  client.Send(PutHead("/s/a", 10'000'000) + Bytes(300'000));
  other.Send(Get("/text"));
  other.ReadSome();
  server.http->Drain(std::chrono::milliseconds(0));
  while (server.failures == 0) std::this_thread::yield();
}

TEST(Streams, DownloadsAreWholeAndThoseThatFailAreShort) {
  Server server;
  SocketClient client(server.http->port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(Get("/text") + Get("/x")));
    const std::string answer = client.ReadUntil("|");
    EXPECT_NE(answer.find("Content-Length: 3000000\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\n\r\n" + server.text + "HTTP/1.1 200"), std::string::npos);
  }
  ASSERT_TRUE(client.Send("HEAD /text" + kHost + "\r\n" + Get("/empty") + Get("/x")));
  const std::string answer = client.ReadUntil("|");
  EXPECT_NE(answer.find("Content-Length: 3000000\r\n\r\nHTTP/1.1 200"), std::string::npos);
  EXPECT_NE(answer.find("Content-Length: 0\r\n\r\nHTTP/1.1 200"), std::string::npos);
  for (const char* path : {"/rotten", "/short", "/long"}) {
    SocketClient one(server.http->port());
    one.Send(Get(path) + Get("/never"));
    const std::string part = one.ReadAll();
    EXPECT_TRUE(part.starts_with("HTTP/1.1 200")) << part.substr(0, 100);
    EXPECT_EQ(part.find("/never"), std::string::npos) << path;
    const std::size_t body = part.size() - part.find("\r\n\r\n") - 4;
    EXPECT_LT(body, server.text.size() + 1);
    EXPECT_NE(part.find("Content-Length: " + std::to_string(body) + "\r\n"), 0U);
  }
}

TEST(Streams, ACallerWhoDoesNotReadStopsTheSource) {
  Server server;
  SocketClient client(server.http->port());
  std::string requests;
  for (int i = 0; i < 8; ++i) requests += Get("/text");
  ASSERT_TRUE(client.Send(requests + Get("/x")));
  SocketClient other(server.http->port());
  other.Send(Get("/x"));
  EXPECT_TRUE(other.ReadUntil("|").ends_with("echo /x |"));
  EXPECT_GT(client.ReadUntil("|").size(), 8 * server.text.size());
}

}  // namespace
}  // namespace mooring::api
