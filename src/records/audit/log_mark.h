// LogMark: how far the control log is known to be durable, so that an unfinished write behind it
// can be told from damage before it, and so that appending need not read the log: where it ends,
// its chain value, and the peaks of its Merkle tree.
//
// The file `mark` has two slots of 8,192 bytes; each write goes to the slot that does not hold the
// newest mark, so that a torn write leaves the one before. A slot is a line: CRC-32C of the JSON in
// hexadecimal, a space, the JSON.
//
// Thread safety: values. Failure: what the file says; slots that are none are no mark.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "records/audit/log_lines.h"
#include "records/audit/merkle_tree.h"

namespace mooring::records {

inline constexpr std::uint64_t kMarkSlotBytes = 8192;

struct LogMark {
  LogPlace place;
  TreeFrontier tree;  // of place.records leaves
};

std::string EncodeMark(const LogMark& mark);
std::optional<LogMark> DecodeMark(std::string_view slot);

struct FoundMark {
  std::optional<LogMark> mark;
  std::uint64_t free_slot = 0;  // where the next mark goes
};
Result<FoundMark> ReadMark(File& file);
// Durable on return.
Status WriteMark(File& file, std::uint64_t slot, const LogMark& mark);

}  // namespace mooring::records
