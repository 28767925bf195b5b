// ServingEvents: what people look for in a server's log beside errors: which version answers for
// each model, under which contract, and which windows drifted. Compares what is with what was at
// the last look, and logs each difference once, as one line.
//
// Thread safety: one thread. Failure: none; what came and went between two looks is not told.
#pragma once

#include <map>
#include <span>
#include <string>

#include "base/log.h"
#include "monitoring/window_report.h"
#include "serving/loaded_models.h"

namespace mooring::app {

class ServingEvents {
 public:
  explicit ServingEvents(Log& log) : log_(log) {}

  void Look(const serving::Snapshot& snapshot);
  // The last closed window of each version.
  void Look(std::span<const monitoring::WindowReport> windows);

 private:
  struct Seen {
    VersionNumber champion = 0;  // 0: none
    std::string contract;        // hash, of the champion
    std::string problem;         // why a version that ought to serve does not
  };
  void LookAt(const serving::ServedModel& model, Seen& seen);

  Log& log_;
  std::map<std::string, Seen, std::less<>> models_;
  std::map<std::pair<std::string, VersionNumber>, Time> windows_;  // ends, of those seen
};

}  // namespace mooring::app
