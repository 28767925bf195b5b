// The half of IncidentTables about what is told to whom: silences, notifications, and what is
// forgotten.
#include <fmt/format.h>

#include "records/incidents/incident_rows.h"
#include "records/incidents/incident_tables.h"

namespace mooring::records {
namespace {

using data::Statement;

constexpr std::string_view kSilenceColumns =
    "SELECT id, model, kind, subject, author, reason, created_us, until_us FROM silences ";
constexpr std::string_view kNotificationColumns =
    "SELECT id, key, sink, incident, event, payload_json, state, attempts, created_us, next_us, "
    "ended_us, last_answer FROM notifications ";

Result<Silence> SilenceFrom(const Statement& row) {
  Silence silence;
  silence.id = static_cast<std::uint64_t>(row.Int(0));
  silence.model = row.String(1);
  silence.kind = row.String(2);
  silence.subject = row.String(3);
  silence.author = row.String(4);
  silence.reason = row.String(5);
  silence.created = TimeOfMicros(row.Int(6));
  silence.until = TimeOfMicros(row.Int(7));
  return silence;
}

Result<Notification> NotificationOf(const Statement& row) {
  Notification notification;
  notification.id = static_cast<std::uint64_t>(row.Int(0));
  notification.key = row.String(1);
  notification.sink = row.String(2);
  notification.incident = static_cast<std::uint64_t>(row.Int(3));
  notification.event = row.String(4);
  notification.payload_json = row.String(5);
  notification.state = static_cast<DeliveryState>(row.Int(6));
  notification.attempts = static_cast<std::uint32_t>(row.Int(7));
  notification.created = TimeOfMicros(row.Int(8));
  notification.next_attempt = TimeOfMicros(row.Int(9));
  notification.ended = TimeOfMicros(row.Int(10));
  notification.last_answer = row.String(11);
  return notification;
}

}  // namespace

Result<std::vector<Silence>> IncidentTables::Silences(Time now) {
  ASSIGN_OR_RETURN(Statement read, db_.Prepare(fmt::format("{} {}", kSilenceColumns,
                                                           "WHERE until_us > ? ORDER BY id")));
  RETURN_IF_ERROR(read.Start(MicrosOfTime(now)));
  return AllRows(read, SilenceFrom);
}

Result<Silence> IncidentTables::SilenceOf(std::uint64_t id) {
  ASSIGN_OR_RETURN(Statement read,
                   db_.Prepare(fmt::format("{} {}", kSilenceColumns, "WHERE id = ?")));
  RETURN_IF_ERROR(read.Start(id));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (found) return SilenceFrom(read);
  return Error(Code::kNotFound, "no silence " + std::to_string(id))
      .Help("mooring alert silence --list");
}

Status IncidentTables::Save(Silence& silence) {
  ASSIGN_OR_RETURN(Statement write,
                   db_.Prepare("INSERT OR REPLACE INTO silences(id, model, kind, subject, author, "
                               "reason, created_us, until_us) VALUES(?,?,?,?,?,?,?,?)"));
  const auto id = silence.id == 0 ? std::nullopt : std::optional(silence.id);
  RETURN_IF_ERROR(write.Run(id, silence.model, silence.kind, silence.subject, silence.author,
                            silence.reason, MicrosOfTime(silence.created),
                            MicrosOfTime(silence.until)));
  if (silence.id == 0) silence.id = static_cast<std::uint64_t>(db_.last_insert_id());
  return Ok();
}

Status IncidentTables::Enqueue(Notification& notification) {
  ASSIGN_OR_RETURN(
      Statement write,
      db_.Prepare("INSERT INTO notifications(key, sink, incident, event, payload_json, state, "
                  "attempts, created_us, next_us, ended_us, last_answer) "
                  "VALUES('', ?, ?, ?, ?, 0, 0, ?, ?, 0, '')"));
  RETURN_IF_ERROR(write.Run(notification.sink, notification.incident, notification.event,
                            notification.payload_json, MicrosOfTime(notification.created),
                            MicrosOfTime(notification.created)));
  notification.id = static_cast<std::uint64_t>(db_.last_insert_id());
  notification.next_attempt = notification.created;
  // The file's own number in front: two servers never give the same key.
  ASSIGN_OR_RETURN(Statement name,
                   db_.Prepare("UPDATE notifications SET key = (SELECT value FROM facts_of_file "
                               "WHERE name = 'id') || '-' || id WHERE id = ? RETURNING key"));
  RETURN_IF_ERROR(name.Start(notification.id));
  ASSIGN_OR_RETURN(const bool named, name.Step());
  if (!named) return Error(Code::kInternal, "a notification vanished");
  notification.key = name.String(0);
  return name.Finish();
}

Result<std::optional<Notification>> IncidentTables::Head(std::string_view sink) {
  ASSIGN_OR_RETURN(Statement read,
                   db_.Prepare(fmt::format("{} {}", kNotificationColumns,
                                           "WHERE state = 0 AND sink = ? ORDER BY id LIMIT 1")));
  RETURN_IF_ERROR(read.Start(sink));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return std::optional<Notification>();
  ASSIGN_OR_RETURN(Notification notification, NotificationOf(read));
  return std::optional(std::move(notification));
}

Result<std::vector<Notification>> IncidentTables::Notifications(const NotificationFilter& filter) {
  ASSIGN_OR_RETURN(
      Statement read,
      db_.Prepare(fmt::format("{} {}", kNotificationColumns,
                              "WHERE (?1 = '' OR sink = ?1) AND (?2 IS NULL OR state = ?2) "
                              "ORDER BY id DESC LIMIT ?3")));
  const auto state =
      filter.state ? std::optional(static_cast<int>(*filter.state)) : std::optional<int>();
  RETURN_IF_ERROR(read.Start(filter.sink, state, filter.limit));
  return AllRows(read, NotificationOf);
}

Result<std::uint64_t> IncidentTables::Count(DeliveryState state) {
  ASSIGN_OR_RETURN(Statement read, db_.Prepare("SELECT count(*) FROM notifications "
                                               "WHERE state = ?"));
  RETURN_IF_ERROR(read.Start(static_cast<int>(state)));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  return found ? static_cast<std::uint64_t>(read.Int(0)) : 0;
}

Status IncidentTables::Update(const Notification& notification) {
  ASSIGN_OR_RETURN(Statement write,
                   db_.Prepare("UPDATE notifications SET state = ?, attempts = ?, next_us = ?, "
                               "ended_us = ?, last_answer = ? WHERE id = ?"));
  return write.Run(static_cast<int>(notification.state), notification.attempts,
                   MicrosOfTime(notification.next_attempt), MicrosOfTime(notification.ended),
                   notification.last_answer, notification.id);
}

Status IncidentTables::Prune(Time before) {
  static constexpr std::string_view kForget[] = {
      "DELETE FROM notifications WHERE state <> 0 AND ended_us < ?",
      "DELETE FROM silences WHERE until_us < ?",
      "DELETE FROM alerts WHERE state = 3 AND told = 0 AND resolved_us < ?",
      "DELETE FROM incidents WHERE resolved_us <> 0 AND resolved_us < ?"};
  for (const std::string_view forget : kForget) {
    ASSIGN_OR_RETURN(Statement drop, db_.Prepare(forget));
    RETURN_IF_ERROR(drop.Run(MicrosOfTime(before)));
  }
  return Ok();
}

}  // namespace mooring::records
