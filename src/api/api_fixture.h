// A whole API without sockets, for tests: the real decision path over a memory journal and a model
// that adds up its inputs (a: float64, b: int32, c: category, t: text, all optional but a). Bytes
// of a request go through the server's own parser. Not for anything but tests.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/api.h"
#include "api/http/request_parser.h"
#include "base/text/json.h"
#include "serving/journal_for_tests.h"
#include "serving/served_for_tests.h"

namespace mooring::api::testing {

struct Answered {
  int status = 0;
  std::string body, content_type;
  std::vector<std::pair<std::string, std::string>> headers;

  Json json() const {
    auto parsed = Json::Parse(body);
    return parsed.ok() ? std::move(*parsed) : Json();
  }
};

// A request that was handed to a handler; refused ones have no future.
class Sent {
 public:
  Sent(const Handler& handler, const std::string& start_line, const std::string& body,
       const std::string& headers) {
    static const CallerRules rules("127.0.0.1", {});
    RequestParser parser({}, rules);
    parser.Begin(responder_->message);
    std::string bytes = start_line + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
                        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (std::string_view rest = bytes;
         parser.state() < RequestParser::State::kWhole && !rest.empty();) {
      rest.remove_prefix(parser.Feed(rest));
    }
    if (parser.state() != RequestParser::State::kWhole) return;
    responder_->message.request.received = SystemClock().Monotonic();
    future_ = responder_->promise.get_future();
    handler(responder_->message.request, responder_);
  }
  bool IsAnswered() const {
    return future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  Answered Wait() {
    const Message& message = responder_->message;
    if (!future_.valid()) return {message.refused_status, message.refusal, "", {}};
    if (future_.wait_for(std::chrono::seconds(10)) != std::future_status::ready) return {};
    Response response = future_.get();
    return {response.status, std::move(response.body), std::string(response.content_type),
            std::move(response.headers)};
  }

 private:
  class Promise final : public Responder {
   public:
    Message message;
    std::promise<Response> promise;
    void Answer(Response response) override { promise.set_value(std::move(response)); }
  };
  std::shared_ptr<Promise> responder_ = std::make_shared<Promise>();
  std::future<Response> future_;
};

// Sends one request to a handler and waits for its answer.
inline Answered Send(const Handler& handler, const std::string& start_line,
                     const std::string& body = "",
                     const std::string& headers = "Content-Type: application/json\r\n") {
  return Sent(handler, start_line, body, headers).Wait();
}

class TestApi {
 public:
  TestApi() {
    using data::Type;
    using serving::testing::ContractOf;
    using serving::testing::Input;
    const auto words = data::Dictionary::Make({"red", "green"}).value();
    auto a = Input("a", Type::kFloat64);
    a.min = -100;
    a.max = 1000;
    auto b = Input("b", Type::kInt32), c = Input("c", Type::kCategory),
         t = Input("t", Type::kString);
    b.missing = c.missing = t.missing = records::OnBreach::kFlag;
    c.from_reference = true;
    auto inputs = data::Schema::Make(
        {{"a", Type::kFloat64, true, nullptr}, {"b", Type::kInt32, true, nullptr}});
    auto predictor = std::make_shared<serving::testing::AddingPredictor>(std::move(inputs).value());
    for (const VersionNumber number : {1, 2}) {
      auto served =
          serving::testing::Serve(ContractOf({a, b, c, t}), predictor, number, {{"c", words}});
      CHECK_OK_RESULT(served);
      served_.push_back(*served);
    }
    Serve({"m"});
    serving::Decider::Options options;
    options.clock = &SystemClock();
    options.journal = &journal;
    options.snapshot = [this] { return snapshot; };
    decider = serving::Decider::Make(options).value();
    use.decider = decider.get();
    use.snapshot = options.snapshot;
    use.clock = options.clock;
    use.journal = &journal;
    request_ids.Remember("", "known", {{1, 1, 7}, 1});
    request_ids.Remember("", "pair", {{1, 1, 20}, 2});
    use.outcomes = &outcomes;
    handler = MakeHandler(use);
  }
  // Both versions under each of the names; version 1 is the champion.
  void Serve(const std::vector<std::string>& names) {
    auto next = std::make_shared<serving::Snapshot>();
    for (const std::string& name : names) {
      serving::ServedModel model;
      model.name = name;
      model.champion = served_[0];
      model.versions = {{1, served_[0]}, {2, served_[1]}};
      next->models[name] = model;
    }
    next->revision = 3;
    snapshot = next;
  }
  Answered Post(const std::string& target, const std::string& body,
                const std::string& headers = "") {
    return Send(handler, "POST " + target, body, headers + "Content-Type: application/json\r\n");
  }
  Answered Get(const std::string& target) { return Send(handler, "GET " + target); }
  Answered Decide(const std::string& body) { return Post("/api/v1/models/m/decide", body); }
  Answered Infer(const std::string& body) { return Post("/v2/models/m/infer", body); }

  Dependencies use;  // change and call MakeHandler again for stores of one's own
  records::RequestIds request_ids{{.clock = &SystemClock()}};
  serving::testing::MemoryJournal journal;
  records::OutcomeLedger outcomes{{&journal, &request_ids, &SystemClock()}};
  std::shared_ptr<const serving::Snapshot> snapshot;
  std::unique_ptr<serving::Decider> decider;
  Handler handler;

 private:
  std::vector<std::shared_ptr<const serving::ServedVersion>> served_;
};

}  // namespace mooring::api::testing
