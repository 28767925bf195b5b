// Audited: a change with its two entries: asked before it, what came of it behind it. When the
// first cannot be written, the change is not made and the error says so.
//
//   return Audited(sink, entry, [&] { return registry.Rollback(model, change); },
//                  [](const auto& made) { return "to version " + std::to_string(made->to); });
//
// Thread safety: as the sink. Failure: as the sink's for the first entry, else as the work; an
// outcome that cannot be written does not undo what was done (the sink tells who must know).
#pragma once

#include <string>
#include <utility>

#include "records/audit/audit_sink.h"

namespace mooring::records {

template <typename Work, typename Detail>
auto Audited(AuditSink& sink, const ControlEntry& entry, const Work& work, const Detail& detail)
    -> decltype(work()) {
  auto asked = sink.Append(entry);
  if (!asked.ok()) {
    return std::move(asked).error().Context("nothing was changed, the control log refused");
  }
  auto made = work();
  const Error* const error = made.ok() ? nullptr : &made.error();
  (void)NoteOutcome(sink, entry, *asked, error, made.ok() ? detail(made) : std::string());
  return made;
}

template <typename Work>
auto Audited(AuditSink& sink, const ControlEntry& entry, const Work& work) -> decltype(work()) {
  return Audited(sink, entry, work, [](const auto&) { return std::string(); });
}

}  // namespace mooring::records
