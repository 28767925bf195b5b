// SocketClient: raw bytes to and from a loopback server, for tests that speak broken HTTP on
// purpose. Blocking, with a receive time-out of half a minute, so that a test fails instead of
// hanging.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace mooring::api {

class SocketClient {
 public:
  explicit SocketClient(std::uint16_t port)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{30, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~SocketClient() { Close(); }
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  // False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // What has come, at least a byte; "" at the end or after the time-out.
  std::string ReadSome() {
    char chunk[64 * 1024];
    const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
    return got <= 0 ? std::string() : std::string(chunk, static_cast<std::size_t>(got));
  }
  // Whether there is something to read, or the end; does not wait.
  bool HasAnswer() {
    char byte;
    return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
  }
  // Everything until `count` occurrences of `mark`, the end, or the time-out.
  std::string ReadUntil(std::string_view mark, std::size_t count = 1) {
    std::string all;
    std::size_t from = 0;
    for (;;) {
      for (std::size_t at; (at = all.find(mark, from)) != std::string::npos;
           from = at + mark.size()) {
        if (--count == 0) return all;
      }
      const std::string more = ReadSome();
      if (more.empty()) return all;
      all += more;
    }
  }
  // One answer with its body, and what came behind it.
  std::string ReadAnswer() {
    std::string all = ReadUntil("\r\n\r\n");
    const std::size_t end = all.find("\r\n\r\n"), at = all.find("\r\nContent-Length: ");
    if (end == std::string::npos || at == std::string::npos || at > end) return all;
    const std::size_t whole = end + 4 + std::stoul(all.substr(at + 18));
    while (all.size() < whole) {
      const std::string more = ReadSome();
      if (more.empty()) break;
      all += more;
    }
    return all;
  }
  std::string ReadAll() { return ReadUntil("\x01never\x01"); }
  void FinishSending() { ::shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // Closes with a reset instead of an orderly end.
  void Reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    Close();
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace mooring::api
