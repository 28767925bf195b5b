// The HTTP API: all protocols on one handler. docs: each folder's header lists its calls.
//
//   auto api = MakeHandler({.decider = …, .registry = …});
//   HttpServer::Start(options, api);
//
// Everything in Dependencies outlives the handler and may be used from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/auth.h"
#include "api/http/server.h"
#include "base/clock.h"
#include "base/io/file_system.h"
#include "control/delivery/event_courier.h"
#include "control/incidents/alert_figures.h"
#include "control/incidents/incident_desk.h"
#include "control/limits/limit_desk.h"
#include "control/reviews/review_desk.h"
#include "monitoring/watch.h"
#include "records/access/access_event.h"
#include "records/journal/journal.h"
#include "records/outcomes/outcome_ledger.h"
#include "records/registry/registry.h"
#include "serving/decide.h"
#include "serving/kill_switch.h"
#include "serving/loaded_models.h"
#include "serving/stop_limits/limit_settlement.h"

namespace mooring::records {
class ArtifactStore;
class Catalogue;
class TrackingStore;
class WebhookBook;
struct EventDelivery;
}  // namespace mooring::records

namespace mooring::api {

// Takes work that is too long for an event loop; false when too much waits, or after the end.
// Empty: the work is done at once.
using Worker = std::function<bool(std::function<void()>)>;

struct Dependencies {
  serving::Decider* decider = nullptr;   // required
  serving::KillSwitch* kills = nullptr;  // null: nothing can be stopped at once
  std::function<std::shared_ptr<const serving::Snapshot>()> snapshot;  // required
  const Clock* clock = nullptr;                                        // required
  records::Registry* registry = nullptr;           // null: the administrative calls answer 503
  serving::LimitSettlement* settlement = nullptr;  // null: decisions cannot be released
  Worker administer;  // of all calls on the registry, which waits for others' locks
  records::Journal* journal = nullptr;         // null: no tail, no journal in /metrics
  records::OutcomeLedger* outcomes = nullptr;  // null: outcomes answer 503
  Worker urgent;  // of the kill switch alone; what it does not take is done at once
  Worker later;   // of large batches of outcomes and the journal's tail
  monitoring::Watch* watch = nullptr;          // null: no drift in /metrics
  control::IncidentDesk* incidents = nullptr;  // null: alerts and incidents answer 503
  control::ReviewDesk* reviews = nullptr;      // null: nobody reviews
  // For /metrics; may be empty.
  std::function<std::shared_ptr<const control::AlertFigures>()> alert_figures;
  std::function<control::DeliveryFigures()> delivery_figures;
  // Bytes of a blob of the registry's store; empty: no reference profiles.
  std::function<Result<std::string>(std::string_view blob)> read_blob;
  FileSystem* files = nullptr;  // with journal_directory: `log tail`
  std::string journal_directory;
  // False while starting or draining; empty: always true.
  std::function<bool()> ready;
  std::function<HttpServer::Counts()> http_counts;  // for /metrics; may be empty
  Authenticator who;                                // callers; by default nobody is asked
  // Told of administration before it happens, and of callers who were turned away. On a loop's
  // thread: it must not block. May be empty.
  records::AccessWitness witness;
  control::LimitDesk* limit_desk = nullptr;       // null: limits cannot be changed
  const serving::LimitLedger* budgets = nullptr;  // null: no usage of limits
  // What people changed of limits; empty: nothing.
  std::function<std::shared_ptr<const serving::LimitControls>()> controls;
  // Lets their windows go on after the clock jumped; empty: kUnavailable.
  std::function<Status(const std::string& author, const std::string& reason)> thaw;
  // Keeps what a rehearsal found (JSON) and gives its name; empty: rehearsals are not kept.
  // Of `who` sent it; "" nobody knows.
  std::function<Result<std::string>(std::string_view drill, std::string_view who)> keep_drill;
  // MLflow's calls (api/mlflow). What is null answers 501.
  records::TrackingStore* tracking = nullptr;
  records::ArtifactStore* artifacts = nullptr;
  records::Catalogue* catalogue = nullptr;
  // Registers a client's version natively so that it can be champion (control/registration's
  // ServableVersions); empty: what clients made never serves.
  std::function<Status(std::string_view model, VersionNumber, const records::Change&)>
      make_servable;
  records::WebhookBook* webhooks = nullptr;  // null: events of the registry are told to nobody
  control::WebhookRules webhook_rules = {};
  // One delivery at once (control/delivery/event_courier.h); empty: no tests of webhooks.
  std::function<Result<HttpAnswer>(const records::EventDelivery&)> try_webhook;
  // Of those calls, all of which block: several threads, so that writes share commits.
  Worker mlflow;
  bool https = false;  // callers reach this server over TLS of its own
  bool mlflow_file_locations = false;  // experiments may keep artifacts under file: URIs
};

Handler MakeHandler(Dependencies dependencies);

// Every route with what it takes, in the order of the table: for tests and for the reference.
struct RouteNeed {
  Method method;
  std::string pattern;
  records::Permission permission;
  std::string_view over;  // "model", "some", "every"
};
std::vector<RouteNeed> AllRoutes();

}  // namespace mooring::api
