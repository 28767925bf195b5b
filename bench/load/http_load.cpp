#include "bench/load/http_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/clock.h"

namespace mooring::bench {
namespace {

constexpr std::size_t kAnswerLimit = 64 * 1024 * 1024;

struct Connection {
  int fd = -1;
  bool busy = false;
  std::uint64_t tag = 0;
  Nanos due{0};
  std::string out, in;
  std::size_t sent = 0;
};

struct Answer {
  int status = 0;
  std::size_t header_size = 0, body_size = 0;
};

std::string_view HeaderValue(std::string_view head, std::string_view lower_name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t begin = at + 2;
    const std::size_t end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end - begin);
    const std::size_t colon = line.find(':');
    if (colon == lower_name.size()) {
      const auto same = [](char a, char b) { return (a | 0x20) == b; };
      if (std::equal(lower_name.begin(), lower_name.end(), line.begin(),
                     [&](char n, char l) { return same(l, n); })) {
        return line.substr(line.find_first_not_of(' ', colon + 1));
      }
    }
    at = end;
  }
  return {};
}

// True when a whole answer stands at the front of `in`.
bool ParseAnswer(std::string_view in, Answer& answer) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string_view::npos || in.size() < 12) return false;
  const std::string_view head = in.substr(0, end + 2);
  std::from_chars(head.data() + 9, head.data() + 12, answer.status);
  const std::string_view length = HeaderValue(head, "content-length");
  std::from_chars(length.data(), length.data() + length.size(), answer.body_size);
  answer.header_size = end + 4;
  return in.size() >= answer.header_size + answer.body_size;
}

class Load {
 public:
  Load(const LoadOptions& options, LoadSource& source) : options_(options), source_(source) {}
  ~Load() {
    for (Connection& connection : connections_) {
      if (connection.fd >= 0) ::close(connection.fd);
    }
    if (epoll_ >= 0) ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Result<LoadReport> Run() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    connections_.resize(options_.connections);
    for (Connection& connection : connections_) {
      RETURN_IF_ERROR(Connect(connection));
      idle_.push_back(&connection);
    }
    start_ = Now();
    const Nanos end = start_ + options_.duration;
    const Nanos last = end + options_.grace;
    while (Now() < last) {
      if (Now() < end && !drained_) StartDue(end);
      if ((Now() >= end || drained_) && idle_.size() == connections_.size()) break;
      RETURN_IF_ERROR(Wait(end));
    }
    for (Connection& connection : connections_) {
      if (connection.busy) Fail(connection, "no answer in time");
    }
    report_.seconds = std::chrono::duration<double>(Now() - start_).count();
    std::sort(report_.latencies_us.begin(), report_.latencies_us.end());
    return std::move(report_);
  }

 private:
  static Nanos Now() { return SystemClock().Monotonic(); }

  Status Connect(Connection& connection) {
    connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    if (::inet_pton(AF_INET, options_.host.c_str(), &address.sin_addr) != 1 ||
        (ntohl(address.sin_addr.s_addr) >> 24) != 127) {
      return Error(Code::kInvalidArgument, "load goes to loopback addresses only");
    }
    if (::connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      return Error(Code::kUnavailable, std::string("cannot connect: ") + std::strerror(errno));
    }
    const int one = 1;
    ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ::fcntl(connection.fd, F_SETFL, ::fcntl(connection.fd, F_GETFL) | O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    return Ok();
  }

  Nanos DueAt(std::uint64_t index) const {
    if (options_.rate_per_s <= 0) return Now();
    return start_ + Nanos(static_cast<std::int64_t>(1e9 * static_cast<double>(index) /
                                                    options_.rate_per_s));
  }

  void StartDue(Nanos end) {
    while (!idle_.empty()) {
      const Nanos due = DueAt(report_.sent);
      if (due > Now() || due >= end) return;
      Connection& connection = *idle_.back();
      connection.out.clear();
      if (!source_.Next(connection.out, connection.tag)) {
        drained_ = true;
        return;
      }
      idle_.pop_back();
      connection.busy = true;
      connection.sent = 0;
      connection.due = due;
      ++report_.sent;
      Flush(connection);
    }
  }

  void Flush(Connection& connection) {
    while (connection.sent < connection.out.size()) {
      const ssize_t put = ::send(connection.fd, connection.out.data() + connection.sent,
                                 connection.out.size() - connection.sent, MSG_NOSIGNAL);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      if (put < 0) return Fail(connection, std::strerror(errno));
      connection.sent += static_cast<std::size_t>(put);
    }
    const bool waits = connection.sent < connection.out.size();
    epoll_event event{.events = EPOLLIN | (waits ? EPOLLOUT : 0U), .data = {.ptr = &connection}};
    if (waits) ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
  }

  Status Wait(Nanos end) {
    int timeout_ms = 10;
    if (options_.rate_per_s > 0 && Now() < end) timeout_ms = idle_.empty() ? 1 : 0;
    std::array<epoll_event, 128> events{};
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection.busy && connection.sent < connection.out.size()) Flush(connection);
      RETURN_IF_ERROR(Receive(connection));
    }
    return Ok();
  }

  Status Receive(Connection& connection) {
    std::array<char, 64 * 1024> buffer;
    const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Ok();
    if (got <= 0) {
      if (connection.busy) Fail(connection, got == 0 ? "closed by the server" : "reset");
      return Reconnect(connection);
    }
    connection.in.append(buffer.data(), static_cast<std::size_t>(got));
    Answer answer;
    if (connection.in.size() > kAnswerLimit) return Error(Code::kTooLarge, "endless answer");
    if (!connection.busy || !ParseAnswer(connection.in, answer)) return Ok();
    const auto latency = std::chrono::duration_cast<Micros>(Now() - connection.due);
    report_.latencies_us.push_back(static_cast<std::uint32_t>(latency.count()));
    ++report_.answered;
    source_.Answered(connection.tag, answer.status,
                     std::string_view(connection.in).substr(answer.header_size, answer.body_size));
    connection.in.clear();
    Release(connection);
    return Ok();
  }

  Status Reconnect(Connection& connection) {
    ::close(connection.fd);
    connection.in.clear();
    if (Status again = Connect(connection); !again.ok() && report_.failed < 1000) {
      ++report_.failed;
      return again;
    }
    return Ok();
  }

  void Fail(Connection& connection, std::string_view why) {
    ++report_.failed;
    source_.Failed(connection.tag, why);
    Release(connection);
  }

  void Release(Connection& connection) {
    connection.busy = false;
    connection.out.clear();
    connection.sent = 0;
    idle_.push_back(&connection);
  }

  const LoadOptions& options_;
  LoadSource& source_;
  int epoll_ = -1;
  bool drained_ = false;
  Nanos start_{0};
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  LoadReport report_;
};

}  // namespace

double LoadReport::PerSecond() const {
  return seconds > 0 ? static_cast<double>(answered) / seconds : 0;
}

double LoadReport::QuantileMs(double q) const {
  if (latencies_us.empty()) return 0;
  const auto rank = static_cast<std::size_t>(q * static_cast<double>(latencies_us.size() - 1));
  return latencies_us[rank] / 1000.0;
}

Result<LoadReport> RunLoad(const LoadOptions& options, LoadSource& source) {
  return Load(options, source).Run();
}

std::string PostJson(std::string_view path, std::string_view body, std::string_view headers) {
  std::string wire = "POST ";
  wire.append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n");
  wire.append(headers).append("Content-Length: ").append(std::to_string(body.size()));
  return wire.append("\r\n\r\n").append(body);
}

}  // namespace mooring::bench
