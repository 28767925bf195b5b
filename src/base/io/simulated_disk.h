// The matter of SimulatedFileSystem: files and directories that remember apart what is live and
// what is durable, and what a power cut leaves of the difference. Not for anybody else.
//
// Thread safety: none; the file system holds its lock. Cost: a write is kept twice until it is
// synced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"

namespace mooring::simulated {

inline constexpr std::uint64_t kSectorBytes = 512;  // what a disk writes whole or not at all

using Bytes = std::vector<std::byte>;

// One change of a file that was not synced yet.
struct PendingChange {
  bool is_resize = false;
  std::uint64_t offset = 0;  // for a resize: the new size
  Bytes bytes;
};

struct Node;
using NodePtr = std::shared_ptr<Node>;

// A file or a directory. A file uses the first three fields, a directory the last two.
struct Node {
  bool is_directory = false;
  Bytes live;
  Bytes durable;
  std::vector<PendingChange> pending;
  std::map<std::string, NodePtr> entries;
  std::map<std::string, NodePtr> durable_entries;

  void Write(std::uint64_t offset, std::span<const std::byte> bytes);
  void Resize(std::uint64_t size);
  void Sync();
  // As Linux does after a failed fdatasync: some sectors reached the disk, the others never will,
  // and until the next start they can still be read as if nothing had happened.
  void FailSync(Rng& rng);
  // What is on the disk after the power went: all, nothing, a prefix or any subset of the unsynced
  // sectors; the last one torn at any byte. With `garbage`, lost sectors of new space may hold
  // noise.
  void CutPower(Rng& rng, bool garbage);
};

// A path's names, without empty ones and ".".
std::vector<std::string> PathParts(const std::string& path);
// Of a file, or of all files below a directory.
std::uint64_t BytesUnder(const Node& node);

// A name that came (no `from`), went (no `to`) or moved (both).
struct NameChange {
  NodePtr from_directory;
  std::string from;
  NodePtr to_directory;
  std::string to;
  NodePtr node;

  // The directory whose sync makes the change durable.
  const NodePtr& Owner() const { return to_directory != nullptr ? to_directory : from_directory; }
  void MakeDurable() const;
};

}  // namespace mooring::simulated
