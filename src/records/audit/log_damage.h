// What becomes of a control log that is damaged: changes are refused, by every process and for
// good, until people have moved it away; what never waits (lowering, stopping, refusals) is written
// to a log of its own behind it, whose first entry says what its predecessor suffers from.
//
//   control/damaged           what was found, where and when: one line of JSON; while it is there,
//                             nothing is appended to control/log
//   control/after-damage/log  a control log of its own (own chain, own mark)
//
// Used by ControlLog, which holds the lock. Thread safety: one thread, under the lock. Failure: as
// stated; kDataLoss says what, where, and what to do.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "records/audit/audit_sink.h"
#include "records/audit/tree_head.h"

namespace mooring::records {

std::string HeadsPath(const std::string& directory);
std::string DamageNotePath(const std::string& directory);
std::string AfterDamageDirectory(const std::string& directory);

// Heads that the directory keeps, oldest first; lines that are none are passed over.
Result<std::vector<TreeHead>> ReadKeptHeads(FileSystem& files, const std::string& directory);

// Reads the whole log, against the chain and the heads beside it: kDataLoss with the first place
// that does not fit and how many there are. Cost: a pass of SHA-256, about 2 ms a megabyte.
Status CheckWholeLog(FileSystem& files, const std::string& directory);

// kDataLoss while the note is there, in its words.
Status CheckDamageNote(FileSystem& files, const std::string& directory);
Status WriteDamageNote(FileSystem& files, const std::string& directory, const Error& found,
                       Time at);

// Appends to the log behind; makes it, with its first entry, when it is not there. The number that
// the entry got there.
Result<std::uint64_t> AppendAfterDamage(FileSystem& files, const std::string& directory,
                                        const ControlEntry& entry, const Error& found, Time at);

}  // namespace mooring::records
