// HttpLoad: a bounded HTTP/1.1 load on one thread, for benches, the demo's replay and end-to-end
// tests.
//
// Closed loop (rate 0): every connection sends its next request as soon as it has an answer. Open
// loop (rate > 0): requests are due at fixed times whether or not earlier ones were answered, and
// latency is counted from the moment a request was due, so a stalled server cannot hide its stall.
// Only loopback addresses are accepted. Not for TLS. Thread safety: one call of RunLoad per thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::bench {

// Where requests come from and answers go to; called on RunLoad's thread.
class LoadSource {
 public:
  virtual ~LoadSource() = default;
  // Appends one whole HTTP request to `wire`; `tag` comes back with its answer. False: no more.
  virtual bool Next(std::string& wire, std::uint64_t& tag) = 0;
  virtual void Answered(std::uint64_t tag, int status, std::string_view body) = 0;
  // The connection broke before the answer was whole.
  virtual void Failed(std::uint64_t tag, std::string_view why) = 0;
};

struct LoadOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::size_t connections = 16;
  double rate_per_s = 0;                     // 0: closed loop
  std::chrono::milliseconds duration{1000};  // no new requests after it
  std::chrono::milliseconds grace{10'000};   // for answers after that
};

struct LoadReport {
  std::uint64_t sent = 0, answered = 0, failed = 0;
  double seconds = 0;
  std::vector<std::uint32_t> latencies_us;  // sorted

  double PerSecond() const;
  // q in [0, 1]; milliseconds.
  double QuantileMs(double q) const;
};

Result<LoadReport> RunLoad(const LoadOptions& options, LoadSource& source);

// A POST with a JSON body and keep-alive, as wire bytes.
std::string PostJson(std::string_view path, std::string_view body, std::string_view headers = "");

}  // namespace mooring::bench
