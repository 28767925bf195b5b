// Webhooks: where the registry's events are told, and the outbox of what is still to be told. Kept
// in webhooks.db, apart from the registry: its clients may write here, serving never reads it.
//
//   ASSIGN_OR_RETURN(auto book, WebhookBook::Open({.file = …, .clock = …}));
//   RETURN_IF_ERROR(book->Tell({"MODEL_VERSION", "CREATED"}, data_json));   // for all who want it
//
// Tell writes one delivery for each active webhook that wants the event; the courier
// (control/delivery/event_courier.h) carries them. A secret is kept as it is, since it signs, and
// is never shown: whoever reads the file reads it.
//
// Failure: kNotFound, kInvalidArgument with texts for clients. Durability: what returned success
// survives a power cut. Thread safety: any thread; calls block on the disk.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

struct WebhookEvent {
  std::string entity, action;  // "MODEL_VERSION", "CREATED"
  bool operator==(const WebhookEvent&) const = default;
};
// kInvalidArgument for an entity, an action or a pair that MLflow does not know.
Status CheckWebhookEvent(const WebhookEvent& event);

struct Webhook {
  std::string id, name, description, url, secret;
  std::vector<WebhookEvent> events;
  bool active = true;
  Millis created = 0, updated = 0;
};

// What is given is changed.
struct WebhookChange {
  std::optional<std::string> name, description, url, secret;
  std::optional<std::vector<WebhookEvent>> events;
  std::optional<bool> active;
};

// One event on its way to one webhook.
struct EventDelivery {
  std::int64_t id = 0;
  std::string key;  // the same in every attempt: X-MLflow-Delivery-Id
  Webhook webhook;
  std::string body;
  std::uint32_t attempts = 0;
};

class WebhookBook {
 public:
  struct Options {
    std::string file;
    const Clock* clock = nullptr;        // required
    std::size_t most = 100;              // webhooks
    std::size_t most_waiting = 100'000;  // deliveries; the oldest of a full outbox are dropped
  };
  static Result<std::unique_ptr<WebhookBook>> Open(Options options);
  virtual ~WebhookBook() = default;

  virtual Result<Webhook> Create(Webhook webhook) = 0;  // id and times are given
  virtual Result<Webhook> Get(std::string_view id) = 0;
  virtual Result<std::vector<Webhook>> List() = 0;  // the oldest first
  virtual Result<Webhook> Update(std::string_view id, const WebhookChange& change) = 0;
  virtual Status Remove(std::string_view id) = 0;  // and what waits for it

  virtual Status Tell(const WebhookEvent& event, std::string_view data_json) = 0;
  // The delivery that is due first, if any.
  virtual Result<std::optional<EventDelivery>> Due() = 0;
  // Told, or given up: it is gone.
  virtual Status Finish(std::int64_t delivery) = 0;
  virtual Status TryAgain(std::int64_t delivery, Time at) = 0;
};

// {"entity":"model_version","action":"created","timestamp":"…","data":{…}}
std::string EventBody(const WebhookEvent& event, Time at, std::string_view data_json);

}  // namespace mooring::records
