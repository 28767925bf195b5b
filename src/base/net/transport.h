// Transport: the seam to the network for outgoing HTTP. CurlTransport() is the machine's; tests
// script their own.
//
// Thread safety: Send from any thread. Blocking: a call returns when the whole answer is there, the
// timeout has passed (kDeadlineExceeded) or the peer cannot be reached (kUnavailable). Redirects
// are not followed. An HTTP error status is an answer, not an error.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace mooring {

struct HttpCall {
  std::string method = "GET";
  std::string url;  // http:// or https:// or unix:/path/to/socket:/http/path
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{10'000};
  std::size_t answer_limit_bytes = 64 * limits::kMiB;
  // For URLs that others wrote: only addresses of the public internet are connected to
  // (public_address.h), whatever the name resolves to, and no socket; else kUnavailable.
  bool public_only = false;
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<HttpAnswer> Send(const HttpCall& call) = 0;
};

// Keeps connections open between calls of one thread.
std::unique_ptr<Transport> CurlTransport();

}  // namespace mooring
