// Server: the whole contour in one process. Opens the stores in order, recovers the journal,
// loads what ought to serve, starts the watch and the HTTP server; stops in the reverse order.
//
//   ASSIGN_OR_RETURN(auto server, Server::Start(options));
//   server->Wait(stop);      // until SIGTERM, say
//   server->Stop();
//
// The data directory (one server at a time; locked):
//   registry.db   models, versions, aliases, desired state (records/registry)
//   blobs/        artifacts by content, compiled forms beside them (data/store)
//   journal/      decisions and outcomes (records/journal)
//   lake/         sealed segments as Parquet (records/lake)
//   watch.json    where the watch's open windows begin
//   control/      the control log: who changed what (records/audit)
//   access.db     tokens and grants (records/access)
//   incidents.db  alerts, incidents, silences, notifications (records/incidents)
//   reviews.db    decisions that wait for people (records/reviews)
//   limits.db     changes of limits and who agreed (records/limit_book)
//   limits.frozen there while windows of limits stand still (limit_freeze.h)
//   drills/       what rehearsals of the kill switch found
//   tracking.db   experiments and runs of MLflow's clients (records/tracking)
//   artifacts.db, artifacts/  their files, by content (records/artifacts)
//   webhooks.db   whom changes of the registry are told to (records/webhooks)
//   server.lock   held while a server runs
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "app/mlflow_stores.h"
#include "base/result.h"
#include "records/journal/journal.h"

namespace mooring::app {

// Bearer tokens of an OpenID provider; none without an issuer.
struct OidcOptions {
  std::string issuer, audience;
  std::string keys_file;           // its key set, JSON; or
  std::string keys_url;            // where it is fetched (oidc_keys.h)
  std::string claim = "roles";
  std::vector<std::string> rules;  // "VALUE=ROLE[@MODEL]"
};

struct ServerOptions {
  std::string data_directory = "mooring-data";
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  std::size_t threads = 1;    // event loops
  std::string tls_certificate_file, tls_key_file;
  std::vector<std::string> allowed_hosts;
  bool allow_remote_without_auth = false;  // else beyond loopback only known callers, over TLS
  std::string client_ca_file;              // whose certificates callers may show; "": none
  OidcOptions oidc;
  MlflowOptions mlflow;
  records::AckMode ack = records::AckMode::kSynced;
  std::chrono::milliseconds sync_interval{5};
  std::string pseudonym_key_file;     // outside the data directory
  bool create_pseudonym_key = false;  // when there is none
  std::string library_directory;      // ONNX Runtime, DuckDB; empty: beside the program
  std::string python;                 // interpreter for models that only Python runs; empty: none
  std::chrono::milliseconds drain{30'000};
  bool watch = true;                     // fold the journal into profiles and verdicts
  std::string alerts_file;               // whom alerts are told to; empty: nobody
  bool validate = true, journal = true;  // bench-only switches: the price of safety
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> Start(ServerOptions options);
  virtual ~Server() = default;  // stops when still running
  virtual std::uint16_t port() const = 0;
  virtual void Stop() = 0;
};

// Where things are inside a data directory; the CLI's local mode uses the same paths.
struct DataPaths {
  explicit DataPaths(std::string directory);
  std::string root, blobs, journal, lake, watch_checkpoint, watch_history, incidents, kills, panic,
      limits, control, lock;
  std::string limit_book() const { return root + "/limits.db"; }
  std::string limits_frozen() const { return root + "/limits.frozen"; }
  std::string drills() const { return root + "/drills"; }
  std::string access() const { return root + "/access.db"; }
  std::string oidc_keys() const { return root + "/oidc-keys.json"; }
  std::string reviews() const { return root + "/reviews.db"; }
};

// The directory of shared libraries: the given one, else beside the program, else .deps/lib above
// it.
std::string FindLibraries(const std::string& given);

}  // namespace mooring::app
