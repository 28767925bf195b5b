// The Merkle tree over the records of the control log (RFC 6962, RFC 9162 2.1): one root stands for
// all records, a path of log2(n) hashes shows that a record is among them (inclusion) or that an
// older tree is the beginning of this one (consistency), without showing any other record.
//
//   leaf(d) = SHA-256(0x00 || d)      node(l, r) = SHA-256(0x01 || l || r)
//   The left part of n > 1 leaves has the largest power of two below n; no leaves: SHA-256("").
//
// TreeFrontier grows leaf by leaf in O(log n) memory; the paths are made from all leaf hashes.
//
// Thread safety: values; TreeHasher for one thread. Failure: a path that proves nothing is false.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::records {

class TreeHasher {
 public:
  Digest Leaf(ByteSpan record);
  Digest Node(const Digest& left, const Digest& right);

 private:
  Sha256& Fresh();
  Sha256 sum_;
  bool used_ = false;
};

class TreeFrontier {
 public:
  TreeFrontier() = default;
  // `peaks`: as peaks() gave them; kDataLoss when they are not as many as `size` has.
  static Result<TreeFrontier> From(std::uint64_t size, std::vector<Digest> peaks);
  void Add(TreeHasher& hasher, const Digest& leaf);  // amortised two hashes
  Digest Root(TreeHasher& hasher) const;
  std::uint64_t size() const { return size_; }
  // Roots of the complete trees that the leaves fall into, the largest first: one for each set bit
  // of the size.
  const std::vector<Digest>& peaks() const { return peaks_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

// index < leaves.size().
std::vector<Digest> InclusionPath(std::span<const Digest> leaves, std::uint64_t index);
bool VerifyInclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                     std::span<const Digest> path, const Digest& root);

struct TreeSize {
  std::uint64_t size = 0;
  Digest root{};
};
// old_size <= leaves.size(). Empty when they are the same or the old tree is empty.
std::vector<Digest> ConsistencyPath(std::span<const Digest> leaves, std::uint64_t old_size);
bool VerifyConsistency(const TreeSize& before, const TreeSize& after, std::span<const Digest> path);

}  // namespace mooring::records
