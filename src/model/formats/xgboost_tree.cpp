#include "model/formats/xgboost_tree.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "model/formats/xgboost_fields.h"

namespace mooring::model {
namespace {

constexpr double kLargestCategory = 16'777'216;  // float32 holds whole numbers up to here

// The parallel lists of a tree, checked to be of one length.
struct Lists {
  std::size_t nodes = 0;
  const Document::Numbers* left = nullptr;
  const Document::Numbers* right = nullptr;
  const Document::Numbers* condition = nullptr;
  const Document::Numbers* feature = nullptr;
  const Document::Numbers* default_left = nullptr;
  const Document::Numbers* split_type = nullptr;  // null: all splits are numerical
};

Error Wrong(std::size_t node, const std::string& what) {
  return Error(Code::kInvalidArgument, what).Where("node " + std::to_string(node));
}

Result<Lists> ReadLists(const Document& tree, bool for_library) {
  RETURN_IF_ERROR(OnlyKnown(tree,
      {"base_weights", "categories", "categories_nodes", "categories_segments", "categories_sizes",
       "default_left", "id", "left_children", "loss_changes", "parents", "right_children",
       "split_conditions", "split_indices", "split_type", "sum_hessian", "tree_param",
       "leaf_child_counts"},
      "trees"));
  ASSIGN_OR_RETURN(const Document* parameters, Member(tree, "tree_param"));
  ASSIGN_OR_RETURN(const auto leaf_size, IntegerParameter(*parameters, "size_leaf_vector", 0));
  if (leaf_size > 1 && !for_library) {
    return Error(Code::kUnsupported, "trees with a vector in each leaf (multi_output_tree)")
        .Help("train with multi_strategy='one_output_per_tree'");
  }
  ASSIGN_OR_RETURN(const auto nodes, IntegerParameter(*parameters, "num_nodes", -1));
  if (nodes < 1 || static_cast<std::uint64_t>(nodes) > limits::kTreeNodes) {
    return Error(Code::kInvalidArgument, "a tree of " + std::to_string(nodes) + " nodes");
  }
  Lists lists;
  lists.nodes = static_cast<std::size_t>(nodes);
  ASSIGN_OR_RETURN(lists.left, NumbersMember(tree, "left_children", lists.nodes));
  ASSIGN_OR_RETURN(lists.right, NumbersMember(tree, "right_children", lists.nodes));
  ASSIGN_OR_RETURN(lists.condition, NumbersMember(tree, "split_conditions", lists.nodes));
  ASSIGN_OR_RETURN(lists.feature, NumbersMember(tree, "split_indices", lists.nodes));
  ASSIGN_OR_RETURN(lists.default_left, NumbersMember(tree, "default_left", lists.nodes));
  if (tree.Find("split_type") != nullptr) {
    ASSIGN_OR_RETURN(lists.split_type, NumbersMember(tree, "split_type", lists.nodes));
  }
  return lists;
}

// The category set of each node that has one; places in `ensemble.category_sets`.
using SetOfNode = std::vector<std::pair<std::size_t, std::uint32_t>>;

Result<std::vector<std::uint32_t>> ReadSet(const Document::Numbers& categories, double begin,
                                           double size) {
  if (!(begin >= 0 && size >= 0 && begin + size <= static_cast<double>(categories.size()))) {
    return Error(Code::kInvalidArgument, "a category set outside of 'categories'");
  }
  std::vector<std::uint32_t> words;
  const auto first = static_cast<std::size_t>(begin);
  for (std::size_t i = first; i < first + static_cast<std::size_t>(size); ++i) {
    const double category = categories[i];
    if (!(category >= 0 && category < kLargestCategory) || category != std::floor(category)) {
      return Error(Code::kInvalidArgument, "category " + std::to_string(category));
    }
    const auto code = static_cast<std::uint32_t>(category);
    if (words.size() <= code / 32) words.resize(code / 32 + 1);
    words[code / 32] |= 1U << (code % 32);
  }
  return words;
}

Result<SetOfNode> ReadSets(const Document& tree, std::size_t tree_nodes, Ensemble& ensemble) {
  SetOfNode sets;
  const Document* nodes = tree.Find("categories_nodes");
  if (nodes == nullptr || nodes->AsNumbers() == nullptr) return sets;
  const std::size_t count = nodes->AsNumbers()->size();
  ASSIGN_OR_RETURN(const auto* segments, NumbersMember(tree, "categories_segments", count));
  ASSIGN_OR_RETURN(const auto* sizes, NumbersMember(tree, "categories_sizes", count));
  ASSIGN_OR_RETURN(const Document* categories, Member(tree, "categories"));
  if (categories->AsNumbers() == nullptr) {
    return Error(Code::kInvalidArgument, "'categories' is not a list of numbers");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double node = (*nodes->AsNumbers())[i];
    if (!(node >= 0 && node < static_cast<double>(tree_nodes))) {
      return Error(Code::kInvalidArgument, "'categories_nodes' names a node that is not there");
    }
    ASSIGN_OR_RETURN(auto words, ReadSet(*categories->AsNumbers(), (*segments)[i], (*sizes)[i]));
    sets.emplace_back(static_cast<std::size_t>(node),
                      static_cast<std::uint32_t>(ensemble.category_sets.size()));
    ensemble.category_sets.push_back(std::move(words));
  }
  std::ranges::sort(sets);
  return sets;
}

// Walks the tree from its root, breadth first, and lays the nodes out as they are met.
class TreeLayout {
 public:
  TreeLayout(const Lists& lists, const SetOfNode& sets, std::optional<float> weight)
      : lists_(lists), sets_(sets), weight_(weight), met_(lists.nodes, false) {}

  Result<Tree> Make() {
    Tree tree;
    tree.nodes.emplace_back();
    sources_ = {0};
    met_[0] = true;
    for (std::size_t place = 0; place < sources_.size(); ++place) {
      const std::size_t source = sources_[place];
      if (const double left = (*lists_.left)[source]; left == -1) {
        const auto leaf = static_cast<float>((*lists_.condition)[source]);
        tree.nodes[place].value = weight_.has_value() ? (0.0F + leaf) * *weight_ : leaf;
        continue;
      }
      ASSIGN_OR_RETURN(Node node, Split(source));
      node.first_child = static_cast<std::uint32_t>(tree.nodes.size());
      tree.nodes[place] = node;
      tree.nodes.resize(tree.nodes.size() + 2);
    }
    return tree;
  }

 private:
  Status Meet(std::size_t parent, double child) {
    if (!(child > 0 && child < static_cast<double>(lists_.nodes)) || child != std::floor(child)) {
      return Wrong(parent, "a child that is not there");
    }
    const auto place = static_cast<std::size_t>(child);
    if (met_[place]) return Wrong(parent, "a child that another node leads to");
    met_[place] = true;
    sources_.push_back(place);
    return Ok();
  }

  Result<Node> Split(std::size_t source) {
    Node node;
    node.is_leaf = false;
    const double feature = (*lists_.feature)[source];
    if (!(feature >= 0 && feature < static_cast<double>(limits::kFeatures))) {
      return Wrong(source, "a split on feature " + std::to_string(feature));
    }
    node.feature = static_cast<std::uint32_t>(feature);
    const bool default_left = (*lists_.default_left)[source] != 0;
    const double type = lists_.split_type == nullptr ? 0 : (*lists_.split_type)[source];
    double first = (*lists_.left)[source], second = (*lists_.right)[source];
    if (type == 0) {
      node.value = static_cast<float>((*lists_.condition)[source]);
      node.default_first = default_left;
    } else if (type == 1) {
      // XGBoost sends what the set holds to the right; ours goes to the first child.
      std::swap(first, second);
      node.default_first = !default_left;
      node.is_category = true;
      const auto set = std::ranges::lower_bound(sets_, source, {},
          [](const auto& s) { return s.first; });
      if (set == sets_.end() || set->first != source) return Wrong(source, "no category set");
      node.category_set = set->second;
    } else {
      return Wrong(source, "an unknown kind of split");
    }
    RETURN_IF_ERROR(Meet(source, first));
    RETURN_IF_ERROR(Meet(source, second));
    return node;
  }

  const Lists& lists_;
  const SetOfNode& sets_;
  std::optional<float> weight_;
  std::vector<bool> met_;
  std::vector<std::size_t> sources_;
};

}  // namespace

Result<Tree> ReadXgboostTree(const Document& document, bool for_library,
                             std::optional<float> weight, Ensemble& ensemble) {
  ASSIGN_OR_RETURN(const Lists lists, ReadLists(document, for_library));
  ASSIGN_OR_RETURN(const SetOfNode sets, ReadSets(document, lists.nodes, ensemble));
  return TreeLayout(lists, sets, weight).Make();
}

}  // namespace mooring::model
