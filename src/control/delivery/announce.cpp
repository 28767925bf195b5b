#include "control/delivery/announce.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "control/incidents/incident_json.h"

namespace mooring::control {
namespace {

using records::AlertRecord;
using records::AlertState;
using records::IncidentRecord;
using records::IncidentTables;
using records::Severity;

std::string EventOf(const IncidentRecord& incident, std::span<const AlertRecord> alerts) {
  if (!incident.is_open()) return "resolved";
  const auto was_told = [](const AlertRecord& each) { return each.told != Severity::kNone; };
  if (std::any_of(alerts.begin(), alerts.end(), was_told)) return "updated";
  return incident.reopened > 0 ? "reopened" : "opened";
}

struct News {
  IncidentRecord incident;
  std::string event;
  Time now;
  std::vector<AlertRecord> alerts;
};

// The names of the sinks that are told.
Result<std::string> EnqueueAll(IncidentTables& tables, std::span<const Audience> audiences,
                               const News& news) {
  std::string told;
  for (const Audience& audience : audiences) {
    std::vector<AlertRecord> wanted;
    std::copy_if(news.alerts.begin(), news.alerts.end(), std::back_inserter(wanted),
                 [&](const AlertRecord& alert) { return audience.Wants(alert); });
    if (wanted.empty()) continue;
    records::Notification notification;
    notification.sink = audience.sink;
    notification.incident = news.incident.id;
    notification.event = news.event;
    notification.created = news.now;
    notification.payload_json = Payload(news.event, news.now, news.incident, wanted);
    RETURN_IF_ERROR(tables.Enqueue(notification));
    told += (told.empty() ? "" : ", ") + audience.sink;
  }
  return told;
}

Status AnnounceOf(IncidentTables& tables, std::span<const Audience> audiences, News& news) {
  ASSIGN_OR_RETURN(const std::vector<AlertRecord> all, tables.AlertsOfIncident(news.incident.id));
  news.event = EventOf(news.incident, all);
  ASSIGN_OR_RETURN(const std::string told, EnqueueAll(tables, audiences, news));
  for (AlertRecord& alert : news.alerts) {
    const bool fires = alert.status.state == AlertState::kFiring;
    alert.told = fires ? alert.status.severity : Severity::kNone;
    RETURN_IF_ERROR(tables.Save(alert));
  }
  return tables.Add({.incident = news.incident.id,
                     .at = news.now,
                     .who = "mooring",
                     .what = "told",
                     .text = news.event + ": " + (told.empty() ? "no sink wants it" : told)});
}

}  // namespace

bool Audience::Wants(const AlertRecord& alert) const {
  if (alert.status.severity < severity) return false;
  return models.empty() || std::any_of(models.begin(), models.end(), [&](const auto& pattern) {
           return records::Matches(pattern, alert.cause.model);
         });
}

Result<std::vector<AlertRecord>> ToAnnounce(IncidentTables& tables, Time now) {
  ASSIGN_OR_RETURN(std::vector<AlertRecord> untold, tables.Untold());
  if (untold.empty()) return untold;
  ASSIGN_OR_RETURN(const std::vector<records::Silence> silences, tables.Silences(now));
  std::erase_if(untold, [&](const AlertRecord& alert) {
    return std::any_of(silences.begin(), silences.end(), [&](const records::Silence& silence) {
      return silence.Covers(alert.cause, now);
    });
  });
  return untold;
}

Status Announce(IncidentTables& tables, std::span<const Audience> audiences, Time now) {
  ASSIGN_OR_RETURN(std::vector<AlertRecord> untold, ToAnnounce(tables, now));
  std::map<std::uint64_t, News> by_incident;
  for (AlertRecord& alert : untold) by_incident[alert.incident].alerts.push_back(std::move(alert));
  for (auto& [id, news] : by_incident) {
    ASSIGN_OR_RETURN(news.incident, tables.Incident(id));
    news.now = now;
    RETURN_IF_ERROR(AnnounceOf(tables, audiences, news));
  }
  return Ok();
}

}  // namespace mooring::control
