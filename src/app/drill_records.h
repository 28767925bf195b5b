// Rehearsals of the kill switch as evidence: one JSON file each in the data directory's drills/,
// named by its time, and one line in the log. What was measured is the caller's word: the server
// says so in it, and adds when it was told and by whom, as far as it knows who asks.
//
// Thread safety: any thread. Failure: kInvalidArgument for what is no JSON object, over
// kDrillBytes, or has a member that is the server's to say; what the file system says. A file that
// is there is whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/io/file_system.h"
#include "base/log.h"
#include "base/result.h"
#include "base/text/json.h"

namespace mooring::app {

inline constexpr std::size_t kDrillBytes = 64 * 1024;

class DrillRecords {
 public:
  DrillRecords(FileSystem& files, const Clock& clock, Log& log, std::string directory)
      : files_(files), clock_(clock), log_(log), directory_(std::move(directory)) {}

  // Durable when it returns; the file's name. `who` sent it; "" nobody knows.
  Result<std::string> Keep(std::string_view drill, std::string_view who);

 private:
  Result<std::string> WithSource(std::string_view drill, const Json& json,
                                 std::string_view who) const;

  FileSystem& files_;
  const Clock& clock_;
  Log& log_;
  const std::string directory_;
};

}  // namespace mooring::app
