// Alerting: from verdicts to people, in a running server: the incidents' store, the responder that
// follows verdicts, the courier that carries what is to be told, and the desk that the API serves.
// Detection and delivery are threads of their own: a sink that hangs holds up the courier alone.
//
// Thread safety: Open, Start and Stop from one thread, in that order; the rest from any between
// Start and Stop. Failure: Open as the alerts file and SQLite; later problems go to the log.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/log.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "base/threads/named_thread.h"
#include "control/delivery/alerts_file.h"
#include "control/incidents/incident_desk.h"
#include "control/respond.h"
#include "records/registry/registry.h"

namespace mooring::app {

class Alerting {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    Transport* transport = nullptr;
    records::Registry* registry = nullptr;
    records::AuditSink* audit = nullptr;
    std::string file;         // incidents.db
    std::string alerts_file;  // whom alerts are told to; "": nobody
  };
  static Result<std::unique_ptr<Alerting>> Open(Options options);

  void Start();
  void Stop();
  records::IncidentStore* store() { return store_.get(); }
  control::IncidentDesk& desk() { return *desk_; }
  const control::Responder& responder() const { return *responder_; }
  const control::Courier& courier() const { return *courier_; }

 private:
  explicit Alerting(Options options) : options_(std::move(options)) {}
  void MakeResponder(const control::AlertsConfig& config);
  void MakeCourier(const control::AlertsConfig& config);

  const Options options_;
  std::unique_ptr<records::IncidentStore> store_;
  std::optional<control::IncidentDesk> desk_;
  std::optional<control::Responder> responder_;
  std::optional<control::Courier> courier_;
  NamedThread respond_thread_, courier_thread_;
};

}  // namespace mooring::app
