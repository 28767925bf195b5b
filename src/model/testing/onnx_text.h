// Writes small ONNX models byte by byte, so that tests and benches need no other tool: a message is
// a string, a field is appended to it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model::testing {

class OnnxMessage {
 public:
  OnnxMessage& Number(std::uint32_t field, std::uint64_t value) {
    Varint(std::uint64_t{field} << 3);
    Varint(value);
    return *this;
  }
  OnnxMessage& Text(std::uint32_t field, std::string_view bytes) {
    Varint(std::uint64_t{field} << 3 | 2);
    Varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  OnnxMessage& Message(std::uint32_t field, const OnnxMessage& message) {
    return Text(field, message.bytes());
  }
  OnnxMessage& Float(std::uint32_t field, float value) {
    Varint(std::uint64_t{field} << 3 | 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

// AttributeProto: name 1, type 20 (1 float, 2 int, 3 string, 6 floats, 7 ints, 8 strings).
inline OnnxMessage OnnxInteger(std::string_view name, std::int64_t value) {
  return OnnxMessage().Text(1, name).Number(3, static_cast<std::uint64_t>(value)).Number(20, 2);
}
inline OnnxMessage OnnxString(std::string_view name, std::string_view value) {
  return OnnxMessage().Text(1, name).Text(4, value).Number(20, 3);
}
inline OnnxMessage OnnxFloats(std::string_view name, const std::vector<float>& values) {
  OnnxMessage made = OnnxMessage().Text(1, name);
  for (const float value : values) made.Float(7, value);
  return made.Number(20, 6);
}
inline OnnxMessage OnnxIntegers(std::string_view name, const std::vector<std::int64_t>& values) {
  OnnxMessage made = OnnxMessage().Text(1, name);
  for (const std::int64_t value : values) made.Number(8, static_cast<std::uint64_t>(value));
  return made.Number(20, 7);
}
inline OnnxMessage OnnxStrings(std::string_view name, const std::vector<std::string>& values) {
  OnnxMessage made = OnnxMessage().Text(1, name);
  for (const std::string& value : values) made.Text(9, value);
  return made.Number(20, 8);
}

struct OnnxNode {
  std::string op, domain;
  std::vector<std::string> inputs, outputs;
  std::vector<OnnxMessage> attributes;
};
inline OnnxMessage OnnxNodeMessage(const OnnxNode& node) {
  OnnxMessage made;
  for (const std::string& input : node.inputs) made.Text(1, input);
  for (const std::string& output : node.outputs) made.Text(2, output);
  made.Text(4, node.op);
  for (const OnnxMessage& attribute : node.attributes) made.Message(5, attribute);
  return made.Text(7, node.domain);
}

// ValueInfoProto of a tensor; a dimension below zero is left open.
inline OnnxMessage OnnxTensorInfo(std::string_view name, std::uint64_t type,
                                  const std::vector<std::int64_t>& shape) {
  OnnxMessage dimensions;
  for (const std::int64_t size : shape) {
    OnnxMessage dimension;
    if (size < 0) {
      dimension.Text(2, "N");
    } else {
      dimension.Number(1, static_cast<std::uint64_t>(size));
    }
    dimensions.Message(1, dimension);
  }
  const OnnxMessage tensor = OnnxMessage().Number(1, type).Message(2, dimensions);
  return OnnxMessage().Text(1, name).Message(2, OnnxMessage().Message(1, tensor));
}

inline OnnxMessage OnnxFloatTensor(std::string_view name, const std::vector<std::int64_t>& shape,
                                   const std::vector<float>& values) {
  OnnxMessage made;
  for (const std::int64_t size : shape) made.Number(1, static_cast<std::uint64_t>(size));
  made.Number(2, 1).Text(8, name);
  std::string raw(values.size() * sizeof(float), '\0');
  std::memcpy(raw.data(), values.data(), raw.size());
  return made.Text(9, raw);
}

struct OnnxGraph {
  std::vector<OnnxNode> nodes;
  std::vector<OnnxMessage> initialisers, inputs, outputs;
};
inline std::string OnnxModel(const OnnxGraph& graph) {
  OnnxMessage made;
  for (const OnnxNode& node : graph.nodes) made.Message(1, OnnxNodeMessage(node));
  made.Text(2, "graph");
  for (const OnnxMessage& tensor : graph.initialisers) made.Message(5, tensor);
  for (const OnnxMessage& input : graph.inputs) made.Message(11, input);
  for (const OnnxMessage& output : graph.outputs) made.Message(12, output);
  return OnnxMessage()
      .Number(1, 8)
      .Message(7, made)
      .Message(8, OnnxMessage().Text(1, "").Number(2, 13))
      .Message(8, OnnxMessage().Text(1, "ai.onnx.ml").Number(2, 3))
      .bytes();
}

// The margins of a one-output float32 ensemble as a TreeEnsembleRegressor, for benches.
inline std::string OnnxTrees(const Ensemble& ensemble) {
  std::vector<std::int64_t> trees, ids, features, yes, no, missing, leaf_trees, leaf_ids, targets;
  std::vector<float> thresholds, weights;
  std::vector<std::string> modes;
  for (std::size_t tree = 0; tree < ensemble.trees.size(); ++tree) {
    const auto number = static_cast<std::int64_t>(tree);
    const auto& nodes = ensemble.trees[tree].nodes;
    for (std::size_t id = 0; id < nodes.size(); ++id) {
      const Node& node = nodes[id];
      trees.push_back(number);
      ids.push_back(static_cast<std::int64_t>(id));
      features.push_back(node.is_leaf ? 0 : node.feature);
      thresholds.push_back(node.is_leaf ? 0 : static_cast<float>(node.value));
      yes.push_back(node.is_leaf ? 0 : node.first_child);
      no.push_back(node.is_leaf ? 0 : node.first_child + 1);
      missing.push_back(!node.is_leaf && node.default_first ? 1 : 0);
      modes.push_back(node.is_leaf ? "LEAF" : "BRANCH_LT");
      if (!node.is_leaf) continue;
      leaf_trees.push_back(number);
      leaf_ids.push_back(static_cast<std::int64_t>(id));
      targets.push_back(0);
      weights.push_back(static_cast<float>(node.value));
    }
  }
  OnnxNode regressor{"TreeEnsembleRegressor", "ai.onnx.ml", {"x"}, {"margin"}, {}};
  regressor.attributes = {
      OnnxInteger("n_targets", 1), OnnxFloats("base_values",
          {static_cast<float>(ensemble.base_margins[0])}),
      OnnxIntegers("nodes_treeids", trees), OnnxIntegers("nodes_nodeids", ids),
      OnnxIntegers("nodes_featureids", features), OnnxFloats("nodes_values", thresholds),
      OnnxStrings("nodes_modes", modes), OnnxIntegers("nodes_truenodeids", yes),
      OnnxIntegers("nodes_falsenodeids", no),
          OnnxIntegers("nodes_missing_value_tracks_true", missing),
      OnnxIntegers("target_treeids", leaf_trees), OnnxIntegers("target_nodeids", leaf_ids),
      OnnxIntegers("target_ids", targets), OnnxFloats("target_weights", weights)};
  OnnxGraph graph;
  graph.nodes = {regressor};
  graph.inputs = {OnnxTensorInfo("x", 1, {-1, ensemble.features})};
  graph.outputs = {OnnxTensorInfo("margin", 1, {-1, 1})};
  return OnnxModel(graph);
}

}  // namespace mooring::model::testing
