// Call: one request on its way to its answer, for the handlers of all protocols; Api: what they
// share.
//
// Thread safety: a Call is copied into completions and answered from any thread, once.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/api.h"
#include "api/http/problem.h"
#include "api/http/router.h"
#include "api/http/server.h"
#include "records/access/principal.h"

namespace mooring::api {

// Answers by protocol and status, for /metrics.
class RequestCounters {
 public:
  // The statuses that are counted by themselves; others count as their hundred.
  static constexpr int kStatuses[] = {200, 201, 202, 204, 400, 401, 403, 404, 405,
                                      409, 413, 415, 422, 429, 500, 503, 504, 0};
  static constexpr std::size_t kSlots = std::size(kStatuses);
  void Count(Protocol protocol, int status);
  std::uint64_t Of(Protocol protocol, std::size_t slot) const {
    return counts_[static_cast<std::size_t>(protocol)][slot].load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> counts_[kProtocols][kSlots] = {};
};

struct Api {
  Dependencies use;
  RequestCounters counters;
};

struct Call {
  std::shared_ptr<Api> api;  // a completion may come after the handler is gone
  const Request* request = nullptr;
  std::shared_ptr<Responder> responder;  // keeps `request` alive
  PathParameters parameters{};
  Protocol protocol = Protocol::kNative;
  std::shared_ptr<const records::Principal> principal{};  // never null in a handler

  // The caller's name as the journal keeps it; "" nobody asked.
  const std::string& caller() const { return principal->name(); }
  void Answer(Response response) const;
  void Refuse(const Error& error, RowProblems rows = {}, int status = 0) const;
  // 200 with JSON.
  void AnswerJson(std::string body) const;
};

// Whether a body may be read as JSON by what the request says of it: JSON in UTF-8, or nothing at
// all, which is taken for that. `others` are more media types that the call takes.
Status CheckBodyType(const Request& request, std::span<const std::string_view> others = {});

// What most administrative handlers are: an answer's JSON or an error.
void AnswerResult(const Call& call, Result<std::string> json);
// The same, found by a worker of Dependencies instead of on the event loop; 503 when it takes no
// more or comes to it too late.
inline constexpr std::chrono::seconds kAsideWait{5};
void AnswerAside(const Call& call, const Worker& worker, Result<std::string> (*find)(const Call&));
// The same of any function that answers.
void RunAside(const Call& call, const Worker& worker, std::function<void(const Call&)> answer);

}  // namespace mooring::api
