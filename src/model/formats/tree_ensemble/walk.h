// Walk: adds the leaves of all trees that rows reach, in tree order.
//
// Eight trees go down in step, so that eight cache misses are under way at once: 100 trees of depth
// 6 cost about 0.6 µs a row. Rows come in blocks, so that eight trees stay in the first-level cache
// while all of a block go down. A tree that has reached its leaf stays there (see flat_trees.h), so
// the only branch is the loop's own.
//
// Thread safety: const use from any thread. Ownership: views into the flat bytes.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "model/formats/tree_ensemble/flat_trees.h"

namespace mooring::model {

// The steps from a node to a child, one form each. Slots says how many a row needs, Finish makes
// what RowReader read, with NaN for missing, fit for steps.

// A row is there twice: where missing goes to the second child it is +infinity, where it goes to
// the first -infinity, so that one comparison decides and the low bits of a link are the slot.
struct NarrowStep {
  using Packed = NarrowNode;
  using Real = float;
  static constexpr std::size_t kHalf = NarrowNode::kSentinel + 1;

  // Not a power of two, so that the rows of a block do not fight for the same lines of the cache.
  static std::size_t Slots(std::size_t) { return 2 * kHalf + 16; }
  static void Finish(float* row, std::size_t features) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < features; ++i) {
      const bool missing = row[i] != row[i];
      row[kHalf + i] = missing ? -kInfinity : row[i];
      row[i] = missing ? kInfinity : row[i];
    }
    row[kHalf + NarrowNode::kSentinel] = -kInfinity;  // leaves have the bit of the first child
  }

  // The node that `at` leads to.
  const NarrowNode* operator()(const NarrowNode* at, const NarrowNode*, const float* row) const {
    const std::size_t link = at->link;
    // Subtracted as a number: of a choice between pointers compilers make a jump.
    return at + ((link >> 9) - static_cast<std::size_t>(row[link & 511U] < at->value));
  }
};

template <typename T>
struct WideStep {
  using Packed = WideNode<T>;
  using Real = T;
  std::span<const CategorySet> sets;
  std::span<const std::uint32_t> words;

  static std::size_t Slots(std::size_t features) { return features + 1; }
  static void Finish(T* row, std::size_t features) {
    row[features] = std::numeric_limits<T>::quiet_NaN();  // the sentinel's slot
  }

  // The same; `root` is the tree's.
  const Packed* operator()(const Packed* at, const Packed* root, const T* row) const {
    const Packed& node = *at;
    const T x = row[node.feature];
    std::uint32_t second = x < node.value ? 0U : 1U;
    if (node.flags > kDefaultFirst) [[unlikely]] second = Special(node, x, second);
    if (x != x) second = (node.flags & kDefaultFirst) ^ 1U;
    return root + node.first_child + second;
  }

  // Category splits, and zeros that stand for missing (|x| <= 1e-35, LightGBM's kZeroThreshold).
  std::uint32_t Special(const Packed& node, T x, std::uint32_t second) const {
    if ((node.flags & kCategory) != 0) return Holds(sets[node.flags >> 3], x) ? 0U : 1U;
    const bool zero = std::fabs(x) <= static_cast<T>(1e-35F);
    return zero ? (node.flags & kDefaultFirst) ^ 1U : second;
  }

  // Codes are cut to whole numbers. XGBoost takes every negative number for unknown; LightGBM cuts
  // first, so that -0.5 is category 0.
  bool Holds(const CategorySet& set, T x) const {
    const T lowest = sizeof(T) == 4 ? T{0} : std::nextafter(T{-1}, T{0});
    if (!(x >= lowest) || x >= static_cast<T>(set.words) * 32) return false;
    const auto code = static_cast<std::uint32_t>(x < 0 ? T{0} : x);
    return (words[set.first_word + code / 32] >> (code % 32) & 1U) != 0;
  }
};

template <typename Step>
class Walk {
 public:
  using Packed = typename Step::Packed;
  using Real = typename Step::Real;

  Walk(const FlatTrees& flat, std::span<const Packed> nodes, Step step)
      : features_(flat.features), step_(step) {
    const std::span<const FlatTree> trees = flat.trees;
    octets_.resize((trees.size() + kLanes - 1) / kLanes);
    for (std::size_t i = 0; i < octets_.size() * kLanes; ++i) {
      Octet& octet = octets_[i / kLanes];
      // A short last octet walks its first tree again in the spare lanes and does not count it.
      const FlatTree& tree = trees[i < trees.size() ? i : i / kLanes * kLanes];
      octet.root[i % kLanes] = nodes.data() + tree.first_node;
      octet.group[i % kLanes] = tree.group;
      octet.depth = std::max(octet.depth, tree.depth);
      octet.count += i < trees.size() ? 1 : 0;
    }
  }

  std::size_t Slots() const { return Step::Slots(features_); }
  void Finish(Real* row) const { Step::Finish(row, features_); }

  // margins[row * groups + group] += leaf, tree after tree, for `count` rows of `slots` each.
  void Add(const Real* rows, std::size_t slots, std::size_t count, Real* margins,
           std::size_t groups) const {
    for (const Octet& octet : octets_) {
      for (std::size_t row = 0; row < count; ++row) {
        const Nodes at = Descend(octet, rows + row * slots);
        if (groups == 1) {
          margins[row] = AddLeaves(octet, at, margins[row]);
          continue;
        }
        for (std::uint32_t lane = 0; lane < octet.count; ++lane) {
          margins[row * groups + octet.group[lane]] += at[lane]->value;
        }
      }
    }
  }

  std::size_t memory_bytes() const { return octets_.size() * sizeof(Octet); }

 private:
  static constexpr std::size_t kLanes = 8;
  static constexpr std::uint32_t kLevels = 8;
  using Nodes = std::array<const Packed*, kLanes>;
  struct Octet {
    Nodes root{};
    std::array<std::uint32_t, kLanes> group{};
    std::uint32_t depth = 0;
    std::uint32_t count = 0;
  };

  // The leaves that a row reaches.
  Nodes Descend(const Octet& octet, const Real* row) const {
    Nodes at = octet.root;
    std::uint32_t left = octet.depth;
    for (; left > kLevels; left -= kLevels) {
      for (std::uint32_t level = 1; level < kLevels; ++level) Level(octet, row, at);
      // Deep trees are rarely deep everywhere: look every few levels whether all have arrived.
      const Nodes before = at;
      Level(octet, row, at);
      if (at == before) return at;
    }
    for (; left != 0; --left) Level(octet, row, at);
    return at;
  }

  // In a register: by way of memory each addition would wait for the store before it.
  Real AddLeaves(const Octet& octet, const Nodes& at, Real sum) const {
    if (octet.count != kLanes) [[unlikely]] {
      for (std::uint32_t lane = 0; lane < octet.count; ++lane) sum += at[lane]->value;
      return sum;
    }
#pragma GCC unroll 8
    for (std::size_t lane = 0; lane < kLanes; ++lane) sum += at[lane]->value;
    return sum;
  }

  // One step of every lane.
  void Level(const Octet& octet, const Real* row, Nodes& at) const {
#pragma GCC unroll 8
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      at[lane] = step_(at[lane], octet.root[lane], row);
    }
  }

  std::size_t features_;
  std::vector<Octet> octets_;
  Step step_;
};

}  // namespace mooring::model
