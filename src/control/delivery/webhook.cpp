// Webhook: POST of a notification's JSON to a URL. Signed, when there is a secret, by
//
//   Mooring-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA-256 of "<t>.<body>">
//
// so that a receiver can tell who sent it and refuse what was recorded and sent again later.
// Idempotency-Key is the same for every attempt: a receiver that saw it has seen the notification.
#include "base/crypto/digest.h"
#include "control/delivery/sink.h"
#include "records/incidents/incident_limits.h"

namespace mooring::control {
namespace {

std::string Signature(const std::string& secret, Time now, const std::string& body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string time = std::to_string(seconds);
  const Digest digest = HmacSha256(AsBytes(secret), AsBytes(time + "." + body));
  return "t=" + time + ",v1=" + Hex(digest);
}

class Webhook final : public Sink {
 public:
  Webhook(const SinkConfig& config, const SinkSeams& seams)
      : Sink(config.audience), config_(config), seams_(seams) {}

  SinkAnswer Send(const records::Notification& notification) override {
    HttpCall call;
    call.method = "POST";
    call.url = config_.url;
    call.body = BodyOf(notification);
    call.timeout = config_.timeout;
    call.answer_limit_bytes = limits::kSinkAnswerBytes;
    call.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", notification.key}};
    if (!config_.secret.empty()) {
      call.headers.emplace_back("Mooring-Signature",
                                Signature(config_.secret, seams_.clock->Now(), call.body));
    }
    return Judge(seams_.transport->Send(call), config_.url);
  }

 private:
  const SinkConfig config_;
  const SinkSeams seams_;
};

}  // namespace

std::unique_ptr<Sink> MakeWebhook(const SinkConfig& config, const SinkSeams& seams) {
  return std::make_unique<Webhook>(config, seams);
}

}  // namespace mooring::control
