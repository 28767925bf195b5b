// KillsInLog: what the control log says of kills: asked when their own list is missing, so that who
// removes a file does not set free what people stopped. Both the log and the one behind a damaged
// log (audit/log_damage.h) are read.
//
// The chain is not checked: of a damaged log each entry that can be read counts.
// Thread safety: free function. Cost: one pass over the log; entries are parsed only when it has
// kills at all.
#pragma once

#include <cstdint>
#include <string>

#include "base/io/file_system.h"

namespace mooring::records {

struct KillsInLog {
  std::uint64_t newest = 0;    // the greatest id that was given; 0: none
  std::uint64_t in_force = 0;  // how many were thrown and not released
};

KillsInLog FindKillsInLog(FileSystem& files, const std::string& control_directory);

}  // namespace mooring::records
