// ChangesInLog: what the control log says of limits that people changed and of tokens that they
// made: asked when limits.db or access.db has none of them, so that who removes a file neither
// raises a limit nor opens the server to everybody. Both the log and the one behind a damaged log
// (log_damage.h) are read.
//
//   RETURN_IF_ERROR(CheckLimitsKept(FindChangesInLog(files, control), revision, "d/limits.db"));
//
// The chain is not checked: of a damaged log each entry that can be read counts. An approval counts
// once its outcome is there: one that was cut off by a crash may have changed nothing.
//
// Thread safety: free functions. Failure of the checks: kDataLoss with what to do. Cost: one pass
// over the log; only entries of these actions are parsed.
#pragma once

#include <cstdint>
#include <string>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::records {

// Of an entry by which people accepted that a file is lost; its object is the file's name.
inline constexpr std::string_view kLossAccepted = "limits.loss_accepted";

struct ChangesInLog {
  std::uint64_t limits = 0;  // lowered, or changed by two; since the newest accepted loss
  std::uint64_t tokens = 0;  // made, ever
};

ChangesInLog FindChangesInLog(FileSystem& files, const std::string& control_directory);

// The file that people make to accept the loss of another: the server notes its words in the
// control log, and removes it.
inline std::string LossFile(const std::string& of) { return of + ".lost"; }

// `revision`: the book's newest; 0: it has none.
Status CheckLimitsKept(const ChangesInLog& told, std::uint64_t revision, const std::string& file);
// `any`: whether the store has tokens, valid or not.
Status CheckTokensKept(const ChangesInLog& told, bool any, const std::string& file);

}  // namespace mooring::records
