// Alerts, incidents, silences and what was told to whom (control/incidents/incident_desk.h).
//
//   GET  /api/v1/alerts[?model=M&all=true]             what is pending or fires; with all, what is
//                                                      over too
//   GET  /api/v1/alerts/{id}
//   GET  /api/v1/incidents[?model=M&open=true]         newest first
//   GET  /api/v1/incidents/{id}                        with its alerts and its timeline
//   POST /api/v1/incidents/{id}/acknowledge            {"note"?, "author"?}
//   POST /api/v1/incidents/{id}/notes                  {"text", "author"?}
//   GET  /api/v1/silences
//   POST /api/v1/silences                              {"model"?, "kind"?, "subject"?, "for" or
//                                                      "until", "reason", "author"?}
//   POST /api/v1/silences/{id}/end                     {"author"?}
//   GET  /api/v1/notifications[?sink=S&state=dead]     newest first
#pragma once

#include "api/call.h"

namespace mooring::api {

void ListAlerts(const Call& call);
void ShowAlert(const Call& call);
void ListIncidents(const Call& call);
void ShowIncident(const Call& call);
void AcknowledgeIncident(const Call& call);
void NoteIncident(const Call& call);
void ListSilences(const Call& call);
void MakeSilence(const Call& call);
void EndSilence(const Call& call);
void ListNotifications(const Call& call);

}  // namespace mooring::api
