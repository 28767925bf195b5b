// Ensemble: a tree model or a linear model in the one shape that every tree format is translated
// into, before it is packed (flat_trees.h). Exists only while a model is compiled.
//
// A row goes to the first child when its value is missing and `default_first`, or when the value is
// below the threshold, or, at a category split, when the set holds it; else to the second. Children
// stand side by side after their parent, so a walk always ends.
//
// Margins are base + leaf + leaf + … in tree order and in the ensemble's precision: that order and
// that precision are what make them bit-equal to the library that trained the model.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/predictor.h"

namespace mooring::model {

enum class Precision : std::uint8_t { kFloat32 = 1, kFloat64 = 2 };

// From margins to answers. The formulas and their precision are in transform.h.
enum class Transform : std::uint8_t {
  kIdentity = 1,
  kSigmoid = 2,      // 1 / (1 + exp(-parameter x)); the parameter is 1 in float32 models
  kSoftmax = 3,      // a probability per group
  kArgmax = 4,       // the number of the first largest group
  kExp = 5,
  kHinge = 6,        // x > 0
  kSignedSquare = 7, // sign(x) x²
  kLog1pExp = 8,     // log(1 + exp(x))
  kSigmoidEach = 9,  // a sigmoid per group
};

// What the predictor puts into its outputs.
enum class Answer : std::uint8_t {
  kValue = 1,               // "prediction": the transformed margins
  kLabelAndProbability = 2, // "prediction": a class number; "probability": the transformed margins
};

struct Node {
  double value = 0;               // threshold; of a leaf: what it adds
  std::uint32_t feature = 0;
  std::uint32_t first_child = 0;  // the second stands after it
  std::uint32_t category_set = 0;
  bool is_leaf = true;
  bool default_first = false;
  bool is_category = false;
  bool zero_is_missing = false;
};

struct Tree {
  std::vector<Node> nodes;  // the root first, every child after its parent
  std::uint32_t group = 0;
};

struct Ensemble {
  Precision precision = Precision::kFloat32;
  Transform transform = Transform::kIdentity;
  Answer answer = Answer::kValue;
  double transform_parameter = 1;
  std::uint32_t divisor = 1;            // of the sum, for models that average
  bool refuse_infinite = false;         // as libxgboost does
  std::optional<double> missing;        // a number that stands for missing, besides NaN
  std::uint32_t features = 0;
  std::vector<double> base_margins;     // one a group
  std::vector<Tree> trees;
  std::vector<std::vector<std::uint32_t>> category_sets;  // bitsets, bit c of word c / 32
  // Linear models have no trees: features × groups, then one bias a group, as XGBoost stores them.
  std::vector<double> linear_weights;
  // The input column of each feature.
  std::vector<std::uint32_t> columns;
  data::Schema inputs;
  bool has_names = false;               // the inputs bear the model's own names
};

}  // namespace mooring::model
