// KeptHistory: the windows that a version was held against (reference_history.h), kept over a
// restart: one small file a version, written when the checkpoint is and some window was taken in.
//
// It says with which decision the next window begins. A watch that starts again from an older
// checkpoint passes over the decisions before: their windows are in it, and their verdicts were
// stored before it was written. Losing the file costs the history, never a verdict.
//
// The file: a line of JSON {"schema": 1, "contract": "<hash>", "from": "d1-7-42"}, then what
// ReferenceHistory::ToText gives. Written whole beside the old one, which it then replaces.
//
// Thread safety: none; the watch's own. Failure: what the file system says; a damaged file is
// kDataLoss.
#pragma once

#include <optional>
#include <string>

#include "base/io/file_system.h"
#include "base/result.h"
#include "monitoring/checkpoint.h"

namespace mooring::monitoring {

struct KeptHistory {
  std::string contract_hash;  // under which the windows were decided
  DecisionId from;            // the first that is not in it
  std::string history;        // ReferenceHistory::ToText
};

Status KeepHistory(FileSystem& files, const std::string& directory, const WindowKey& key,
                   const KeptHistory& kept);
// Nothing when there is no file.
Result<std::optional<KeptHistory>> ReadKeptHistory(FileSystem& files, const std::string& directory,
                                                   const WindowKey& key);

}  // namespace mooring::monitoring
