#include "records/audit/merkle_tree.h"

#include <algorithm>
#include <array>
#include <bit>

namespace mooring::records {
namespace {

// Leaves of the left part; n > 1.
std::uint64_t LeftPart(std::uint64_t n) { return std::bit_floor(n - 1); }

Digest RootOf(TreeHasher& hasher, std::span<const Digest> leaves) {
  TreeFrontier tree;
  for (const Digest& leaf : leaves) tree.Add(hasher, leaf);
  return tree.Root(hasher);
}

// RFC 9162 2.1.4.1, SUBPROOF. `whole`: the old tree is all of a subtree that the checker knows.
void ConsistencyPart(TreeHasher& hasher, std::span<const Digest> leaves, std::uint64_t old_size,
                     bool whole, std::vector<Digest>& path) {
  if (old_size == leaves.size()) {
    if (!whole) path.push_back(RootOf(hasher, leaves));
    return;
  }
  const std::uint64_t left = LeftPart(leaves.size());
  if (old_size <= left) {
    ConsistencyPart(hasher, leaves.first(left), old_size, whole, path);
    path.push_back(RootOf(hasher, leaves.subspan(left)));
    return;
  }
  ConsistencyPart(hasher, leaves.subspan(left), old_size - left, false, path);
  path.push_back(RootOf(hasher, leaves.first(left)));
}

}  // namespace

Sha256& TreeHasher::Fresh() {
  if (used_) sum_.Restart();
  used_ = true;
  return sum_;
}

Digest TreeHasher::Leaf(ByteSpan record) {
  constexpr std::array<std::byte, 1> kMark{std::byte{0}};
  Sha256& sum = Fresh();
  sum.Update(kMark);
  sum.Update(record);
  return sum.Finish();
}

Digest TreeHasher::Node(const Digest& left, const Digest& right) {
  std::array<std::byte, 65> bytes{};
  bytes[0] = std::byte{1};
  std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), bytes.begin() + 33);
  Sha256& sum = Fresh();
  sum.Update(bytes);
  return sum.Finish();
}

Result<TreeFrontier> TreeFrontier::From(std::uint64_t size, std::vector<Digest> peaks) {
  if (peaks.size() != static_cast<std::size_t>(std::popcount(size))) {
    return Error(Code::kDataLoss, "a tree of " + std::to_string(size) + " records does not have " +
                                      std::to_string(peaks.size()) + " peaks");
  }
  TreeFrontier tree;
  tree.size_ = size;
  tree.peaks_ = std::move(peaks);
  return tree;
}

void TreeFrontier::Add(TreeHasher& hasher, const Digest& leaf) {
  Digest peak = leaf;
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    peak = hasher.Node(peaks_.back(), peak);
    peaks_.pop_back();
  }
  peaks_.push_back(peak);
  ++size_;
}

Digest TreeFrontier::Root(TreeHasher& hasher) const {
  if (peaks_.empty()) return Sha256Of({});
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = hasher.Node(peaks_[i], root);
  return root;
}

std::vector<Digest> InclusionPath(std::span<const Digest> leaves, std::uint64_t index) {
  CHECK(index < leaves.size());
  TreeHasher hasher;
  std::vector<Digest> path;  // from the root down, turned round at the end
  while (leaves.size() > 1) {
    const std::uint64_t left = LeftPart(leaves.size());
    if (index < left) {
      path.push_back(RootOf(hasher, leaves.subspan(left)));
      leaves = leaves.first(left);
    } else {
      path.push_back(RootOf(hasher, leaves.first(left)));
      leaves = leaves.subspan(left);
      index -= left;
    }
  }
  std::reverse(path.begin(), path.end());
  return path;
}

// RFC 9162 2.1.3.2.
bool VerifyInclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                     std::span<const Digest> path, const Digest& root) {
  if (index >= size) return false;
  TreeHasher hasher;
  std::uint64_t at = index, last = size - 1;
  Digest hash = leaf;
  for (const Digest& other : path) {
    if (last == 0) return false;
    if ((at & 1) != 0 || at == last) {
      hash = hasher.Node(other, hash);
      while ((at & 1) == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = hasher.Node(hash, other);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

std::vector<Digest> ConsistencyPath(std::span<const Digest> leaves, std::uint64_t old_size) {
  CHECK(old_size <= leaves.size());
  std::vector<Digest> path;
  TreeHasher hasher;
  if (old_size != 0) ConsistencyPart(hasher, leaves, old_size, true, path);
  return path;
}

// RFC 9162 2.1.4.2.
bool VerifyConsistency(const TreeSize& before, const TreeSize& after,
                       std::span<const Digest> path) {
  if (before.size > after.size) return false;
  if (before.size == after.size) return path.empty() && before.root == after.root;
  if (before.size == 0) return path.empty() && before.root == Sha256Of({});
  if (path.empty()) return false;
  TreeHasher hasher;
  std::uint64_t at = before.size - 1, last = after.size - 1;
  for (; (at & 1) != 0; at >>= 1) last >>= 1;
  // An old tree that is a complete subtree is its own first hash.
  const bool complete = std::has_single_bit(before.size);
  Digest old_root = complete ? before.root : path.front();
  Digest new_root = old_root;
  for (const Digest& other : path.subspan(complete ? 0 : 1)) {
    if (last == 0) return false;
    if ((at & 1) != 0 || at == last) {
      old_root = hasher.Node(other, old_root);
      new_root = hasher.Node(other, new_root);
      while ((at & 1) == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      new_root = hasher.Node(new_root, other);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && old_root == before.root && new_root == after.root;
}

}  // namespace mooring::records
