// Incident, alert, silence, notification: the rows of incidents.db as values. What they mean to the
// rules is control's; here is only what is durably true.
//
// An alert is the state of one cause; an incident is the time in which alerts of one model and one
// kind of verdict fired, with an owner and a timeline of facts; a notification is one message to
// one sink, kept until it is delivered or given up.
//
// Times that have not come are the default Time (1970). Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace mooring::records {

inline constexpr Time kNever{};

// What an alert is about. One alert a cause.
struct Cause {
  std::string model, verdict_kind, kind, subject;
  auto operator<=>(const Cause&) const = default;
};

enum class AlertState : std::uint8_t {
  kInactive,  // nothing is wrong and nothing was told
  kPending,   // seen, but not often enough to be believed
  kFiring,
  kResolved,  // it fired and is over
};
std::string_view AlertStateName(AlertState state);  // "inactive", "pending", "firing", "resolved"

enum class Severity : std::uint8_t { kNone, kWarning, kCritical };
std::string_view SeverityName(Severity severity);  // "none", "warning", "critical"

// What one window said of a cause. `level` is monitoring::Level by number.
struct Sighting {
  VersionNumber version = 0;
  Time start, end;  // of the window
  std::uint8_t level = 0;
  bool certain = false;
  bool operator==(const Sighting&) const = default;
};

// What the rules know of a cause; they alone change it.
struct AlertStatus {
  AlertState state = AlertState::kInactive;
  Severity severity = Severity::kNone;  // the worst since it began; never falls while it lasts
  std::vector<Sighting> sightings;      // the newest of each version, by version and end
  Time since = kNever;                  // start of the first window of this episode
  std::uint32_t times_fired = 0;
  bool operator==(const AlertStatus&) const = default;
};

struct AlertRecord {
  std::uint64_t id = 0;  // 0: not stored yet
  Cause cause;
  AlertStatus status;
  Severity told = Severity::kNone;  // what the sinks were told; kNone: nothing, or that it is over
  VersionNumber version = 0;        // of the newest window that was not clear
  std::string finding_json = "[]";  // what that window said: a list of one, as monitoring writes it
  Time fired = kNever, resolved = kNever, seen = kNever;
  std::uint64_t incident = 0;  // the newest that it belongs to; 0: none
};

struct IncidentRecord {
  std::uint64_t id = 0;
  std::string model, verdict_kind;
  std::string owner_team, owner_person, escalation;  // as the contract said at the opening
  Severity severity = Severity::kNone;               // the worst of its alerts
  std::string summary;
  Time opened = kNever, resolved = kNever;  // resolved kNever: it is open
  std::string acknowledged_by;
  Time acknowledged = kNever;
  std::uint32_t reopened = 0;
  bool is_open() const { return resolved == kNever; }
};

// One line of an incident's timeline; never changed.
struct IncidentFact {
  std::uint64_t id = 0, incident = 0;
  Time at;
  std::string who;   // "mooring", or a person
  std::string what;  // "opened", "alert_fired", "alert_worse", "alert_resolved", "acknowledged", …
  std::string text;
};

// Mutes what would be told, never what is true. Empty fields match all; "name*" matches by its
// beginning.
struct Silence {
  std::uint64_t id = 0;
  std::string model, kind, subject;
  std::string author, reason;
  Time created, until;
  // At a time and for a cause; both ends of [created, until) as written.
  bool Covers(const Cause& cause, Time now) const;
};

enum class DeliveryState : std::uint8_t { kWaiting, kDelivered, kDead };
std::string_view DeliveryStateName(DeliveryState state);  // "waiting", "delivered", "dead"

struct Notification {
  std::uint64_t id = 0;
  std::string key;  // the same for every attempt, and of no other notification anywhere
  std::string sink;
  std::uint64_t incident = 0;  // 0: a test
  std::string event;           // "opened", "updated", "reopened", "resolved", "test"
  std::string payload_json;    // docs/formats/alerts.md
  DeliveryState state = DeliveryState::kWaiting;
  std::uint32_t attempts = 0;
  Time created, next_attempt, ended = kNever;
  std::string last_answer;  // of the newest attempt: "200", "503: busy", "cannot connect"
};

// "feature*" by the beginning, "" everything, else the whole.
bool Matches(std::string_view pattern, std::string_view text);

}  // namespace mooring::records
