#include "api/call.h"

namespace mooring::api {

void RequestCounters::Count(Protocol protocol, int status) {
  std::size_t slot = 0;
  while (slot + 1 < kSlots && kStatuses[slot] != status) ++slot;
  counts_[static_cast<std::size_t>(protocol)][slot].fetch_add(1, std::memory_order_relaxed);
}

void Call::Answer(Response response) const {
  api->counters.Count(protocol, response.status);
  if (protocol == Protocol::kTracking) {
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("X-Frame-Options", "SAMEORIGIN");
  }
  responder->Answer(std::move(response));
}

void Call::Refuse(const Error& error, RowProblems rows, int status) const {
  Answer(ProblemResponse(protocol, error, rows, status));
}

void Call::AnswerJson(std::string body) const {
  Response response;
  response.body = std::move(body);
  Answer(std::move(response));
}

Status CheckBodyType(const Request& request, std::span<const std::string_view> others) {
  const std::string_view type = request.content_type, charset = request.charset;
  if (!charset.empty() && charset != "utf-8" && charset != "utf8") {
    return Error(Code::kUnsupported, "the body is not in UTF-8, as its Content-Type says")
        .Help("send it in UTF-8, without a charset or with charset=utf-8");
  }
  if (type.empty() || type == "application/json") return Ok();
  if (std::find(others.begin(), others.end(), type) != others.end()) return Ok();
  return Error(Code::kUnsupported, "the Content-Type of the body is not application/json")
      .Help("send the header Content-Type: application/json");
}

void AnswerResult(const Call& call, Result<std::string> json) {
  if (!json.ok()) return call.Refuse(json.error());
  call.AnswerJson(std::move(json).value());
}

void AnswerAside(const Call& call, const Worker& worker, Result<std::string> (*find)(const Call&)) {
  RunAside(call, worker, [find](const Call& aside) { AnswerResult(aside, find(aside)); });
}

void RunAside(const Call& call, const Worker& worker, std::function<void(const Call&)> answer) {
  if (!worker) return answer(call);
  const bool taken = worker([call, answer = std::move(answer)] {
    const Nanos waited = call.api->use.clock->Monotonic() - call.request->received;
    if (waited < kAsideWait) return answer(call);
    call.Refuse(Error(Code::kUnavailable, "the calls before this one took too long")
                    .Help("nothing was changed; come back in a moment"));
  });
  if (taken) return;
  call.Refuse(Error(Code::kUnavailable, "too many calls of this kind are waiting")
                  .Help("nothing was changed; come back in a moment"));
}

}  // namespace mooring::api
