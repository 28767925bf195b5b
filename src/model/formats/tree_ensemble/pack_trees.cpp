#include "base/limits.h"
#include "model/formats/tree_ensemble/flat_trees.h"

namespace mooring::model {
namespace {

bool FitsNarrow(const Ensemble& ensemble) {
  if (ensemble.precision != Precision::kFloat32 || ensemble.features > NarrowNode::kSentinel) {
    return false;
  }
  for (const Tree& tree : ensemble.trees) {
    if (tree.nodes.size() > NarrowNode::kMaxNodes) return false;
    for (const Node& node : tree.nodes) {
      if (node.is_category || node.zero_is_missing) return false;
    }
  }
  return true;
}

NodeForm ChooseForm(const Ensemble& ensemble) {
  if (!ensemble.linear_weights.empty()) return NodeForm::kLinear;
  if (FitsNarrow(ensemble)) return NodeForm::kNarrow;
  return ensemble.precision == Precision::kFloat32 ? NodeForm::kWideFloat32
                                                   : NodeForm::kWideFloat64;
}

NarrowNode MakeNarrow(const Node& node, std::uint32_t place) {
  const std::uint32_t child = node.is_leaf ? place : node.first_child;
  const std::uint32_t feature = node.is_leaf ? NarrowNode::kSentinel : node.feature;
  const bool first = node.is_leaf || node.default_first;
  const std::uint32_t link = (child - place + 1) << 9 | (first ? 1U : 0U) << 8 | feature;
  return {static_cast<float>(node.value), link};
}

template <typename Real>
WideNode<Real> MakeWide(const Node& node, std::uint32_t place, std::uint32_t features) {
  WideNode<Real> wide{};
  wide.value = static_cast<Real>(node.value);
  wide.feature = node.is_leaf ? features : node.feature;
  wide.first_child = node.is_leaf ? place : node.first_child;
  wide.flags = node.is_leaf || node.default_first ? std::uint32_t{kDefaultFirst} : 0U;
  if (node.is_leaf) return wide;
  if (node.is_category) wide.flags |= kCategory | node.category_set << 3;
  if (node.zero_is_missing) wide.flags |= kZeroIsMissing;
  return wide;
}

// One array of all trees' nodes, made by `make(node, place in its tree)`.
template <typename Packed, typename Make>
void PutNodes(const Ensemble& ensemble, FlatWriter& out, Make make) {
  std::vector<Packed> packed;
  for (const Tree& tree : ensemble.trees) {
    for (std::uint32_t place = 0; place < tree.nodes.size(); ++place) {
      packed.push_back(make(tree.nodes[place], place));
    }
  }
  out.PutArray<Packed>(packed);
}

std::uint32_t Depth(const Tree& tree) {
  std::vector<std::uint32_t> depth(tree.nodes.size(), 0);
  std::uint32_t deepest = 0;
  for (std::size_t place = 0; place < tree.nodes.size(); ++place) {
    const Node& node = tree.nodes[place];
    deepest = std::max(deepest, depth[place]);
    if (node.is_leaf || node.first_child + std::size_t{1} >= depth.size()) continue;
    depth[node.first_child] = depth[node.first_child + 1] = depth[place] + 1;
  }
  return deepest;
}

void PutTrees(const Ensemble& ensemble, FlatWriter& out) {
  std::vector<FlatTree> trees;
  std::uint64_t first = 0;
  for (const Tree& tree : ensemble.trees) {
    const auto nodes = static_cast<std::uint32_t>(tree.nodes.size());
    trees.push_back({first, nodes, Depth(tree), tree.group, 0});
    first += nodes;
  }
  out.PutArray<FlatTree>(trees);
}

void PutSets(const Ensemble& ensemble, FlatWriter& out) {
  std::vector<CategorySet> sets;
  std::vector<std::uint32_t> words;
  for (const auto& set : ensemble.category_sets) {
    sets.push_back({static_cast<std::uint32_t>(words.size()),
        static_cast<std::uint32_t>(set.size())});
    words.insert(words.end(), set.begin(), set.end());
  }
  out.PutArray<CategorySet>(sets);
  out.PutArray<std::uint32_t>(words);
}

std::vector<Output> Outputs(const Ensemble& ensemble) {
  const data::Type real = ensemble.precision == Precision::kFloat32 ? data::Type::kFloat32
                                                                    : data::Type::kFloat64;
  const bool single = ensemble.transform == Transform::kArgmax;
  const Output values{"prediction", real, single ? 1 : ensemble.base_margins.size()};
  if (ensemble.answer == Answer::kValue) return {values};
  return {{"prediction", data::Type::kInt64, 1}, {"probability", real, values.width}};
}

Status CheckSizes(const Ensemble& ensemble) {
  std::size_t nodes = 0;
  for (const Tree& tree : ensemble.trees) nodes += tree.nodes.size();
  if (ensemble.trees.size() > limits::kTrees || nodes > limits::kTreeNodes) {
    return Error(Code::kTooLarge, std::to_string(ensemble.trees.size()) + " trees with " +
                                      std::to_string(nodes) + " nodes")
        .Why("the limits are " + std::to_string(limits::kTrees) + " trees and " +
             std::to_string(limits::kTreeNodes) + " nodes");
  }
  if (ensemble.base_margins.empty() || ensemble.base_margins.size() > limits::kModelOutputs) {
    return Error(Code::kTooLarge, std::to_string(ensemble.base_margins.size()) + " outputs a row")
        .Why("the limit is " + std::to_string(limits::kModelOutputs));
  }
  return Ok();
}

}  // namespace

Result<std::string> PackTrees(const Ensemble& ensemble, std::string_view format) {
  RETURN_IF_ERROR(CheckSizes(ensemble));
  const NodeForm form = ChooseForm(ensemble);
  FlatWriter out(format);
  out.Put(static_cast<std::uint8_t>(form));
  out.Put(static_cast<std::uint8_t>(ensemble.transform));
  out.Put(static_cast<std::uint8_t>(ensemble.answer));
  out.Put(static_cast<std::uint8_t>(ensemble.refuse_infinite));
  out.Put(ensemble.divisor);
  out.Put(ensemble.features);
  out.Put(static_cast<std::uint32_t>(ensemble.base_margins.size()));
  out.Put(static_cast<std::uint8_t>(ensemble.missing.has_value()));
  out.Put(ensemble.missing.value_or(0));
  out.Put(ensemble.transform_parameter);
  out.PutSignature(MakeSignature(ensemble.inputs, Outputs(ensemble)));
  out.PutArray<std::uint32_t>(ensemble.columns);
  out.PutArray<double>(ensemble.base_margins);
  PutTrees(ensemble, out);
  switch (form) {
    case NodeForm::kNarrow: PutNodes<NarrowNode>(ensemble, out, MakeNarrow); break;
    case NodeForm::kWideFloat32:
      PutNodes<WideNode<float>>(ensemble, out, [&](const Node& node, std::uint32_t place) {
        return MakeWide<float>(node, place, ensemble.features);
      });
      break;
    case NodeForm::kWideFloat64:
      PutNodes<WideNode<double>>(ensemble, out, [&](const Node& node, std::uint32_t place) {
        return MakeWide<double>(node, place, ensemble.features);
      });
      break;
    case NodeForm::kLinear:
      out.PutArray<float>(std::vector<float>(ensemble.linear_weights.begin(),
                                             ensemble.linear_weights.end()));
      break;
  }
  PutSets(ensemble, out);
  std::string flat = std::move(out).Finish();
  // The one validator sees compiled models too: what it refuses never reaches a registry.
  if (auto opened = OpenTrees(AsBytes(flat), format); !opened.ok()) {
    Error error = std::move(opened).error();
    return Error(Code::kInvalidArgument, error.message()).Where(error.where()).Why(error.why());
  }
  return flat;
}

}  // namespace mooring::model
