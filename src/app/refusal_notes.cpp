#include "app/refusal_notes.h"

#include <algorithm>
#include <utility>

namespace mooring::app {
namespace {

const std::string kOthers = "(others)";

}  // namespace

void RefusalNotes::Note(const records::AccessEvent& event) {
  waiting_.fetch_add(1);
  if (work_.Take([this, event] { Write(event); })) return;
  waiting_.fetch_sub(1);
  Count(event.who);
  // The queue may have run empty meanwhile: nobody else would write the count then.
  if (waiting_.load() == 0) static_cast<void>(work_.Take([this] { WriteCounts(); }));
}

void RefusalNotes::Stop() {
  work_.Stop();
  WriteCounts();
}

void RefusalNotes::Count(const std::string& who) {
  const Time now = options_.clock->Now();
  const std::lock_guard lock(mutex_);
  const bool known = more_.contains(who) || more_.size() < kCallers;
  More& more = more_[known ? who : kOthers];
  if (more.count == 0) more.first = now;
  more.last = std::max(more.last, now);
  ++more.count;
}

void RefusalNotes::Write(const records::AccessEvent& event) {
  Append({.principal = event.who,
          .channel = "api",
          .action = "refused: " + event.action,
          .object_kind = "access",
          .object = event.subject,
          .detail = event.detail});
  if (waiting_.fetch_sub(1) == 1 || ++written_ >= kWaiting) WriteCounts();
}

void RefusalNotes::WriteCounts() {
  written_ = 0;
  std::map<std::string, More> more;
  {
    const std::lock_guard lock(mutex_);
    more.swap(more_);
  }
  for (const auto& [who, one] : more) {
    Append({.principal = who,
            .channel = "api",
            .action = "refused: more",
            .object_kind = "access",
            .detail = std::to_string(one.count) + " more refusals between " +
                      FormatTime(one.first) + " and " + FormatTime(one.last)});
  }
}

void RefusalNotes::Append(records::ControlEntry entry) {
  entry.never_waits = true;
  const auto noted = options_.audit->Append(entry);
  if (!noted.ok() && options_.on_problem) options_.on_problem(noted.error());
}

}  // namespace mooring::app
