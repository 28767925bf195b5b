#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "base/net/transport.h"

namespace mooring {
namespace {

// Answers each request of each connection with the next of its texts; an empty text closes instead.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers, const std::string& socket_path = "")
      : answers_(std::move(answers)) {
    if (socket_path.empty()) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof(address);
      listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
      EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
      EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
      url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    } else {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::strncpy(address.sun_path, socket_path.c_str(), sizeof(address.sun_path) - 1);
      listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
      EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
      url_ = "unix:" + socket_path + ":";
    }
    EXPECT_EQ(::listen(listener_, 8), 0);
    thread_ = std::jthread([this] { Run(); });
  }
  ~ScriptedServer() { Stop(); }

  const std::string& url() const { return url_; }
  // Ends the server; then what it saw may be read.
  void Stop() {
    if (listener_ >= 0) ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(listener_);
    listener_ = -1;
    for (const int fd : kept_open_) ::close(fd);
    kept_open_.clear();
  }
  int connections = 0;
  std::vector<std::string> requests;

 private:
  void Run() {
    for (int fd = 0;
         next_ < answers_.size() && (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      ++connections;
      bool open = true;
      while (open && next_ < answers_.size()) open = Serve(fd);
      if (open) kept_open_.push_back(fd);
      if (!open) ::close(fd);
    }
  }
  bool Serve(int fd) {
    std::string request;
    char bytes[4096];
    while (!IsWhole(request)) {
      const ssize_t got = ::recv(fd, bytes, sizeof(bytes), 0);
      if (got <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(got));
    }
    requests.push_back(request);
    const std::string& answer = answers_[next_++];
    if (answer.empty()) return false;
    return ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) > 0;
  }
  static bool IsWhole(const std::string& request) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t length = request.find("Content-Length: ");
    const std::size_t body =
        length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
    return request.size() >= end + 4 + body;
  }

  std::vector<std::string> answers_;
  std::size_t next_ = 0;
  int listener_ = -1;
  std::string url_;
  std::vector<int> kept_open_;  // their script ended
  std::jthread thread_;
};

std::string Answer(const std::string& status, const std::string& body,
                   const std::string& more = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more + "\r\n" + body;
}

TEST(CurlTransport, SendsTheCallAndReturnsTheAnswer) {
  ScriptedServer server({Answer("200 OK", "{\"a\":1}", "Content-Type: application/json\r\n")});
  const auto answer = CurlTransport()->Send({.method = "POST",
                                             .url = server.url() + "/score?x=1",
                                             .headers = {{"X-Caller", "me"}, {"X-Empty", ""}},
                                             .body = std::string("a\0b", 3)});
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type, "application/json");
  EXPECT_EQ(answer->body, "{\"a\":1}");
  server.Stop();
  ASSERT_EQ(server.requests.size(), 1U);
  const std::string& request = server.requests[0];
  EXPECT_TRUE(request.starts_with("POST /score?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("X-Caller: me\r\n"), std::string::npos);
  EXPECT_NE(request.find("X-Empty:\r\n"), std::string::npos);
  EXPECT_TRUE(request.ends_with(std::string("\r\n\r\na\0b", 7)));
  EXPECT_EQ(request.find("Expect"), std::string::npos);
}

TEST(CurlTransport, AThreadKeepsItsConnection) {
  ScriptedServer server({Answer("200 OK", "1"), Answer("200 OK", "2"), Answer("200 OK", "3")});
  for (const char* body : {"1", "2", "3"}) {
    EXPECT_EQ(CurlTransport()->Send({.url = server.url() + "/"})->body, body);
  }
  server.Stop();
  EXPECT_EQ(server.connections, 1);
}

TEST(CurlTransport, AnErrorStatusOrARedirectIsAnAnswer) {
  ScriptedServer server({Answer("500 Oops", "why"), Answer("302 Found", "", "Location: /x\r\n"),
                         Answer("204 No Content", "")});
  const auto transport = CurlTransport();
  EXPECT_EQ(transport->Send({.url = server.url()})->body, "why");
  EXPECT_EQ(transport->Send({.url = server.url()})->status, 302);
  EXPECT_EQ(transport->Send({.method = "DELETE", .url = server.url()})->status, 204);
  server.Stop();
  EXPECT_EQ(server.requests.size(), 3U) << "no redirect was followed";
}

TEST(CurlTransport, AHeadAnswerHasNoBody) {
  ScriptedServer server({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"});
  const auto answer = CurlTransport()->Send({.method = "HEAD", .url = server.url()});
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  EXPECT_EQ(answer->body, "");
}

TEST(CurlTransport, AnswersAreBounded) {
  ScriptedServer server({Answer("200 OK", "12345"), Answer("200 OK", "123456")});
  const auto transport = CurlTransport();
  EXPECT_TRUE(transport->Send({.url = server.url(), .answer_limit_bytes = 5}).ok());
  const auto answer = transport->Send({.url = server.url(), .answer_limit_bytes = 5});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), Code::kTooLarge);
}

TEST(CurlTransport, SilenceEndsAtTheTimeout) {
  ScriptedServer server({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"});
  const auto answer =
      CurlTransport()->Send({.url = server.url(), .timeout = std::chrono::milliseconds(50)});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), Code::kDeadlineExceeded);
}

TEST(CurlTransport, APeerThatIsAwayOrHangsUpIsUnavailable) {
  ScriptedServer server({"", ""});
  const auto transport = CurlTransport();
  EXPECT_EQ(transport->Send({.url = server.url()}).error().code(), Code::kUnavailable);
  server.Stop();
  EXPECT_EQ(transport->Send({.url = server.url()}).error().code(), Code::kUnavailable);
}

TEST(CurlTransport, SpeaksThroughASocketFile) {
  const std::string path = testing::TempDir() + "mooring_curl_test.sock";
  ::unlink(path.c_str());
  ScriptedServer server({Answer("200 OK", "here")}, path);
  const auto answer = CurlTransport()->Send({.url = server.url() + "/ping"});
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  EXPECT_EQ(answer->body, "here");
  server.Stop();
  EXPECT_TRUE(server.requests[0].starts_with("GET /ping "));
  ::unlink(path.c_str());
}

TEST(CurlTransport, RefusesWhatCouldSmuggle) {
  const auto transport = CurlTransport();
  const std::vector<HttpCall> calls = {{.url = "file:///etc/passwd"},
                                       {.url = ""},
                                       {.url = "http://a/\r\nX: y"},
                                       {.url = "unix:x"},
                                       {.url = "unix::/x"},
                                       {.method = "", .url = "http://a"},
                                       {.method = "A\r\n", .url = "http://a"},
                                       {.url = "http://a", .headers = {{"X", "a\r\nY: b"}}},
                                       {.url = "http://a", .headers = {{"", "a"}}}};
  for (const HttpCall& call : calls) {
    const auto answer = transport->Send(call);
    ASSERT_FALSE(answer.ok()) << call.url;
    EXPECT_EQ(answer.error().code(), Code::kInvalidArgument) << call.url;
  }
}

}  // namespace
}  // namespace mooring
