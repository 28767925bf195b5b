#include "serving/admission.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace mooring::serving {

Status Admission::Enter(const DecisionRequest& request, Nanos now) {
  if (request.request_id.size() > limits::kRequestIdBytes) {
    return Error(Code::kInvalidArgument,
                 fmt::format("the request id has {} bytes", request.request_id.size()))
        .Why(fmt::format("the limit is {}", limits::kRequestIdBytes));
  }
  if (request.deadline != Nanos(0) && now >= request.deadline) {
    return Error(Code::kDeadlineExceeded, "the request came too late to be decided in time");
  }
  if (in_flight_.fetch_add(1, std::memory_order_acq_rel) >= limit_) {
    Leave();
    return Error(Code::kResourceExhausted, fmt::format("{} requests are being decided", limit_))
        .Help("try again later");
  }
  return Ok();
}

void Admission::Leave() {
  if (in_flight_.fetch_sub(1, std::memory_order_acq_rel) == 1) in_flight_.notify_all();
}

void Admission::WaitUntilEmpty() {
  for (std::size_t left = in_flight_.load(); left != 0; left = in_flight_.load()) {
    in_flight_.wait(left);
  }
}

}  // namespace mooring::serving
