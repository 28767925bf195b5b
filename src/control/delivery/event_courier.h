// EventCourier: carries the registry's events from the outbox (records/webhooks) to the webhooks of
// MLflow's clients, as MLflow itself does: POST of JSON with
//
//   X-MLflow-Delivery-Id   the same in every attempt
//   X-MLflow-Timestamp     seconds since 1970
//   X-MLflow-Signature     v1,BASE64 of HMAC-SHA-256 of "id.timestamp.body"; only with a secret
//
// An answer of 2xx is the end; so is any other but 429 and 5xx. Those, and no answer at all, are
// tried again up to `retries` times, after first × 2^n; then the event is dropped for this webhook.
//
// Where it may call: https, and http only when allowed; addresses of the public internet, others
// only when allowed (base/net/public_address.h, asked when the connection is made). Redirects are
// not followed.
//
// Thread safety: Step and Run from one thread; Test from any. No lock is held while a peer answers.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "records/webhooks/webhook.h"

namespace mooring::control {

struct WebhookRules {
  bool allow_http = false;
  bool allow_private = false;  // loopback and the networks inside, too
};
// kInvalidArgument: no URL, or one of a scheme that is not allowed, or with a password in it.
Status CheckWebhookUrl(std::string_view url, const WebhookRules& rules);

// "v1,…"
std::string WebhookSignature(std::string_view secret, std::string_view id, std::string_view seconds,
                             std::string_view body);

class EventCourier {
 public:
  struct Options {
    records::WebhookBook* book = nullptr;  // required
    Transport* transport = nullptr;        // required
    const Clock* clock = nullptr;          // required
    WebhookRules rules = {};
    std::uint32_t retries = 3;
    std::chrono::milliseconds first{1'000}, timeout{30'000}, poll{500};
    std::function<void(const Error&)> on_problem = {};
  };
  explicit EventCourier(Options options) : options_(std::move(options)) {}

  // Makes the attempts that are due, at most `most`; how many.
  Result<std::size_t> Step(std::size_t most = 16);
  void Run(const std::stop_token& stop);

  // One attempt at once, told to nobody else.
  Result<HttpAnswer> Send(const records::EventDelivery& delivery) const;

 private:
  const Options options_;
};

}  // namespace mooring::control
