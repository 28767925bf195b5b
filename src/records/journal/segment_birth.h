// SegmentBirth: what tells a segment of one journal from that of any other: the SHA-256 of its head
// (when it was made, in which life of the journal, and the chain of everything before it). For
// stores that keep a place of the journal and must notice when they meet another one.
//
// Thread safety: free function; beside a running journal too. Failure: nothing when there is no
// such segment; kDataLoss when its head is damaged. Cost: one read of 128 bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::records {

struct SegmentBirth {
  Digest head{};
  std::uint64_t previous_end = 0;  // where the segment before ends; 0 for the very first
};

Result<std::optional<SegmentBirth>> BirthOf(FileSystem& files, const std::string& directory,
                                            std::uint32_t segment);

}  // namespace mooring::records
