// RefusalNotes: what a server refused to callers whom it knows, in the control log, by a thread of
// its own. Whoever may call cannot fill a disk with it: beyond kWaiting that wait, refusals are
// counted by caller, and the count is written ("117 more between … and …") once the queue has run
// empty, after every kWaiting entries, and at the end. None goes unmentioned.
//
// Thread safety: Note from any thread, Stop from one. Does not block. Memory: kCallers counts;
// those of further callers are summed without a name.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/threads/background_work.h"
#include "records/access/access_event.h"
#include "records/audit/audit_sink.h"

namespace mooring::app {

class RefusalNotes {
 public:
  static constexpr std::size_t kWaiting = 64;
  static constexpr std::size_t kCallers = 256;

  struct Options {
    records::AuditSink* audit = nullptr;  // required
    const Clock* clock = nullptr;         // required
    std::function<void(const Error&)> on_problem = {};
  };
  explicit RefusalNotes(Options options)
      : options_(std::move(options)), work_("door notes", kWaiting) {}

  void Note(const records::AccessEvent& event);
  // Writes what waits, and all counts.
  void Stop();

 private:
  struct More {
    std::uint64_t count = 0;
    Time first{}, last{};
  };
  void Count(const std::string& who);
  void Write(const records::AccessEvent& event);
  void WriteCounts();
  void Append(records::ControlEntry entry);

  const Options options_;
  std::mutex mutex_;  // guards more_
  std::map<std::string, More> more_;
  std::atomic<std::size_t> waiting_{0};
  std::size_t written_ = 0;  // of the thread, since the counts were
  BackgroundWork work_;
};

}  // namespace mooring::app
