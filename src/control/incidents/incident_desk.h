// IncidentDesk: what people and tools ask of alerts, incidents and silences, and what they may
// change, with answers as JSON (docs/reference/http.md). The HTTP API serves it, and the command
// line uses it on a data directory, so both say the same.
//
// A change says who; what it did is a fact of the incident's timeline. What it means for sinks
// follows when the responder looks next.
//
// Thread safety: any thread. Failure: kNotFound for an id that is not there, kInvalidArgument,
// kConflict for what is over already.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/text/json.h"
#include "records/access/principal.h"
#include "records/audit/audit_sink.h"
#include "records/incidents/incident_store.h"

namespace mooring::control {

// One call: what is asked, and of what. Members of `body` that a call does not know are errors.
struct DeskCall {
  enum class What : std::uint8_t {
    kAlerts,         // filter: model, all
    kAlert,          // id
    kIncidents,      // filter: model, open, limit
    kIncident,       // id; with its alerts and its timeline
    kSilences,       // those that have not ended
    kNotifications,  // filter: sink, state, limit
    kAcknowledge,    // id of an incident; body: note?
    kNote,           // id of an incident; body: text
    kSilence,        // body: model?, kind?, subject?, for or until, reason
    kEndSilence,     // id
  } what = What::kAlerts;
  std::uint64_t id = 0;
  std::string model, sink, state;
  bool all = false, open = false;
  std::size_t limit = 100;
  std::string author;
  std::string body;          // JSON
  std::string address = {};  // of the caller, for the control log
  // Who asks: what is of models that they do not see is as if it were not there. Null: sees all,
  // may all.
  const records::Principal* caller = nullptr;
};

class IncidentDesk {
 public:
  IncidentDesk(records::IncidentStore& store, const Clock& clock) : store_(store), clock_(clock) {}
  // From now on every change is an entry of `sink` first, from `channel` ("api", "cli"); one that
  // cannot be written is not made.
  void TellOf(records::AuditSink& sink, std::string channel) {
    audit_ = &sink;
    channel_ = std::move(channel);
  }
  Result<std::string> Answer(const DeskCall& call);

 private:
  Result<std::string> Change(const DeskCall& call, const Json& body);
  Result<std::string> Look(const DeskCall& call);
  Result<std::string> Acknowledge(const DeskCall& call, const Json& body);
  Result<std::string> Note(const DeskCall& call, const Json& body);
  Result<std::string> Silence(const DeskCall& call, const Json& body);
  Result<std::string> EndSilence(const DeskCall& call);

  records::IncidentStore& store_;
  const Clock& clock_;
  records::AuditSink* audit_ = nullptr;
  std::string channel_;
};

}  // namespace mooring::control
