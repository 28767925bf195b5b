// Alertmanager: POST /api/v2/alerts, as Prometheus does. Labels say which alert it is, annotations
// what there is to know. Alertmanager forgets what is not told again, so what fires is told every
// `resend` with an end three times as far away; what is resolved is told once, with its end.
#include <fmt/format.h>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "control/delivery/sink.h"
#include "control/incidents/incident_json.h"
#include "records/incidents/incident_limits.h"

namespace mooring::control {
namespace {

constexpr int kEndAfterResends = 3;

// One alert as our JSON has it, as Alertmanager wants it.
class PostedAlert {
 public:
  PostedAlert(const Json& alert, Time now, std::chrono::milliseconds lasts)
      : alert_(alert), end_(FormatTime(now + lasts)) {}

  void Write(JsonWriter& json) const {
    json.BeginObject().Key("labels").BeginObject();
    const std::string kind = Text("kind");
    Member(json, "alertname", "Mooring" + (kind.empty() ? "" : "_" + kind));
    for (const char* label : {"model", "severity", "verdict_kind", "subject"}) {
      Member(json, label, Text(label));
    }
    json.EndObject().Key("annotations").BeginObject();
    Member(json, "summary", Text("what"));
    for (const char* note : {"sureness", "cost", "help", "rule", "since", "statistic"}) {
      Member(json, note, Text(note));
    }
    for (const char* figure : {"value", "threshold", "p_value", "n", "version", "incident"}) {
      Member(json, figure, Figure(figure));
    }
    json.EndObject();
    const std::string fired = Text("fired"), resolved = Text("resolved");
    Member(json, "startsAt", fired);
    const bool over = Text("state") == "resolved" && !resolved.empty();
    json.Member("endsAt", over ? resolved : end_).EndObject();
  }

 private:
  // Alertmanager takes an empty label for none: neither is sent.
  static void Member(JsonWriter& json, std::string_view key, const std::string& value) {
    if (!value.empty()) json.Member(key, value);
  }
  std::string Text(std::string_view key) const {
    const auto text = alert_.GetString(key);
    return text.ok() ? std::string(*text) : "";
  }
  std::string Figure(std::string_view key) const {
    const Json* found = alert_.Find(key);
    if (found == nullptr || !found->IsNumber()) return "";
    const auto number = found->AsDouble();
    return number.ok() ? fmt::format("{:.6g}", *number) : "";
  }

  const Json& alert_;
  const std::string end_;
};

class Alertmanager final : public Sink {
 public:
  Alertmanager(const SinkConfig& config, const SinkSeams& seams)
      : Sink(config.audience), config_(config), seams_(seams) {}

  SinkAnswer Send(const records::Notification& notification) override {
    const auto payload = Json::Parse(notification.payload_json);
    if (!payload.ok()) return {.refused = true, .text = payload.error().ToString()};
    if (notification.event == "test") return Post("[" + TestAlert() + "]");
    const auto alerts = payload->GetArray("alerts");
    if (!alerts.ok()) return {.refused = true, .text = alerts.error().ToString()};
    return PostAll(**alerts);
  }

  std::optional<std::chrono::milliseconds> repeats() const override { return config_.resend; }

  SinkAnswer Repeat(std::span<const records::AlertRecord> firing) override {
    std::string text;
    JsonWriter json(text);
    json.BeginArray();
    for (const records::AlertRecord& alert : firing) WriteAlert(json, alert);
    json.EndArray();
    const auto alerts = Json::Parse(text);
    if (!alerts.ok()) return {.text = alerts.error().ToString()};
    return PostAll(std::get<Json::Array>(alerts->storage()));
  }

 private:
  SinkAnswer PostAll(const Json::Array& alerts) {
    std::string body;
    JsonWriter json(body);
    json.BeginArray();
    for (const Json& alert : alerts) {
      PostedAlert(alert, seams_.clock->Now(), kEndAfterResends * config_.resend).Write(json);
    }
    json.EndArray();
    return Post(std::move(body));
  }

  // Ends at once: nobody is to be woken.
  std::string TestAlert() const {
    std::string text;
    JsonWriter json(text);
    const std::string now = FormatTime(seams_.clock->Now());
    json.BeginObject().Key("labels").BeginObject().Member("alertname", "MooringTest");
    json.Member("severity", "warning").EndObject().Key("annotations").BeginObject();
    json.Member("summary", "this is a test: nothing is wrong").EndObject();
    json.Member("startsAt", now).Member("endsAt", now).EndObject();
    return text;
  }

  SinkAnswer Post(std::string body) {
    HttpCall call;
    call.method = "POST";
    call.url = config_.url;
    while (call.url.ends_with('/')) call.url.pop_back();
    call.url += "/api/v2/alerts";
    call.headers = {{"Content-Type", "application/json"}};
    call.body = std::move(body);
    call.timeout = config_.timeout;
    call.answer_limit_bytes = limits::kSinkAnswerBytes;
    return Judge(seams_.transport->Send(call), call.url);
  }

  const SinkConfig config_;
  const SinkSeams seams_;
};

}  // namespace

std::unique_ptr<Sink> MakeAlertmanager(const SinkConfig& config, const SinkSeams& seams) {
  return std::make_unique<Alertmanager>(config, seams);
}

}  // namespace mooring::control
