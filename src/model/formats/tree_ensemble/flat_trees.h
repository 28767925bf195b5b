// FlatTrees: a tree ensemble packed for the walk, as it lies in the flat bytes. Pack makes the
// bytes out of an Ensemble, Open checks bytes and gives views into them. docs/formats/flat_model.md
// describes every byte.
//
// Three node forms: narrow (8 bytes, float32, at most 255 features, no category splits), wide
// float32 (16 bytes) and wide float64 (24 bytes). A leaf is a node whose feature is the sentinel, a
// slot of the row that is always missing, and whose first child is itself: a walk needs no branch
// to stay there.
//
// Failure: Open proves every index in range, every number finite, every child behind its parent and
// every declared depth true, so the evaluator checks nothing. Complexity: linear in the bytes.
#pragma once

#include <span>
#include <string>

#include "model/flat_bytes.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

struct NarrowNode {
  float value;
  std::uint32_t link;  // distance to the second child << 9 | default_first << 8 | feature
  static constexpr std::uint32_t kSentinel = 255;
  static constexpr std::size_t kMaxNodes = std::size_t{1} << 23;  // of one tree
};

enum NodeFlag : std::uint32_t {
  kDefaultFirst = 1,
  kCategory = 2,
  kZeroIsMissing = 4,
};

template <typename Real>
struct WideNode {
  Real value;
  std::uint32_t feature;  // the number of features is the sentinel
  std::uint32_t first_child;
  std::uint32_t flags;    // NodeFlag, then the category set << 3
};
template <>
struct WideNode<double> {
  double value;
  std::uint32_t feature;
  std::uint32_t first_child;
  std::uint32_t flags;
  std::uint32_t zero;
};
static_assert(sizeof(NarrowNode) == 8 && sizeof(WideNode<float>) == 16 &&
    sizeof(WideNode<double>) == 24);

struct FlatTree {
  std::uint64_t first_node;
  std::uint32_t nodes;
  std::uint32_t depth;  // steps from the root to the farthest leaf
  std::uint32_t group;
  std::uint32_t zero;
};
static_assert(sizeof(FlatTree) == 24);

struct CategorySet {
  std::uint32_t first_word;
  std::uint32_t words;
};

enum class NodeForm : std::uint8_t { kNarrow = 1, kWideFloat32 = 2, kWideFloat64 = 3, kLinear = 4 };

struct FlatTrees {
  NodeForm form = NodeForm::kNarrow;
  Transform transform = Transform::kIdentity;
  Answer answer = Answer::kValue;
  bool refuse_infinite = false;
  std::uint32_t divisor = 1;
  std::uint32_t features = 0;
  std::uint32_t groups = 0;
  double transform_parameter = 1;
  std::optional<double> missing;
  Signature signature;
  std::span<const std::uint32_t> columns;      // input column of each feature
  std::span<const double> base_margins;
  std::span<const FlatTree> trees;
  std::span<const NarrowNode> narrow;
  std::span<const WideNode<float>> wide_float;
  std::span<const WideNode<double>> wide_double;
  std::span<const CategorySet> sets;
  std::span<const std::uint32_t> set_words;
  std::span<const float> linear_weights;
};

// kUnsupported or kTooLarge when the ensemble does not fit; the bytes have passed Open.
Result<std::string> PackTrees(const Ensemble& ensemble, std::string_view format);
Result<FlatTrees> OpenTrees(ByteSpan flat, std::string_view format);

}  // namespace mooring::model
