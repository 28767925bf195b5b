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

// Neither part may imitate the other: the length stands between them.
std::string Admission::KeyOf(const DecisionRequest& request) {
  return fmt::format("{}:{}:{}", request.caller.size(), request.caller, request.request_id);
}

Result<bool> Admission::Begin(const DecisionRequest& request, Done& done) {
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = deciding_.try_emplace(KeyOf(request));
  if (is_new) {
    entry->second.body_hash = request.body_hash;
    return true;
  }
  if (entry->second.body_hash != request.body_hash) {
    return Error(Code::kConflict, fmt::format("request id '{}' was used for another request",
                                              request.request_id))
        .Help("give each request an id of its own");
  }
  if (entry->second.waiting.size() >= kWaiting) {
    return Error(Code::kResourceExhausted, "too many requests wait for the same id");
  }
  entry->second.waiting.push_back(std::move(done));
  return false;
}

std::vector<Admission::Done> Admission::End(const DecisionRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto entry = deciding_.find(KeyOf(request));
  if (entry == deciding_.end()) return {};
  std::vector<Done> waiting = std::move(entry->second.waiting);
  deciding_.erase(entry);
  return waiting;
}

}  // namespace mooring::serving
