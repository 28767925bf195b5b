#include "control/delivery/event_courier.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"

namespace mooring::control {
namespace {

using records::EventDelivery;

constexpr std::size_t kAnswerBytes = 4096;

std::string Base64(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < count ? static_cast<std::uint32_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kDigits[word >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

bool IsWorthAnother(const Result<HttpAnswer>& answer) {
  if (!answer.ok()) return answer.error().code() != Code::kInvalidArgument;
  return answer->status == 429 || answer->status >= 500;
}

}  // namespace

Status CheckWebhookUrl(std::string_view url, const WebhookRules& rules) {
  const auto wrong = [](std::string text) {
    return Error(Code::kInvalidArgument, "Invalid webhook URL: " + std::move(text));
  };
  const bool https = url.starts_with("https://");
  if (!https && !url.starts_with("http://")) return wrong("it must start with https://");
  if (!https && !rules.allow_http) return wrong("its scheme must be https");
  const std::string_view rest = url.substr(https ? 8 : 7);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.empty()) return wrong("it names no host");
  if (host.find('@') != host.npos) return wrong("it holds a name or a password");
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7F || c == '\\')
      return wrong("it holds a character that no URL has");
  }
  return Ok();
}

std::string WebhookSignature(std::string_view secret, std::string_view id, std::string_view seconds,
                             std::string_view body) {
  std::string text(id);
  text.append(".").append(seconds).append(".").append(body);
  return "v1," + Base64(HmacSha256(AsBytes(secret), AsBytes(text)));
}

Result<HttpAnswer> EventCourier::Send(const EventDelivery& delivery) const {
  // The rules may have become stricter since the webhook was made.
  RETURN_IF_ERROR(CheckWebhookUrl(delivery.webhook.url, options_.rules));
  const auto now = std::chrono::floor<std::chrono::seconds>(options_.clock->Now());
  const std::string seconds = std::to_string(now.time_since_epoch().count());
  HttpCall call;
  call.method = "POST";
  call.url = delivery.webhook.url;
  call.body = delivery.body;
  call.timeout = options_.timeout;
  call.answer_limit_bytes = kAnswerBytes;
  call.public_only = !options_.rules.allow_private;
  call.headers = {{"Content-Type", "application/json"},
                  {"X-MLflow-Delivery-Id", delivery.key},
                  {"X-MLflow-Timestamp", seconds}};
  const std::string& secret = delivery.webhook.secret;
  if (!secret.empty()) {
    call.headers.emplace_back("X-MLflow-Signature",
                              WebhookSignature(secret, delivery.key, seconds, delivery.body));
  }
  return options_.transport->Send(call);
}

Result<std::size_t> EventCourier::Step(std::size_t most) {
  for (std::size_t made = 0; made < most; ++made) {
    ASSIGN_OR_RETURN(const std::optional<EventDelivery> due, options_.book->Due());
    if (!due) return made;
    const Result<HttpAnswer> answer = Send(*due);
    if (!IsWorthAnother(answer) || due->attempts >= options_.retries) {
      RETURN_IF_ERROR(options_.book->Finish(due->id));
      continue;
    }
    const auto wait = options_.first * (std::int64_t{1} << std::min(due->attempts, 20U));
    RETURN_IF_ERROR(options_.book->TryAgain(due->id, options_.clock->Now() + wait));
  }
  return most;
}

void EventCourier::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const auto step = Step();
    if (!step.ok() && options_.on_problem) options_.on_problem(step.error());
    wake.wait_for(lock, stop, options_.poll, [] { return false; });
  }
}

}  // namespace mooring::control
