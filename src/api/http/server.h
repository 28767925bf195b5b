// HttpServer: HTTP/1.1 with keep-alive, in-order pipelining, TLS by option, limits on everything,
// and graceful drain. It knows nothing of models: it parses requests, calls a Handler, writes
// answers.
//
// One event loop a thread with SO_REUSEPORT. A handler is called on a loop's thread and may
// answer at once or later from any thread, exactly once; answers of one connection leave in the
// order of requests. Budget: ≤ 2 µs of our own CPU a keep-alive request beside the kernel's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"

namespace mooring::api {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

// Views live until the answer was given.
struct Request {
  Method method = Method::kGet;
  std::string_view target;         // as sent: path and query
  std::string_view path;           // percent-decoded once, starts with '/', no ".." and no NUL
  std::string_view query;          // raw, without '?'
  std::string_view body;           // decoded when Content-Encoding was gzip or deflate
  std::string_view content_type;   // media type in lower case, without parameters
  std::string_view charset;        // parameter of the content type, lower case; "" none
  std::string_view peer;           // address of the caller
  Nanos received{0};

  // The first header of that name (any case); "" when absent.
  std::string_view Header(std::string_view name) const;
  // Filled by the server; opaque.
  const void* native = nullptr;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// Answers one request once. Copyable; keeps the request alive.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void Answer(Response response) = 0;
};

using Handler = std::function<void(const Request&, std::shared_ptr<Responder>)>;

class HttpServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;                  // 0: any free one
    std::size_t threads = 1;
    std::string tls_certificate_file, tls_key_file;  // both or none
    std::size_t body_limit_bytes = limits::kRequestBodyBytes;
    std::chrono::seconds idle{limits::kIdleConnection};
    std::vector<std::string> allowed_hosts;  // beyond loopback names and addresses
    const Clock* clock = nullptr;
  };
  // Binds and starts serving; kConflict when the port is taken.
  static Result<std::unique_ptr<HttpServer>> Start(Options options, Handler handler);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  // Stops accepting, answers what was begun with Connection: close, waits up to `deadline`.
  virtual void Drain(std::chrono::milliseconds deadline) = 0;
};

}  // namespace mooring::api
