// Anchor: the small file that says which segments a journal has, so that a missing first or last
// segment is noticed and the chain stays verifiable after old segments were dropped.
//
// Rewritten whole (durably) when a segment is begun, when old ones are dropped, and at a clean
// close.
// Thread safety: values. Failure: a damaged anchor is kDataLoss.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::records {

struct Anchor {
  std::uint16_t replica = 1;
  std::uint32_t oldest = 1;        // first segment that must be there
  std::uint32_t newest = 0;        // last segment known to have been begun; 0: none
  Digest oldest_chain{};           // the chain value before `oldest`
  // A place of segment `tip_segment` known to be durable and the chain there; tip_end 0: not known.
  std::uint32_t tip_segment = 0;
  std::uint64_t tip_end = 0;
  Digest tip_chain{};
};

std::string AnchorPath(const std::string& directory);
Status WriteAnchor(FileSystem& files, const std::string& directory, const Anchor& anchor);
// Nothing when there is no such file.
Result<std::optional<Anchor>> ReadAnchor(FileSystem& files, const std::string& directory);

}  // namespace mooring::records
