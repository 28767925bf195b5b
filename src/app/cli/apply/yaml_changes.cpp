#include "app/cli/apply/yaml_changes.h"

#include <yaml-cpp/yaml.h>

#include <map>
#include <utility>

namespace mooring::app::cli {
namespace {

constexpr int kDeepest = 16;
using Leaves = std::vector<std::pair<std::string, std::string>>;

void Collect(const YAML::Node& node, const std::string& path, int depth, Leaves& leaves) {
  const auto inside = [&](const std::string& name) {
    return path.empty() ? name : path + "." + name;
  };
  if (node.IsMap() && depth < kDeepest) {
    for (const auto& pair : node) {
      Collect(pair.second, inside(pair.first.Scalar()), depth + 1, leaves);
    }
  } else if (node.IsSequence() && depth < kDeepest) {
    for (std::size_t i = 0; i < node.size(); ++i) {
      Collect(node[i], inside(std::to_string(i)), depth + 1, leaves);
    }
  } else {
    leaves.emplace_back(path, node.IsScalar() ? node.Scalar() : "");
  }
}

Leaves LeavesOf(std::string_view text) {
  Leaves leaves;
  try {
    Collect(YAML::Load(std::string(text)), "", 0, leaves);
  } catch (const YAML::Exception&) {
    leaves.clear();
  }
  return leaves;
}

}  // namespace

std::vector<YamlChange> YamlChanges(std::string_view before, std::string_view after) {
  const Leaves olds = LeavesOf(before);
  const Leaves news = LeavesOf(after);
  std::map<std::string, std::string> known(olds.begin(), olds.end());
  std::vector<YamlChange> changes;
  for (const auto& [path, value] : news) {
    const auto found = known.find(path);
    if (found == known.end()) {
      changes.push_back({path, "", value, true, false});
      continue;
    }
    if (found->second != value) changes.push_back({path, found->second, value, false, false});
    known.erase(found);
  }
  for (const auto& [path, value] : olds) {
    if (known.count(path) != 0) changes.push_back({path, value, "", false, true});
  }
  return changes;
}

}  // namespace mooring::app::cli
