// What a path of an artifact may be: relative, '/'-separated, valid UTF-8 of 1..4096 bytes, without
// empty, "." or ".." segments, control characters or backslashes. Paths are keys of rows and never
// paths on a disk of ours, but clients write them to theirs.
//
// Pure; thread safe. Failure: kInvalidArgument "Invalid path", as MLflow says it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::records {

inline constexpr std::size_t kArtifactPathBytes = 4096;

Status CheckArtifactPath(std::string_view path);

// All paths under a directory are at least `first` and less than `end`, bytewise; "" is the root.
struct PathRange {
  std::string first, end;
};
PathRange Below(std::string_view directory);

}  // namespace mooring::records
