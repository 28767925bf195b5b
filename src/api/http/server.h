// HttpServer: HTTP/1.1 with keep-alive, in-order pipelining, TLS by option, limits on everything,
// and graceful drain. It knows nothing of models: it parses requests, calls a Handler, writes
// answers.
//
// One event loop a thread with SO_REUSEPORT. A handler is called on a loop's thread and may
// answer at once or later from any thread, exactly once; answers of one connection leave in the
// order of requests. Budget: ≤ 2 µs of our own CPU a keep-alive request beside the kernel's.
//
// Bodies of any size stream. Where Options::streams says so, the handler is called with the head
// alone and takes the body piece by piece; an answer may be a BodySource instead of a text. Either
// way a connection holds less than a MiB, and what the other side does not take stops the socket.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"

namespace mooring::api {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

// Views live until the answer was given. At least kBodyPadding readable bytes follow the body, so
// that a parser that reads whole vectors may run over its end.
inline constexpr std::size_t kBodyPadding = 64;

inline constexpr std::size_t kPieceBytes = 192 * limits::kKiB;

// Bytes of a body as they come. One reader; its calls come from one thread at a time.
class BodySource {
 public:
  struct Piece {
    std::string bytes;  // up to about kPieceBytes; may be empty
    bool last = false;  // the body ends behind it
  };
  virtual ~BodySource() = default;
  // The next piece if it is here; an error when the body will never be whole, again at each call.
  // Nothing when it is still to come: then `later` is called once, on any thread and perhaps
  // before this returns, when it is worth asking again. `later` must not block, nor ask itself.
  virtual std::optional<Result<Piece>> Next(std::function<void()> later) = 0;
};

struct Request {
  Method method = Method::kGet;
  std::string_view target;  // as sent: path and query
  std::string_view path;    // percent-decoded once, starts with '/', no ".." and no NUL
  std::string_view query;   // raw, without '?'
  std::string_view body;    // decoded when Content-Encoding was gzip or deflate
  // The body where it streams (`body` is "" then), else null. Lives as long as the Responder. What
  // is not read when the answer comes is not read at all: the connection ends.
  BodySource* stream = nullptr;
  std::string_view content_type;  // media type in lower case, without parameters
  std::string_view charset;       // parameter of the content type, lower case; "" none
  std::string_view peer;          // address of the caller
  // Whom the caller's certificate names, when an authority of client_ca_file signed it. Valid
  // while the handler is being called, no longer.
  std::span<const std::string> certificate_names;
  Nanos received{0};

  // The first header of that name (any case); "" when absent.
  std::string_view Header(std::string_view name) const;
  // How many lines have that name.
  std::size_t HeaderCount(std::string_view name) const;
  // Filled by the server; opaque.
  const void* native = nullptr;
};

struct Response;

// Asked on the loop's thread right before an answer is handed to the socket: whether it may still
// leave, and what is said instead. A connection that has sent a part of it is closed.
class SendGate {
 public:
  virtual ~SendGate() = default;
  virtual bool MayLeave() const = 0;
  virtual Response Instead() const = 0;
};

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // a literal: it is not copied; "" sends none
  std::vector<std::pair<std::string, std::string>> headers;  // names and values without CR or LF
  std::string body;
  std::shared_ptr<const SendGate> gate;  // null: it may
  // Instead of `body`: this many bytes of the source, asked on the loop's thread. One that fails,
  // or ends elsewhere than it said, ends the connection in the middle. Not for HEAD.
  std::shared_ptr<BodySource> stream;
  std::uint64_t stream_bytes = 0;
};

// Answers one request. Shared: whoever holds it keeps the request's bytes alive. Of several answers
// the first counts. Answer may be called from any thread and does not block: from another thread it
// puts the answer into the loop's mailbox and wakes the loop only when the mailbox was empty, so
// that a commit that completes many requests costs about one wake-up.
class Responder {
 public:
  virtual ~Responder() { EndCount(); }
  virtual void Answer(Response response) = 0;

  // A counter of requests at once that was raised for this one: lowered when it is answered, or
  // when nobody can answer it any more. Before the answer; once.
  void Count(std::shared_ptr<std::atomic<std::uint32_t>> counter) { counter_ = std::move(counter); }

 protected:
  void EndCount() {
    if (counter_ == nullptr) return;
    counter_->fetch_sub(1, std::memory_order_relaxed);
    counter_.reset();
  }

 private:
  std::shared_ptr<std::atomic<std::uint32_t>> counter_;
};

using Handler = std::function<void(const Request&, std::shared_ptr<Responder>)>;

class HttpServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    std::size_t threads = 1;
    std::string tls_certificate_file, tls_key_file;  // both or none
    std::string client_ca_file;  // PEM; who signs certificates of callers. "": none are asked for
    std::size_t body_limit_bytes = limits::kRequestBodyBytes;
    std::string large_body_path;  // the one path with a limit of its own; "" none
    std::size_t large_body_bytes = 0;
    // Whether the body of such a request streams, whatever its size; null: none does. Asked once a
    // request with a well-formed head. Streamed bodies have no coding but chunked; the deadline of
    // the body becomes `idle`, counted from the last byte that came.
    bool (*streams)(Method, std::string_view path) = nullptr;
    std::chrono::seconds idle{limits::kIdleConnection};
    // Host names and origins that may call us, beyond loopback names and the bound address. Without
    // a name of its own a browser's page could reach us through a name that its author controls.
    std::vector<std::string> allowed_hosts;
    std::size_t connections = limits::kConnections;  // more are closed at once with 503
    std::chrono::milliseconds request_deadline{
        limits::kRequestDeadline};  // head, body and answer each
    // Called on a loop's thread once all requests that were ready together have been handed to
    // the handler: the moment to begin one commit for all of them. It may answer requests. Must
    // not block for long; may be empty.
    std::function<void()> after_batch;
    const Clock* clock = nullptr;  // null: SystemClock()
  };
  struct Counts {
    std::uint64_t open = 0, accepted = 0, refused = 0, requests = 0;  // refused: over the cap
  };
  // Binds and starts serving; kConflict when the port is taken. `handler` outlives the server's
  // threads.
  static Result<std::unique_ptr<HttpServer>> Start(Options options, Handler handler);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  // Stops accepting, answers what was begun with Connection: close, waits up to `deadline`.
  // True when every connection ended by itself. Stops the threads; the destructor drains with 0.
  virtual bool Drain(std::chrono::milliseconds deadline) = 0;
  virtual Counts counts() const = 0;
  // Calls back once, when no answer whose gate is shut can leave any more: each loop has finished
  // what it was writing, and looked at what its connections still hold. On a loop's thread.
  virtual void Barrier(std::function<void()> passed) = 0;
  // Wakes the loops that have answers waiting. A thread that once called it promises to do so
  // after each batch of answers it gives: from then on its single answers wake nobody. The
  // function may be kept and called after the server is gone.
  virtual std::function<void()> Waker() const = 0;
};

}  // namespace mooring::api
