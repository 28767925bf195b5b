// Checkpoint: where the open window of each version begins, so that a restarted watch reads on from
// there instead of from the first segment. Losing the file costs time, never truth: everything is
// folded again.
//
// The file is JSON: {"schema": 1, "windows": [{"model", "version", "from": "d1-7-42"}]}. Two kinds
// of entries are no model's: "" says from where on decisions wait for outcomes, "quality of NAME"
// where the windows of that model's quality begin that were not let go.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/ids.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::monitoring {

// The version whose window it is.
using WindowKey = std::pair<std::string, VersionNumber>;

// The first decision that the open window may hold.
using Checkpoint = std::map<WindowKey, DecisionId>;

std::string CheckpointJson(const Checkpoint& checkpoint);
Result<Checkpoint> ParseCheckpoint(std::string_view text);

// An absent or damaged file is an empty checkpoint; one that cannot be read is an error.
Result<Checkpoint> ReadCheckpoint(FileSystem& files, const std::string& path);

}  // namespace mooring::monitoring
