// How alerts, incidents, silences and notifications look as JSON: to the API, in notifications and
// in exports alike. docs/formats/alerts.md describes each member.
//
// Thread safety: pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/text/json_writer.h"
#include "monitoring/finding.h"
#include "records/incidents/incident.h"

namespace mooring::control {

// What the newest window that was not clear said; empty texts are filled in: what it is, how sure
// by the rule alone, and the command that shows more. A damaged one is replaced by that as well.
monitoring::Finding FindingOf(const records::AlertRecord& alert);
// "critical: distance moved up by 0.52 deviations (psi_adjusted 0.31 over 0.2, n = 1000)".
std::string OneLine(const records::AlertRecord& alert);

void WriteAlert(JsonWriter& json, const records::AlertRecord& alert);
void WriteIncident(JsonWriter& json, const records::IncidentRecord& incident);
void WriteFact(JsonWriter& json, const records::IncidentFact& fact);
void WriteSilence(JsonWriter& json, const records::Silence& silence);
void WriteNotification(JsonWriter& json, const records::Notification& notification);

// The body of a notification, without its id: {"schema": "mooring.notification/1", "event", "at",
// "incident": {…}, "alerts": [{…}], "more"}: the worst alerts first, at most limits::kAlertsTold.
std::string Payload(std::string_view event, Time at, const records::IncidentRecord& incident,
                    std::span<const records::AlertRecord> alerts);

}  // namespace mooring::control
