#include <cmath>

#include "base/limits.h"
#include "model/formats/tree_ensemble/flat_trees.h"

namespace mooring::model {
namespace {

Error Bad(std::string what) { return Error(Code::kDataLoss, std::move(what)); }

// A node of any form, as the checks below see it.
struct Seen {
  double value;
  std::uint32_t feature;
  std::uint32_t first_child;
  bool default_first;
  bool is_category;
  std::uint32_t set;
  std::uint32_t sentinel;
};

Seen See(const NarrowNode& node, std::uint32_t place, const FlatTrees&) {
  const bool default_first = (node.link >> 8 & 1U) != 0;
  return {node.value, node.link & 255U, place + (node.link >> 9) - 1, default_first, false, 0,
          NarrowNode::kSentinel};
}

template <typename Real>
Seen See(const WideNode<Real>& node, std::uint32_t, const FlatTrees& trees) {
  return {node.value, node.feature, node.first_child, (node.flags & kDefaultFirst) != 0,
          (node.flags & kCategory) != 0, node.flags >> 3, trees.features};
}

std::string Place(std::size_t tree, std::size_t node) {
  return "tree " + std::to_string(tree) + ", node " + std::to_string(node);
}

Status CheckSplit(const Seen& seen, const FlatTrees& flat, std::uint32_t place,
                  std::uint32_t nodes) {
  if (seen.feature >= flat.features) {
    return Bad("feature " + std::to_string(seen.feature) + " of a model with " +
               std::to_string(flat.features));
  }
  if (seen.first_child <= place || seen.first_child >= nodes - 1) {
    return Bad("child " + std::to_string(seen.first_child) + " of a tree with " +
               std::to_string(nodes) + " nodes");
  }
  if (seen.is_category && seen.set >= flat.sets.size()) return Bad("no such category set");
  return Ok();
}

template <typename Packed>
Status CheckTree(const FlatTrees& flat, std::span<const Packed> all, std::size_t number,
                 std::vector<std::uint32_t>& depth) {
  const FlatTree& tree = flat.trees[number];
  if (tree.nodes == 0) return Bad("tree " + std::to_string(number) + " has no root");
  if (tree.first_node > all.size() || tree.nodes > all.size() - tree.first_node) {
    return Bad("tree " + std::to_string(number) + " ends behind the last node");
  }
  if (tree.group >= flat.groups) return Bad("tree " + std::to_string(number) +
      " has no such group");
  constexpr std::uint32_t kUnreached = ~0U;
  depth.assign(tree.nodes, kUnreached);
  depth[0] = 0;
  std::uint32_t deepest = 0;
  for (std::uint32_t place = 0; place < tree.nodes; ++place) {
    const Seen seen = See(all[tree.first_node + place], place, flat);
    if (depth[place] == kUnreached) return Bad("nothing leads here").Where(Place(number, place));
    if (!std::isfinite(seen.value)) return Bad("not a finite number").Where(Place(number, place));
    deepest = std::max(deepest, depth[place]);
    if (seen.feature == seen.sentinel) {
      if (seen.first_child != place || !seen.default_first || seen.is_category) {
        return Bad("a leaf that leads on").Where(Place(number, place));
      }
      continue;
    }
    if (Status split = CheckSplit(seen, flat, place, tree.nodes); !split.ok()) {
      return Error(split.error()).Where(Place(number, place));
    }
    for (const std::uint32_t child : {seen.first_child, seen.first_child + 1}) {
      if (depth[child] != kUnreached) return Bad("two ways lead here").Where(Place(number, child));
      depth[child] = depth[place] + 1;
    }
  }
  if (deepest != tree.depth) return Bad("tree " + std::to_string(number) + " lies about its depth");
  if (deepest > limits::kTreeDepth) {
    return Error(Code::kTooLarge, "tree " + std::to_string(number) + " is " +
                                      std::to_string(deepest) + " levels deep")
        .Why("the limit is " + std::to_string(limits::kTreeDepth));
  }
  return Ok();
}

template <typename Packed>
Status CheckTrees(const FlatTrees& flat, std::span<const Packed> nodes) {
  std::vector<std::uint32_t> depth;
  for (std::size_t number = 0; number < flat.trees.size(); ++number) {
    RETURN_IF_ERROR(CheckTree(flat, nodes, number, depth));
  }
  return Ok();
}

Status CheckHead(const FlatTrees& flat) {
  if (flat.transform < Transform::kIdentity || flat.transform > Transform::kSigmoidEach) {
    return Bad("no such transform");
  }
  if (flat.answer != Answer::kValue && flat.answer != Answer::kLabelAndProbability) {
    return Bad("no such answer");
  }
  if (flat.features > limits::kFeatures) {
    return Error(Code::kTooLarge, std::to_string(flat.features) + " features")
        .Why("the limit is " + std::to_string(limits::kFeatures));
  }
  if (flat.form == NodeForm::kNarrow && flat.features > NarrowNode::kSentinel) {
    return Bad("too many features for narrow nodes");
  }
  if (flat.groups == 0 || flat.groups > limits::kModelOutputs)
      return Bad("no such number of groups");
  if (flat.divisor == 0) return Bad("a divisor of zero");
  if (!std::isfinite(flat.transform_parameter))
      return Bad("the transform's parameter is not finite");
  return Ok();
}

Status CheckTables(const FlatTrees& flat) {
  if (flat.columns.size() != flat.features) return Bad("not one input column a feature");
  for (const std::uint32_t column : flat.columns) {
    if (column >= flat.signature.inputs->size()) return Bad("no such input column");
    const data::Type type = flat.signature.inputs->field(column).type;
    if (type == data::Type::kString || type == data::Type::kTimestamp) {
      return Error(Code::kUnsupported, "input '" + flat.signature.inputs->field(column).name +
                                           "' is a " + std::string(data::TypeName(type)))
          .Why("trees split numbers and categories");
    }
  }
  if (flat.base_margins.size() != flat.groups) return Bad("not one base margin a group");
  for (const double margin : flat.base_margins) {
    if (!std::isfinite(margin)) {
      return Bad("the base score is not a finite margin");
    }
  }
  for (const CategorySet& set : flat.sets) {
    if (set.first_word > flat.set_words.size() ||
        set.words > flat.set_words.size() - set.first_word) {
      return Bad("a category set ends behind the last word");
    }
  }
  return Ok();
}

Status CheckOutputs(const FlatTrees& flat) {
  const bool wide = flat.form == NodeForm::kWideFloat64;
  const data::Type real = wide ? data::Type::kFloat64 : data::Type::kFloat32;
  const std::size_t width = flat.transform == Transform::kArgmax ? 1 : flat.groups;
  const auto& outputs = flat.signature.outputs;
  const bool labels = flat.answer == Answer::kLabelAndProbability;
  if (outputs.size() != (labels ? 2U : 1U)) return Bad("another number of outputs");
  if (labels && (outputs[0].type != data::Type::kInt64 || outputs[0].width != 1)) {
    return Bad("labels of another type");
  }
  if (outputs.back().type != real || outputs.back().width != width) {
    return Bad("outputs of another type or width");
  }
  return Ok();
}

Status CheckLinear(const FlatTrees& flat) {
  if (!flat.trees.empty()) return Bad("a linear model with trees");
  if (flat.linear_weights.size() != (flat.features + std::size_t{1}) * flat.groups) {
    return Bad("not one weight a feature and group");
  }
  for (const float weight : flat.linear_weights) {
    if (!std::isfinite(weight)) return Bad("a weight is not a finite number");
  }
  return Ok();
}

Status CheckNodes(const FlatTrees& flat) {
  switch (flat.form) {
    case NodeForm::kNarrow: return CheckTrees(flat, flat.narrow);
    case NodeForm::kWideFloat32: return CheckTrees(flat, flat.wide_float);
    case NodeForm::kWideFloat64: return CheckTrees(flat, flat.wide_double);
    case NodeForm::kLinear: return CheckLinear(flat);
  }
  return Bad("no such node form");
}

Result<FlatTrees> ReadHead(FlatReader& in) {
  FlatTrees flat;
  ASSIGN_OR_RETURN(const auto form, in.Get<std::uint8_t>());
  ASSIGN_OR_RETURN(const auto transform, in.Get<std::uint8_t>());
  ASSIGN_OR_RETURN(const auto answer, in.Get<std::uint8_t>());
  ASSIGN_OR_RETURN(const auto refuse_infinite, in.Get<std::uint8_t>());
  flat.form = static_cast<NodeForm>(form);
  flat.transform = static_cast<Transform>(transform);
  flat.answer = static_cast<Answer>(answer);
  flat.refuse_infinite = refuse_infinite != 0;
  ASSIGN_OR_RETURN(flat.divisor, in.Get<std::uint32_t>());
  ASSIGN_OR_RETURN(flat.features, in.Get<std::uint32_t>());
  ASSIGN_OR_RETURN(flat.groups, in.Get<std::uint32_t>());
  ASSIGN_OR_RETURN(const auto has_missing, in.Get<std::uint8_t>());
  ASSIGN_OR_RETURN(const auto missing, in.Get<double>());
  if (has_missing != 0) flat.missing = missing;
  ASSIGN_OR_RETURN(flat.transform_parameter, in.Get<double>());
  return flat;
}

Status ReadNodes(FlatReader& in, FlatTrees& flat) {
  switch (flat.form) {
    case NodeForm::kNarrow: {
      ASSIGN_OR_RETURN(flat.narrow, in.GetArray<NarrowNode>());
      return Ok();
    }
    case NodeForm::kWideFloat32: {
      ASSIGN_OR_RETURN(flat.wide_float, in.GetArray<WideNode<float>>());
      return Ok();
    }
    case NodeForm::kWideFloat64: {
      ASSIGN_OR_RETURN(flat.wide_double, in.GetArray<WideNode<double>>());
      return Ok();
    }
    case NodeForm::kLinear: {
      ASSIGN_OR_RETURN(flat.linear_weights, in.GetArray<float>());
      return Ok();
    }
  }
  return Bad("no such node form");
}

}  // namespace

Result<FlatTrees> OpenTrees(ByteSpan bytes, std::string_view format) {
  ASSIGN_OR_RETURN(FlatReader in, FlatReader::Open(bytes, format));
  ASSIGN_OR_RETURN(FlatTrees flat, ReadHead(in));
  ASSIGN_OR_RETURN(flat.signature, in.GetSignature());
  ASSIGN_OR_RETURN(flat.columns, in.GetArray<std::uint32_t>());
  ASSIGN_OR_RETURN(flat.base_margins, in.GetArray<double>());
  ASSIGN_OR_RETURN(flat.trees, in.GetArray<FlatTree>());
  RETURN_IF_ERROR(ReadNodes(in, flat));
  ASSIGN_OR_RETURN(flat.sets, in.GetArray<CategorySet>());
  ASSIGN_OR_RETURN(flat.set_words, in.GetArray<std::uint32_t>());
  RETURN_IF_ERROR(in.Finish());
  RETURN_IF_ERROR(CheckHead(flat));
  RETURN_IF_ERROR(CheckTables(flat));
  RETURN_IF_ERROR(CheckOutputs(flat));
  RETURN_IF_ERROR(CheckNodes(flat));
  return flat;
}

}  // namespace mooring::model
