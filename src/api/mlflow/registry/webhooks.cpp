#include "api/mlflow/registry/webhooks.h"

#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"
#include "api/mlflow/wire/write.h"
#include "control/delivery/event_courier.h"
#include "records/webhooks/webhook.h"

namespace mooring::api::mlflow {
namespace {

using records::Webhook;
using records::WebhookBook;
using records::WebhookEvent;

constexpr std::size_t kNameBytes = 256, kTextBytes = 4096, kEvents = 64;

Result<WebhookBook*> BookOf(const Call& call) {
  WebhookBook* const book = call.api->use.webhooks;
  if (book != nullptr) return book;
  return Error(Code::kUnsupported, "this server keeps no webhooks");
}

Status CheckTexts(const Webhook& webhook) {
  if (webhook.name.size() > kNameBytes) return TooLong("name", kNameBytes);
  if (webhook.description.size() > kTextBytes) return TooLong("description", kTextBytes);
  if (webhook.url.size() > kTextBytes) return TooLong("url", kTextBytes);
  if (webhook.secret.size() > kTextBytes) return TooLong("secret", kTextBytes);
  return Ok();
}

Result<std::vector<WebhookEvent>> ReadEvents(const Fields& in) {
  ASSIGN_OR_RETURN(const std::vector<Fields> items, in.Objects("events"));
  if (items.empty()) return MissingValue("events");
  if (items.size() > kEvents) return Invalid("a webhook has at most 64 events");
  std::vector<WebhookEvent> events;
  for (const Fields& item : items) {
    WebhookEvent event;
    ASSIGN_OR_RETURN(event.entity, item.Required("entity"));
    ASSIGN_OR_RETURN(event.action, item.Required("action"));
    RETURN_IF_ERROR(records::CheckWebhookEvent(event));
    events.push_back(std::move(event));
  }
  return events;
}

// "ACTIVE" or "DISABLED".
Result<bool> ReadStatus(const Fields& in) {
  ASSIGN_OR_RETURN(const std::string status, in.Required("status"));
  if (status == "ACTIVE") return true;
  if (status == "DISABLED") return false;
  return InvalidText("status", status, "it is ACTIVE or DISABLED");
}

void WriteWebhook(JsonWriter& json, const Webhook& webhook) {
  json.BeginObject().Member("webhook_id", webhook.id).Member("name", webhook.name);
  MemberIfAny(json, "description", webhook.description);
  json.Member("url", webhook.url).Key("events").BeginArray();
  for (const WebhookEvent& event : webhook.events) {
    json.BeginObject().Member("entity", event.entity).Member("action", event.action).EndObject();
  }
  json.EndArray().Member("status", webhook.active ? "ACTIVE" : "DISABLED");
  json.Member("creation_timestamp", webhook.created);
  json.Member("last_updated_timestamp", webhook.updated).EndObject();
}

std::string WebhookJson(const Webhook& webhook) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("webhook");
  WriteWebhook(json, webhook);
  json.EndObject();
  return body;
}

std::string DataJson(const EventData& data) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  for (const auto& [key, value] : data) json.Member(key, value);
  json.EndObject();
  return text;
}

}  // namespace

Result<std::string> CreateWebhook(const Call& call) {
  ASSIGN_OR_RETURN(WebhookBook* const book, BookOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  Webhook made;
  ASSIGN_OR_RETURN(made.name, in.Required("name"));
  ASSIGN_OR_RETURN(made.url, in.Required("url"));
  ASSIGN_OR_RETURN(made.description, in.Text("description"));
  ASSIGN_OR_RETURN(made.secret, in.Text("secret"));
  ASSIGN_OR_RETURN(made.events, ReadEvents(in));
  if (in.Has("status")) {
    ASSIGN_OR_RETURN(made.active, ReadStatus(in));
  }
  RETURN_IF_ERROR(CheckTexts(made));
  RETURN_IF_ERROR(control::CheckWebhookUrl(made.url, call.api->use.webhook_rules));
  ASSIGN_OR_RETURN(const Webhook webhook, book->Create(std::move(made)));
  return WebhookJson(webhook);
}

Result<std::string> ListWebhooks(const Call& call) {
  ASSIGN_OR_RETURN(WebhookBook* const book, BookOf(call));
  ASSIGN_OR_RETURN(const std::vector<Webhook> webhooks, book->List());
  if (webhooks.empty()) return Nothing();
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("webhooks").BeginArray();
  for (const Webhook& webhook : webhooks) WriteWebhook(json, webhook);
  json.EndArray().EndObject();
  return body;
}

Result<std::string> GetWebhook(const Call& call) {
  ASSIGN_OR_RETURN(WebhookBook* const book, BookOf(call));
  ASSIGN_OR_RETURN(const Webhook webhook, book->Get(call.parameters[0]));
  return WebhookJson(webhook);
}

Result<std::string> UpdateWebhook(const Call& call) {
  ASSIGN_OR_RETURN(WebhookBook* const book, BookOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::WebhookChange change;
  Webhook texts;  // for the checks
  for (const auto& [key, to, text] :
       {std::tuple{"name", &change.name, &texts.name},
        std::tuple{"description", &change.description, &texts.description},
        std::tuple{"url", &change.url, &texts.url},
        std::tuple{"secret", &change.secret, &texts.secret}}) {
    if (!in.Has(key)) continue;
    ASSIGN_OR_RETURN(*text, in.Text(key));
    *to = *text;
  }
  RETURN_IF_ERROR(CheckTexts(texts));
  if (change.url) {
    RETURN_IF_ERROR(control::CheckWebhookUrl(*change.url, call.api->use.webhook_rules));
  }
  if (in.Has("events")) {
    ASSIGN_OR_RETURN(change.events, ReadEvents(in));
  }
  if (in.Has("status")) {
    ASSIGN_OR_RETURN(change.active, ReadStatus(in));
  }
  ASSIGN_OR_RETURN(const Webhook webhook, book->Update(call.parameters[0], change));
  return WebhookJson(webhook);
}

Result<std::string> DeleteWebhook(const Call& call) {
  ASSIGN_OR_RETURN(WebhookBook* const book, BookOf(call));
  RETURN_IF_ERROR(book->Remove(call.parameters[0]));
  return Nothing();
}

Result<std::string> TestWebhook(const Call& call) {
  ASSIGN_OR_RETURN(WebhookBook* const book, BookOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::EventDelivery delivery;
  ASSIGN_OR_RETURN(delivery.webhook, book->Get(call.parameters[0]));
  WebhookEvent event = delivery.webhook.events.empty() ? WebhookEvent{"MODEL_VERSION", "CREATED"}
                                                       : delivery.webhook.events.front();
  if (in.Has("event")) {
    ASSIGN_OR_RETURN(const Fields asked, in.Object("event"));
    ASSIGN_OR_RETURN(event.entity, asked.Required("entity"));
    ASSIGN_OR_RETURN(event.action, asked.Required("action"));
    RETURN_IF_ERROR(records::CheckWebhookEvent(event));
  }
  const auto& try_webhook = call.api->use.try_webhook;
  if (!try_webhook) return Error(Code::kUnsupported, "this server calls no webhooks");
  const Time now = call.api->use.clock->Now();
  delivery.key = "test-" + std::to_string(now.time_since_epoch().count());
  delivery.body = records::EventBody(event, now, DataJson({{"name", "test"}}));
  const Result<HttpAnswer> answer = try_webhook(delivery);
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("result").BeginObject();
  json.Member("success", answer.ok() && answer->status >= 200 && answer->status < 300);
  if (answer.ok()) {
    // Of the answer only the status: its text may be anything that the address says to us.
    json.Member("response_status", answer->status);
  } else {
    json.Member("error_message", answer.error().ToString());
  }
  json.EndObject().EndObject();
  return body;
}

void TellEvent(const Call& call, std::string_view entity, std::string_view action,
               const EventData& data) {
  WebhookBook* const book = call.api->use.webhooks;
  if (book == nullptr) return;
  const WebhookEvent event{std::string(entity), std::string(action)};
  static_cast<void>(book->Tell(event, DataJson(data)));
}

}  // namespace mooring::api::mlflow
