// No LightGBM is packaged for the reference machine, so its peer here is an interpreter that
// follows LightGBM's own rules step by step, on random models and rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.h"
#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

using ::testing::HasSubstr;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Split {
  int feature = 0, decision = 0, left = 0, right = 0;
  double threshold = 0;
};
struct RandomTree {
  std::vector<Split> splits;
  std::vector<double> leaves;
  std::vector<std::uint32_t> words;
};

// The walk of LightGBM's Tree::Decision.
double Interpret(const RandomTree& tree, const std::vector<double>& row) {
  int node = tree.splits.empty() ? -1 : 0;
  while (node >= 0) {
    const Split& split = tree.splits[static_cast<std::size_t>(node)];
    double x = row[static_cast<std::size_t>(split.feature)];
    if ((split.decision & 1) != 0) {
      const int code = std::isnan(x) ? -1 : static_cast<int>(x);
      const auto set = static_cast<std::size_t>(split.threshold);
      const bool held = code >= 0 && code < 32 && (tree.words[set] >> code & 1U) != 0;
      node = held ? split.left : split.right;
      continue;
    }
    const int missing = split.decision >> 2;
    if (std::isnan(x) && missing != 2) x = 0;
    if ((missing == 1 && std::fabs(x) <= 1e-35F) || (missing == 2 && std::isnan(x))) {
      node = (split.decision & 2) != 0 ? split.left : split.right;
    } else {
      node = x <= split.threshold ? split.left : split.right;
    }
  }
  return tree.leaves[static_cast<std::size_t>(-node - 1)];
}

RandomTree MakeTree(Rng& rng, std::size_t features) {
  RandomTree tree;
  tree.leaves = {rng.Uniform() - 0.5};
  const std::size_t leaves = 1 + rng.Below(12);
  while (tree.leaves.size() < leaves) {
    // A leaf becomes a split; it was some node's child, which now leads to the new split.
    const auto leaf = static_cast<int>(rng.Below(tree.leaves.size()));
    const auto place = static_cast<int>(tree.splits.size());
    for (Split& split : tree.splits) {
      if (split.left == -leaf - 1) split.left = place;
      if (split.right == -leaf - 1) split.right = place;
    }
    Split split;
    split.feature = static_cast<int>(rng.Below(features));
    split.left = -leaf - 1;
    split.right = -static_cast<int>(tree.leaves.size()) - 1;
    split.decision = static_cast<int>(rng.Below(3)) << 2 | static_cast<int>(rng.Below(2)) << 1;
    split.threshold = std::round((rng.Uniform() - 0.5) * 8) / 4;
    if (rng.Below(4) == 0) {
      split.decision |= 1;
      split.threshold = static_cast<double>(tree.words.size());
      tree.words.push_back(static_cast<std::uint32_t>(rng.Next()));
    }
    tree.splits.push_back(split);
    tree.leaves.push_back(rng.Uniform() - 0.5);
  }
  return tree;
}

template <typename List, typename Get>
std::string Line(const char* key, const List& list, Get get) {
  std::string line(key);
  line += '=';
  char buffer[40];
  for (const auto& element : list) {
    std::snprintf(buffer, sizeof(buffer), "%.17g ", static_cast<double>(get(element)));
    line += buffer;
  }
  line.back() = '\n';
  return line;
}

std::string TreeText(const RandomTree& tree, std::size_t number) {
  std::string text = "Tree=" + std::to_string(number) + "\nnum_leaves=" +
                     std::to_string(tree.leaves.size()) + "\nnum_cat=" +
                     std::to_string(tree.words.size()) + "\n";
  if (!tree.splits.empty()) {
    text += Line("split_feature", tree.splits, [](const Split& s) { return s.feature; });
    text += Line("threshold", tree.splits, [](const Split& s) { return s.threshold; });
    text += Line("decision_type", tree.splits, [](const Split& s) { return s.decision; });
    text += Line("left_child", tree.splits, [](const Split& s) { return s.left; });
    text += Line("right_child", tree.splits, [](const Split& s) { return s.right; });
  }
  text += Line("leaf_value", tree.leaves, [](double leaf) { return leaf; });
  if (!tree.words.empty()) {
    std::vector<std::size_t> boundaries;
    for (std::size_t i = 0; i <= tree.words.size(); ++i) boundaries.push_back(i);
    text += Line("cat_boundaries", boundaries, [](std::size_t b) { return b; });
    text += Line("cat_threshold", tree.words, [](std::uint32_t w) { return w; });
  }
  return text + "is_linear=0\nshrinkage=1\n\n\n";
}

std::string ModelText(const std::vector<RandomTree>& trees, std::size_t features,
                      const std::string& head) {
  std::string text = "tree\nversion=v4\n" + head + "label_index=0\nmax_feature_idx=" +
                     std::to_string(features - 1) + "\nfeature_names=";
  for (std::size_t i = 0; i < features; ++i) {
    text += (i == 0 ? "Column_" : " Column_") + std::to_string(i);
  }
  text += "\n\n";
  for (std::size_t i = 0; i < trees.size(); ++i) text += TreeText(trees[i], i);
  return text + "end of trees\n\nparameters:\n[boosting: gbdt]\nend of parameters\n";
}

double RandomValue(Rng& rng) {
  switch (rng.Below(8)) {
    case 0: return kNaN;
    case 1: return 0;
    case 2: return -0.0;
    case 3: return 1e-36;
    case 4: return -0.5;
    case 5: return static_cast<double>(rng.Below(40));
    default: return std::round((rng.Uniform() - 0.5) * 8) / 4;
  }
}

std::string OneClass(const std::string& objective) {
  return "num_class=1\nnum_tree_per_iteration=1\nobjective=" + objective + "\n";
}

TEST(Lightgbm, RandomModelsGiveWhatItsRulesGiveBitForBit) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    const std::size_t features = 1 + rng.Below(10);
    std::vector<RandomTree> trees;
    for (std::size_t i = 0; i < 1 + rng.Below(20); ++i) trees.push_back(MakeTree(rng, features));
    auto predictor = testing::CompileAndLoad(
        testing::ArtifactOf("model.txt", ModelText(trees, features, OneClass("regression"))));
    ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
    data::Batch rows((*predictor)->signature().inputs);
    data::Batch predictions((*predictor)->signature().output_columns);
    std::vector<double> wanted;
    for (std::size_t row = 0; row < 50; ++row) {
      std::vector<double> values(features);
      for (std::size_t i = 0; i < features; ++i) {
        values[i] = RandomValue(rng);
        rows.column(i).Append(values[i]);
      }
      double sum = 0;
      for (const RandomTree& tree : trees) sum += Interpret(tree, values);
      wanted.push_back(sum);
    }
    rows.SetRows(wanted.size());
    ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
    for (std::size_t row = 0; row < wanted.size(); ++row) {
      ASSERT_EQ(predictions.column(0).Values<double>()[row], wanted[row]) << seed << " " << row;
    }
  }
}

TEST(Lightgbm, ObjectivesTransformTheSum) {
  RandomTree tree;
  tree.leaves = {0.75};
  struct Case {
    const char* objective;
    double wanted;
  };
  const Case cases[] = {{"binary sigmoid:2", 1 / (1 + std::exp(-1.5))},
                        {"poisson", std::exp(0.75)},
                        {"regression sqrt", 0.5625},
                        {"cross_entropy", 1 / (1 + std::exp(-0.75))},
                        {"cross_entropy_lambda", std::log1p(std::exp(0.75))},
                        {"quantile alpha:0.9", 0.75},
                        {"", 0.75}};
  for (const Case& c : cases) {
    auto predictor = testing::CompileAndLoad(
        testing::ArtifactOf("m", ModelText({tree}, 1, OneClass(c.objective))));
    ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
    data::Batch rows((*predictor)->signature().inputs);
    rows.column(0).Append(1.0);
    rows.SetRows(1);
    data::Batch predictions((*predictor)->signature().output_columns);
    ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
    EXPECT_EQ(predictions.column(0).Values<double>()[0], c.wanted) << c.objective;
  }
}

TEST(Lightgbm, ClassesAndForestsShareTheTreesOut) {
  RandomTree one, two;
  one.leaves = {1};
  two.leaves = {3};
  const std::string head = "num_class=2\nnum_tree_per_iteration=2\naverage_output\n";
  auto predictor = testing::CompileAndLoad(
      testing::ArtifactOf("m", ModelText({one, two, two, one}, 1, head)));
  ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
  data::Batch rows((*predictor)->signature().inputs);
  rows.column(0).AppendNull();
  rows.SetRows(1);
  data::Batch predictions((*predictor)->signature().output_columns);
  ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
  EXPECT_EQ(predictions.column(0).Values<double>()[0], 2);
  EXPECT_EQ(predictions.column(1).Values<double>()[0], 2);
}

TEST(Lightgbm, DamagedTextsAreRefusedByName) {
  Rng rng(5);
  std::vector<RandomTree> trees;
  for (int i = 0; i < 3; ++i) trees.push_back(MakeTree(rng, 4));
  while (trees[0].splits.size() < 3) trees[0] = MakeTree(rng, 4);
  const std::string text = ModelText(trees, 4, OneClass("regression"));
  const std::size_t end = text.find("end of trees");
  for (std::size_t size = 0; size < end; ++size) {
    EXPECT_FALSE(Compile(testing::ArtifactOf("m", text.substr(0, size))).ok()) << size;
  }
  struct Case {
    std::string from, to;
    const char* message;
  };
  const Case cases[] = {
      {"version=v4", "version=v9", "version 'v9'"},
      {"objective=regression", "objective=mine", "objective 'mine'"},
      {"is_linear=0", "is_linear=1", "linear_tree"},
      {"shrinkage=1", "wobble=1", "unknown field 'wobble'"},
      {"left_child=", "left_child=99 ", "elements"},
      {"max_feature_idx=3", "max_feature_idx=70000", "limit"},
      {"max_feature_idx=3", "max_feature_idx=-1", "whole number"},
      {"num_leaves=", "num_leaves=9999999999", "limit"},
      {"leaf_value=", "leaf_value=nan ", "elements"},
      {"num_cat=", "num_cat=x", "whole number"},
  };
  for (const Case& c : cases) {
    std::string broken = text;
    broken.replace(broken.find(c.from), c.from.size(), c.to);
    auto flat = Compile(testing::ArtifactOf("m", broken));
    ASSERT_FALSE(flat.ok()) << c.to;
    EXPECT_THAT(flat.error().ToString(), HasSubstr(c.message)) << c.to;
  }
}

}  // namespace
}  // namespace mooring::model
