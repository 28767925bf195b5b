// Entries of the control log that wait: what never waits itself (a kill, a lower) and was done
// while somebody else held the log's lock. Each is a file of its own under control/waiting, written
// without the lock; whoever has it next appends them, oldest first, and removes them.
//
// A crash between the two leaves an entry twice: once too often, never lost. The number of an entry
// is its place in the log; when it was done, and that it came late, its detail says.
//
// Thread safety: Keep: any thread, any process. Write: under the log's lock. Failure: what the disk
// says; Keep: kResourceExhausted over kMostWaiting.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "records/audit/audit_sink.h"

namespace mooring::records {

inline constexpr std::size_t kMostWaiting = 4'096;

std::string WaitingDirectory(const std::string& directory);
bool AnyWaiting(FileSystem& files, const std::string& directory);
// Durable on return.
Status KeepWaiting(FileSystem& files, const std::string& directory, ControlEntry entry, Time at);
// Stops at the first that cannot be appended. One that cannot be read stays, and is told in the
// end: kDataLoss.
Status WriteWaiting(FileSystem& files, const std::string& directory,
                    const std::function<Status(const ControlEntry&)>& append);

}  // namespace mooring::records
