#include "model/formats/lightgbm_tree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/limits.h"

namespace mooring::model {
namespace {

constexpr std::array<std::string_view, 24> kKnownKeys = {
    "Tree", "num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type",
    "left_child", "right_child", "leaf_value", "leaf_weight", "leaf_count", "internal_value",
    "internal_weight", "internal_count", "cat_boundaries", "cat_threshold", "is_linear",
        "shrinkage",
    "leaf_parent", "leaf_const", "num_features", "leaf_features", "leaf_coeff"};

// decision_type: bit 0 category, bit 1 missing goes left, bits 2 and 3 what is missing.
constexpr unsigned kCategoryBit = 1, kDefaultLeftBit = 2;
enum class Missing : unsigned { kNone = 0, kZero = 1, kNaN = 2 };

Error Wrong(std::size_t node, const std::string& what) {
  return Error(Code::kInvalidArgument, what).Where("node " + std::to_string(node));
}

struct Lists {
  std::vector<double> feature, threshold, decision, left, right, leaf;
  std::vector<double> boundaries, words;  // of category sets
};

Status CheckKeys(const LightgbmSection& section) {
  for (const auto& [key, value] : section.values()) {
    if (std::ranges::find(kKnownKeys, key) == kKnownKeys.end()) {
      return Error(Code::kUnsupported, "unknown field '" + std::string(key.substr(0, 64)) + "'")
          .Why("it may change predictions, and this version of Mooring does not know how");
    }
  }
  const std::string_view linear = section.Text("is_linear");
  if (linear.empty() || linear == "0") return Ok();
  return Error(Code::kUnsupported, "linear functions in leaves (linear_tree)")
      .Help("train with linear_tree=false, or convert the model to ONNX");
}

Result<Lists> ReadLists(const LightgbmSection& section, std::size_t leaves) {
  Lists lists;
  ASSIGN_OR_RETURN(lists.leaf, section.Numbers("leaf_value", leaves));
  if (leaves == 1) return lists;
  const std::size_t splits = leaves - 1;
  ASSIGN_OR_RETURN(lists.feature, section.Numbers("split_feature", splits));
  ASSIGN_OR_RETURN(lists.threshold, section.Numbers("threshold", splits));
  ASSIGN_OR_RETURN(lists.decision, section.Numbers("decision_type", splits));
  ASSIGN_OR_RETURN(lists.left, section.Numbers("left_child", splits));
  ASSIGN_OR_RETURN(lists.right, section.Numbers("right_child", splits));
  const std::string_view categories = section.Text("num_cat");
  if (categories.empty() || categories == "0") return lists;
  ASSIGN_OR_RETURN(const auto sets, section.Count("num_cat", limits::kTreeNodes));
  ASSIGN_OR_RETURN(lists.boundaries, section.Numbers("cat_boundaries", sets + 1));
  ASSIGN_OR_RETURN(lists.words,
                   section.Numbers("cat_threshold", Words(section.Text("cat_threshold")).size()));
  return lists;
}

bool IsWord(double number) {
  return number >= 0 && number <= 4294967295.0 && number == std::floor(number);
}

Result<std::vector<std::uint32_t>> ReadSet(const Lists& lists, double begin, double end) {
  if (!IsWord(begin) || !IsWord(end) || begin > end ||
      end > static_cast<double>(lists.words.size())) {
    return Error(Code::kInvalidArgument, "a category set outside of 'cat_threshold'");
  }
  std::vector<std::uint32_t> words;
  for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
    if (!IsWord(lists.words[i])) {
      return Error(Code::kInvalidArgument, "'cat_threshold' holds what is no word of bits");
    }
    words.push_back(static_cast<std::uint32_t>(lists.words[i]));
  }
  return words;
}

// Walks from the root, breadth first. Splits count from 0; a child c < 0 is leaf -c - 1.
class TreeLayout {
 public:
  TreeLayout(const Lists& lists, std::uint32_t first_set, std::size_t sets)
      : lists_(lists), first_set_(first_set), sets_(sets),
          met_(lists.left.size() + lists.leaf.size()) {}

  Result<Tree> Make() {
    Tree tree;
    tree.nodes.emplace_back();
    RETURN_IF_ERROR(Meet(0, lists_.left.empty() ? -1.0 : 0.0));
    for (std::size_t place = 0; place < sources_.size(); ++place) {
      const std::int64_t source = sources_[place];
      if (source < 0) {
        tree.nodes[place].value = lists_.leaf[static_cast<std::size_t>(-source - 1)];
        continue;
      }
      const auto split = static_cast<std::size_t>(source);
      ASSIGN_OR_RETURN(Node node, Split(split));
      RETURN_IF_ERROR(Meet(split, lists_.left[split]));
      RETURN_IF_ERROR(Meet(split, lists_.right[split]));
      node.first_child = static_cast<std::uint32_t>(tree.nodes.size());
      tree.nodes[place] = node;
      tree.nodes.resize(tree.nodes.size() + 2);
    }
    return tree;
  }

 private:
  Status Meet(std::size_t parent, double child) {
    const double splits = static_cast<double>(lists_.left.size());
    const double leaves = static_cast<double>(lists_.leaf.size());
    if (!(child < splits && child >= -leaves) || child != std::floor(child)) {
      return Wrong(parent, "a child that is not there");
    }
    const auto place = static_cast<std::size_t>(child < 0 ? splits - child - 1 : child);
    if (met_[place]) return Wrong(parent, "a child that another node leads to");
    met_[place] = true;
    sources_.push_back(static_cast<std::int64_t>(child));
    return Ok();
  }

  Result<Node> Split(std::size_t split) const {
    Node node;
    node.is_leaf = false;
    const double feature = lists_.feature[split], threshold = lists_.threshold[split];
    if (!(feature >= 0 && feature < static_cast<double>(limits::kFeatures))) {
      return Wrong(split, "a split on feature " + std::to_string(feature));
    }
    node.feature = static_cast<std::uint32_t>(feature);
    const double decision = lists_.decision[split];
    if (!(decision >= 0 && decision < 12)) return Wrong(split, "an unknown kind of split");
    const auto bits = static_cast<unsigned>(decision);
    if ((bits & kCategoryBit) != 0) {
      if (!(threshold >= 0 && threshold < static_cast<double>(sets_))) {
        return Wrong(split, "no category set");
      }
      // What the set holds goes left; missing, like everything else, goes right.
      node.is_category = true;
      node.category_set = first_set_ + static_cast<std::uint32_t>(threshold);
      return node;
    }
    if (!std::isfinite(threshold)) return Wrong(split, "a threshold that is not finite");
    // LightGBM goes left on x <= threshold, we on x < the next larger number: the same for all x.
    node.value = std::nextafter(threshold, std::numeric_limits<double>::infinity());
    const auto missing = static_cast<Missing>(bits >> 2);
    // Where nothing is missing, NaN is read as zero.
    node.default_first = missing == Missing::kNone ? 0 <= threshold : (bits & kDefaultLeftBit) != 0;
    node.zero_is_missing = missing == Missing::kZero;
    return node;
  }

  const Lists& lists_;
  std::uint32_t first_set_;
  std::size_t sets_;
  std::vector<bool> met_;
  std::vector<std::int64_t> sources_;
};

}  // namespace

Result<Tree> ReadLightgbmTree(const LightgbmSection& section, Ensemble& ensemble) {
  RETURN_IF_ERROR(CheckKeys(section));
  ASSIGN_OR_RETURN(const auto leaves, section.Count("num_leaves", limits::kTreeNodes / 2));
  if (leaves == 0) return Error(Code::kInvalidArgument, "a tree without leaves");
  ASSIGN_OR_RETURN(const Lists lists, ReadLists(section, leaves));
  const auto first_set = static_cast<std::uint32_t>(ensemble.category_sets.size());
  const std::size_t sets = lists.boundaries.empty() ? 0 : lists.boundaries.size() - 1;
  for (std::size_t i = 0; i < sets; ++i) {
    ASSIGN_OR_RETURN(auto words, ReadSet(lists, lists.boundaries[i], lists.boundaries[i + 1]));
    ensemble.category_sets.push_back(std::move(words));
  }
  return TreeLayout(lists, first_set, sets).Make();
}

}  // namespace mooring::model
