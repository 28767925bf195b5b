// Walk: adds the leaves of all trees that a row reaches, in tree order.
//
// Eight trees go down in step, so that eight cache misses are under way at once: 100 trees of depth
// 6 cost about 1 µs a row. A tree that has reached its leaf stays there (see flat_trees.h), so the
// only branch is the loop's own.
//
// Thread safety: const use from any thread. Ownership: views into the flat bytes.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "model/formats/tree_ensemble/flat_trees.h"

namespace mooring::model {

// The steps from a node to a child, one form each. `row` holds NaN for missing, and at the
// sentinel.
struct NarrowStep {
  using Packed = NarrowNode;
  using Real = float;

  std::uint32_t operator()(const NarrowNode& node, const float* row) const {
    const float x = row[node.link & 255U];
    std::uint32_t second = x < node.value ? 0U : 1U;
    if (x != x) second = (node.link >> 8 & 1U) ^ 1U;
    return (node.link >> 9) + second;
  }
};

template <typename T>
struct WideStep {
  using Packed = WideNode<T>;
  using Real = T;
  std::span<const CategorySet> sets;
  std::span<const std::uint32_t> words;

  std::uint32_t operator()(const Packed& node, const T* row) const {
    const T x = row[node.feature];
    std::uint32_t second = x < node.value ? 0U : 1U;
    if (node.flags > kDefaultFirst) [[unlikely]] second = Special(node, x, second);
    if (x != x) second = (node.flags & kDefaultFirst) ^ 1U;
    return node.first_child + second;
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

  Walk(std::span<const FlatTree> trees, std::span<const Packed> nodes, Step step) : step_(step) {
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

  // margins[group] += leaf, tree after tree.
  void Add(const Real* row, Real* margins) const {
    for (const Octet& octet : octets_) {
      std::array<std::uint32_t, kLanes> at{};
      std::uint32_t left = octet.depth;
      while (left != 0) {
        std::uint32_t moved = 0;
        // Deep trees are rarely deep everywhere: look every few levels whether all have arrived.
        for (std::uint32_t level = left < kLevels ? left : kLevels; level != 0; --level, --left) {
          moved = Level(octet, row, at);
        }
        if (moved == 0) break;
      }
      for (std::uint32_t lane = 0; lane < octet.count; ++lane) {
        margins[octet.group[lane]] += octet.root[lane][at[lane]].value;
      }
    }
  }

  std::size_t memory_bytes() const { return octets_.size() * sizeof(Octet); }

 private:
  static constexpr std::size_t kLanes = 8;
  static constexpr std::uint32_t kLevels = 8;
  struct Octet {
    std::array<const Packed*, kLanes> root{};
    std::array<std::uint32_t, kLanes> group{};
    std::uint32_t depth = 0;
    std::uint32_t count = 0;
  };

  // One step of every lane; not zero when any moved.
  std::uint32_t Level(const Octet& octet, const Real* row,
                      std::array<std::uint32_t, kLanes>& at) const {
    std::uint32_t moved = 0;
#pragma GCC unroll 8
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::uint32_t next = step_(octet.root[lane][at[lane]], row);
      moved |= next ^ at[lane];
      at[lane] = next;
    }
    return moved;
  }

  std::vector<Octet> octets_;
  Step step_;
};

}  // namespace mooring::model
