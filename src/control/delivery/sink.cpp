#include "control/delivery/sink.h"

#include <algorithm>
#include <array>

#include "base/text/json_writer.h"
#include "control/incidents/incident_json.h"

namespace mooring::control {

namespace {

// The text with every `url` in it cut after its host.
std::string WithoutPath(std::string text, std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return text;
  const std::size_t path = url.find('/', scheme + 3);
  if (path == url.npos) return text;
  for (std::size_t at = text.find(url); at != text.npos; at = text.find(url, at)) {
    text.replace(at, url.size(), url.substr(0, path));
    at += path;
  }
  return text;
}

}  // namespace

std::string_view SinkKindName(SinkConfig::Kind kind) {
  static constexpr std::array<std::string_view, 3> kNames = {"webhook", "alertmanager", "command"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::unique_ptr<Sink> MakeSink(const SinkConfig& config, const SinkSeams& seams) {
  switch (config.kind) {
    case SinkConfig::Kind::kAlertmanager: return MakeAlertmanager(config, seams);
    case SinkConfig::Kind::kCommand: return MakeCommandSink(config, seams);
    case SinkConfig::Kind::kWebhook: break;
  }
  return MakeWebhook(config, seams);
}

std::string BodyOf(const records::Notification& notification) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("id", notification.key);
  if (notification.payload_json.size() <= 2) return body + "}";
  return body + "," + notification.payload_json.substr(1);
}

SinkAnswer Judge(const Result<HttpAnswer>& answer, std::string_view url) {
  if (!answer.ok()) return {.text = WithoutPath(answer.error().ToString(), url)};
  SinkAnswer judged;
  judged.delivered = answer->status >= 200 && answer->status < 300;
  // These say that this very request is wrong. Others, 404 and 403 too, are also what a proxy says
  // while the receiver behind it is away: they are worth another attempt.
  static constexpr int kForGood[] = {400, 405, 410, 411, 413, 414, 415, 422};
  judged.refused = std::ranges::find(kForGood, answer->status) != std::end(kForGood);
  judged.text = std::to_string(answer->status);
  constexpr std::size_t kShown = 200;
  if (!judged.delivered && !answer->body.empty()) {
    judged.text += ": " + answer->body.substr(0, kShown);
  }
  return judged;
}

records::Notification TestNotification(const std::string& sink, Time now) {
  records::IncidentRecord incident;
  incident.model = "test";
  incident.verdict_kind = "test";
  incident.summary = "this is a test: nothing is wrong";
  incident.opened = incident.resolved = now;
  records::Notification notification;
  notification.key = "test-" + std::to_string(now.time_since_epoch().count());
  notification.sink = sink;
  notification.event = "test";
  notification.created = now;
  notification.payload_json = Payload("test", now, incident, {});
  return notification;
}

}  // namespace mooring::control
