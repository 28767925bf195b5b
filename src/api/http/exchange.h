// Exchange: one request and its answer, shared between the connection that got it and whoever
// answers. Part of the server's machinery: only server.cpp and its headers use it.
//
// Thread safety: Answer from any thread; everything else on the loop's thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/request_parser.h"
#include "api/http/server.h"
#include "api/http/upload.h"

namespace mooring::api {

class Exchange;

// Where answers given on other threads wait for their loop.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual bool OnOwnThread() const = 0;
  virtual void Put(std::shared_ptr<Exchange> exchange) = 0;
  // Has the connection look at its bodies again; any thread.
  virtual void Nudge(std::shared_ptr<Exchange> exchange) = 0;
};

// The connection's side of an exchange.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void OnAnswered(Exchange& exchange) = 0;
};

class Exchange final : public Responder, public std::enable_shared_from_this<Exchange> {
 public:
  explicit Exchange(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}

  void Answer(Response answer) override;
  // Answers on the loop's thread without telling the sink; false when an answer was there already.
  bool AnswerHere(Response answer);
  // Delivers to the sink, if the connection still exists.
  void Deliver();
  // From any thread: the connection, if it still exists, looks at this exchange's bodies again.
  void Nudge() { mailbox_->Nudge(shared_from_this()); }
  void Nudged();
  // The body comes piece by piece from now on.
  void BeginUpload();
  void Reset(AnswerSink* owner);

  Message message;
  Response response;
  std::unique_ptr<Upload> upload;  // of a body that streams
  AnswerSink* sink = nullptr;      // null once the connection is gone
  Nanos dispatched{0};
  bool ready = false;

 private:
  std::atomic<bool> answered_{false};
  std::shared_ptr<Mailbox> mailbox_;
};

// Appends status line, header and body. `date` is a whole header line with CRLF, or "".
void AppendAnswer(const Exchange& exchange, bool close, std::string_view date, std::string& out);

// The body of a refusal by the HTTP layer: the fields of all three protocols' error shapes at once.
Response Refusal(int status, std::string_view message);

}  // namespace mooring::api
