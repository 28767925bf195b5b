#include "model/formats/process/worker.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace mooring::model {
namespace {

using Milliseconds = std::chrono::milliseconds;
constexpr std::size_t kSaidInMessages = 600;

Error TimeIsOver() {
  return Error(Code::kDeadlineExceeded, "the model did not answer in time")
      .Why("its Python process was killed and is started again");
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::Start(const ConfinedProcess::Options& program,
                                              const LoadRequest& load, Nanos deadline,
                                              const Watch& watch) {
  ASSIGN_OR_RETURN(std::unique_ptr<ConfinedProcess> process, ConfinedProcess::Start(program));
  std::unique_ptr<Worker> worker(new Worker(std::move(process)));
  worker->watch_ = watch;
  auto loaded = worker->Ask(FrameKind::kLoad, LoadPayload(load), FrameKind::kLoaded, deadline);
  worker->watch_ = nullptr;
  if (!loaded.ok()) {
    Error error = std::move(loaded).error();
    if (error.code() != Code::kDeadlineExceeded) return error;
    return Error(Code::kDeadlineExceeded, "the model did not load in time");
  }
  if (loaded->size() > 4 && loaded->size() < 64) worker->python_version_ = loaded->substr(4);
  return worker;
}

Status Worker::Predict(const RowRange& range, Nanos deadline, data::Batch& predictions) {
  ASSIGN_OR_RETURN(const std::string answer,
                   Ask(FrameKind::kPredict, RowsPayload(range), FrameKind::kPredicted, deadline));
  if (Status read = ReadPredicted(AsBytes(answer), range.end - range.begin, predictions);
      !read.ok()) {
    usable_ = false;
    return read;
  }
  return Ok();
}

Status Worker::Ping(Nanos deadline) {
  ASSIGN_OR_RETURN(const std::string answer, Ask(FrameKind::kPing, {}, FrameKind::kPong, deadline));
  if (answer.empty()) return Ok();
  usable_ = false;
  return Error(Code::kUnavailable, "the worker's answer to a ping has a payload");
}

void Worker::Condemn(std::string why) {
  {
    const std::lock_guard lock(mutex_);
    condemned_ = std::move(why);
  }
  process_->Kill();
}

Error Worker::Ended(std::string what) {
  usable_ = false;
  process_->Kill();
  {
    const std::lock_guard lock(mutex_);
    if (!condemned_.empty()) {
      return Error(Code::kUnavailable, "the model's Python process was stopped").Why(condemned_);
    }
  }
  Error error(Code::kUnavailable, std::move(what));
  std::string said = process_->Said();
  if (said.size() > kSaidInMessages) said.erase(0, said.size() - kSaidInMessages);
  std::ranges::replace_if(
      said, [](const unsigned char c) { return c < ' ' || c > '~'; }, ' ');
  if (said.empty()) return error;
  return std::move(error).Why("it said: " + said);
}

// In slices, so that a start can be watched.
Status Worker::WaitFor(short events, Nanos deadline) {
  while (true) {
    const Nanos left = deadline - SystemClock().Monotonic();
    if (left <= Nanos(0)) {
      usable_ = false;
      process_->Kill();
      return TimeIsOver();
    }
    if (std::string why = watch_ ? watch_(*process_) : std::string(); !why.empty()) {
      Condemn(std::move(why));
      return Ended("the model was stopped");
    }
    const auto wait = std::min(std::chrono::ceil<Milliseconds>(left), Milliseconds(100));
    pollfd ready{process_->socket(), events, 0};
    if (::poll(&ready, 1, static_cast<int>(wait.count())) > 0) return Ok();
  }
}

Status Worker::Send(std::string_view bytes, Nanos deadline) {
  while (!bytes.empty()) {
    RETURN_IF_ERROR(WaitFor(POLLOUT, deadline));
    const ssize_t sent = ::send(process_->socket(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent >= 0 || errno == EAGAIN || errno == EINTR) continue;
    return Ended("the model's Python process ended");
  }
  return Ok();
}

// Memory is taken as bytes come, not as they are promised.
Status Worker::Receive(std::size_t size, Nanos deadline, std::string& bytes) {
  constexpr std::size_t kAtOnce = 1 << 18;
  bytes.clear();
  while (bytes.size() < size) {
    RETURN_IF_ERROR(WaitFor(POLLIN, deadline));
    const std::size_t had = bytes.size();
    bytes.resize(had + std::min(size - had, kAtOnce));
    const ssize_t got = ::recv(process_->socket(), bytes.data() + had, bytes.size() - had, 0);
    bytes.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) continue;
    return Ended("the model's Python process ended");
  }
  return Ok();
}

Result<std::string> Worker::Ask(FrameKind question, std::string_view payload, FrameKind answer,
                                Nanos deadline) {
  if (payload.size() > kFramePayloadBytes) {
    return Error(Code::kTooLarge, "a row too large for the model's Python process");
  }
  std::string bytes;
  AppendFrame(question, ++sequence_, payload, bytes);
  RETURN_IF_ERROR(Send(bytes, deadline));
  RETURN_IF_ERROR(Receive(kFrameHeaderBytes, deadline, bytes));
  auto header = ReadFrameHeader(AsBytes(bytes));
  const bool expected = header.ok() && header->sequence == sequence_ &&
                        (header->kind == answer || header->kind == FrameKind::kFailed);
  if (!expected) return Ended("the model's Python process answered what was not asked");
  RETURN_IF_ERROR(Receive(header->payload, deadline, bytes));
  if (header->kind == answer) return bytes;
  auto failure = ReadFailure(AsBytes(bytes));
  if (!failure.ok()) return Ended(failure.error().message());
  if (question == FrameKind::kLoad) {
    usable_ = false;
    return Error(Code::kFailedPrecondition, "the model does not load: " + failure->message)
        .Help("the model's requirements.txt names the packages that the Python of --python needs");
  }
  if (failure->refuses_rows) {
    return Error(Code::kInvalidArgument, "the model refuses the rows: " + failure->message);
  }
  return Error(Code::kUnavailable, "the model failed: " + failure->message);
}

}  // namespace mooring::model
