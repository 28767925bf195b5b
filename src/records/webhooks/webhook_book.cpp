#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/crypto/digest.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "data/store/sqlite.h"
#include "records/webhooks/webhook.h"

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

constexpr std::string_view kSchema = R"sql(
CREATE TABLE webhooks(
  place       INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  url         TEXT NOT NULL,
  secret      TEXT NOT NULL,
  events_json TEXT NOT NULL,
  active      INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL
) STRICT;
CREATE TABLE deliveries(
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  key      TEXT NOT NULL,
  webhook  TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
  body     TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_by_time ON deliveries(next_us, id);
CREATE INDEX deliveries_by_webhook ON deliveries(webhook);
)sql";
constexpr std::array<std::string_view, 1> kSteps = {kSchema};

constexpr std::string_view kColumns =
    "w.id, w.name, w.description, w.url, w.secret, w.events_json, w.active, w.created_ms, "
    "w.updated_ms";

std::string EventsJson(const std::vector<WebhookEvent>& events) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray();
  for (const WebhookEvent& event : events) {
    json.BeginArray().Value(event.entity).Value(event.action).EndArray();
  }
  json.EndArray();
  return text;
}

Result<std::vector<WebhookEvent>> EventsOf(std::string_view text) {
  std::vector<WebhookEvent> events;
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "events"}));
  ASSIGN_OR_RETURN(const Json::Array* const items, json.AsArray());
  for (const Json& item : *items) {
    ASSIGN_OR_RETURN(const Json::Array* const pair, item.AsArray());
    if (pair->size() != 2) return Error(Code::kDataLoss, "an event of a webhook is no pair");
    ASSIGN_OR_RETURN(const std::string_view entity, (*pair)[0].AsString());
    ASSIGN_OR_RETURN(const std::string_view action, (*pair)[1].AsString());
    events.push_back({std::string(entity), std::string(action)});
  }
  return events;
}

Result<Webhook> WebhookOf(const Statement& row) {
  Webhook webhook;
  int column = 0;
  for (std::string* text :
       {&webhook.id, &webhook.name, &webhook.description, &webhook.url, &webhook.secret}) {
    *text = row.Text(column++);
  }
  ASSIGN_OR_RETURN(webhook.events, EventsOf(row.Text(5)));
  webhook.active = row.Int(6) != 0;
  webhook.created = row.Int(7);
  webhook.updated = row.Int(8);
  return webhook;
}

std::string NewId() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string id;
  for (const char c : RandomSecret(16)) {
    id += kHex[static_cast<unsigned char>(c) >> 4];
    id += kHex[static_cast<unsigned char>(c) & 15];
  }
  return id;
}

class SqliteWebhooks final : public WebhookBook {
 public:
  SqliteWebhooks(Database db, Options options) : options_(std::move(options)), db_(std::move(db)) {}

  Result<Webhook> Create(Webhook webhook) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const std::vector<Webhook> known, ReadAll());
    if (known.size() >= options_.most) {
      return Error(Code::kInvalidArgument, fmt::format("there are {} webhooks already, as many as "
                                                       "there may be",
                                                       known.size()));
    }
    webhook.id = NewId();
    webhook.created = webhook.updated = NowMs();
    ASSIGN_OR_RETURN(Statement insert,
                     db_.Prepare("INSERT INTO webhooks(id, name, description, url, secret, "
                                 "events_json, active, created_ms, updated_ms) "
                                 "VALUES(?,?,?,?,?,?,?,?,?)"));
    RETURN_IF_ERROR(insert.Run(webhook.id, webhook.name, webhook.description, webhook.url,
                               webhook.secret, EventsJson(webhook.events), webhook.active,
                               webhook.created, webhook.updated));
    return webhook;
  }

  Result<Webhook> Get(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    return Read(id);
  }

  Result<std::vector<Webhook>> List() override {
    const std::lock_guard lock(mutex_);
    return ReadAll();
  }

  Result<Webhook> Update(std::string_view id, const WebhookChange& change) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Webhook webhook, Read(id));
    if (change.name) webhook.name = *change.name;
    if (change.description) webhook.description = *change.description;
    if (change.url) webhook.url = *change.url;
    if (change.secret) webhook.secret = *change.secret;
    if (change.events) webhook.events = *change.events;
    if (change.active) webhook.active = *change.active;
    webhook.updated = NowMs();
    ASSIGN_OR_RETURN(Statement update,
                     db_.Prepare("UPDATE webhooks SET name = ?2, description = ?3, url = ?4, "
                                 "secret = ?5, events_json = ?6, active = ?7, updated_ms = ?8 "
                                 "WHERE id = ?1"));
    RETURN_IF_ERROR(update.Run(id, webhook.name, webhook.description, webhook.url, webhook.secret,
                               EventsJson(webhook.events), webhook.active, webhook.updated));
    return webhook;
  }

  Status Remove(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(Read(id));
    ASSIGN_OR_RETURN(Statement remove, db_.Prepare("DELETE FROM webhooks WHERE id = ?"));
    return remove.Run(id);
  }

  Status Tell(const WebhookEvent& event, std::string_view data_json) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const std::vector<Webhook> webhooks, ReadAll());
    const Time now = options_.clock->Now();
    ASSIGN_OR_RETURN(data::Transaction change, data::Transaction::Begin(db_));
    for (const Webhook& webhook : webhooks) {
      const bool wants = std::ranges::find(webhook.events, event) != webhook.events.end();
      if (!webhook.active || !wants) continue;
      ASSIGN_OR_RETURN(Statement insert, db_.Prepare("INSERT INTO deliveries(key, webhook, body, "
                                                     "next_us) VALUES(?,?,?,?)"));
      RETURN_IF_ERROR(
          insert.Run(NewId(), webhook.id, EventBody(event, now, data_json), MicrosOf(now)));
    }
    ASSIGN_OR_RETURN(Statement trim, db_.Prepare("DELETE FROM deliveries WHERE id <= (SELECT "
                                                 "max(id) FROM deliveries) - ?"));
    RETURN_IF_ERROR(trim.Run(options_.most_waiting));
    return change.Commit();
  }

  Result<std::optional<EventDelivery>> Due() override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Statement read,
                     db_.Prepare(fmt::format("SELECT {}, d.id, d.key, d.body, d.attempts FROM "
                                             "deliveries d JOIN webhooks w ON w.id = d.webhook "
                                             "WHERE d.next_us <= ? ORDER BY d.next_us, d.id "
                                             "LIMIT 1",
                                             kColumns)));
    RETURN_IF_ERROR(read.Start(MicrosOf(options_.clock->Now())));
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return std::optional<EventDelivery>();
    EventDelivery due;
    ASSIGN_OR_RETURN(due.webhook, WebhookOf(read));
    due.id = read.Int(9);
    due.key = read.Text(10);
    due.body = read.Text(11);
    due.attempts = static_cast<std::uint32_t>(read.Int(12));
    return std::optional(std::move(due));
  }

  Status Finish(std::int64_t delivery) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Statement remove, db_.Prepare("DELETE FROM deliveries WHERE id = ?"));
    return remove.Run(delivery);
  }

  Status TryAgain(std::int64_t delivery, Time at) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Statement update, db_.Prepare("UPDATE deliveries SET attempts = attempts + 1, "
                                                   "next_us = ?2 WHERE id = ?1"));
    return update.Run(delivery, MicrosOf(at));
  }

 private:
  static std::int64_t MicrosOf(Time time) { return time.time_since_epoch().count(); }
  Millis NowMs() const { return MicrosOf(options_.clock->Now()) / 1000; }

  Result<Webhook> Read(std::string_view id) {
    ASSIGN_OR_RETURN(Statement read, db_.Prepare(fmt::format(
                                         "SELECT {} FROM webhooks w WHERE w.id = ?", kColumns)));
    RETURN_IF_ERROR(read.Start(id));
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (found) return WebhookOf(read);
    return Error(Code::kNotFound, fmt::format("Webhook with ID {} not found.", id.substr(0, 64)));
  }

  Result<std::vector<Webhook>> ReadAll() {
    ASSIGN_OR_RETURN(Statement read, db_.Prepare(fmt::format(
                                         "SELECT {} FROM webhooks w ORDER BY w.place", kColumns)));
    std::vector<Webhook> webhooks;
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, read.Step());
      if (!more) return webhooks;
      ASSIGN_OR_RETURN(Webhook webhook, WebhookOf(read));
      webhooks.push_back(std::move(webhook));
    }
  }

  const Options options_;
  std::mutex mutex_;  // guards db_
  Database db_;
};

}  // namespace

Result<std::unique_ptr<WebhookBook>> WebhookBook::Open(Options options) {
  CHECK(options.clock != nullptr);
  ASSIGN_OR_RETURN(Database db, Database::Open(options.file, {}));
  if (Status migrated = db.Migrate(kSteps); !migrated.ok()) {
    return std::move(migrated).error().Where(options.file);
  }
  return std::unique_ptr<WebhookBook>(
      std::make_unique<SqliteWebhooks>(std::move(db), std::move(options)));
}

}  // namespace mooring::records
