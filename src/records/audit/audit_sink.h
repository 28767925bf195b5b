// AuditSink: where whoever is about to change something says so first. ControlEntry is one line of
// the control log: who, from where, when, what, why, and what was in force before and after.
//
//   ControlEntry entry{.action = "alias.set", .object_kind = "alias", .object = "m/champion"};
//   entry.principal = author;
//   ASSIGN_OR_RETURN(const std::uint64_t asked, sink.Append(entry));   // durable, or nothing
//   happens const auto made = registry.SetAlias(…); NoteOutcome(sink, entry, asked, made.ok() ?
//   nullptr : &made.error());
//
// Write-ahead: an action whose entry cannot be appended must fail. An entry without an outcome
// behind it was cut off by a crash, or is under way: its change may or may not have happened.
//
// Thread safety: sinks are used from any thread. Failure: of Append, as the sink says; nothing may
// be changed then.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace mooring::records {

struct ControlEntry {
  // Who and from where. `channel`: "api", "cli", "server", "file" or "signal"; `address`: caller's.
  std::string principal = {}, role = {}, channel = {}, address = {};
  // What: a word such as "alias.set", and what it is done to.
  std::string action = {}, object_kind = {}, object = {};
  std::string detail = {};  // of the change, for people: "to version 3"
  std::string reason = {};  // why
  // Hashes of what was and will be in force; empty: nothing, or not known.
  std::string before = {}, after = {};
  // Of an outcome alone: the entry whose outcome this is, and "done" or the error.
  std::optional<std::uint64_t> outcome_of = {};
  std::string outcome = {};
  // Not written. Of what lowers, stops or was refused: it happens whatever the log says, and is
  // written behind a damaged log where changes are refused (log_damage.h).
  bool never_waits = false;
  // Given by the log.
  std::uint64_t sequence = 0;
  Time at = {};
};

class AuditSink {
 public:
  virtual ~AuditSink() = default;
  // Durable on return; the sequence number that the entry got.
  virtual Result<std::uint64_t> Append(const ControlEntry& entry) = 0;
};

// Appends what came of `entry`, which got the number `asked`. `error` null: it was done, and
// `detail` is what only the change could tell: "version 3".
Status NoteOutcome(AuditSink& sink, const ControlEntry& entry, std::uint64_t asked,
                   const Error* error, const std::string& detail = {});

}  // namespace mooring::records
