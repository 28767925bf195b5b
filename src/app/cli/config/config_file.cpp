#include "app/cli/config/config_file.h"

#include <yaml-cpp/yaml.h>

#include <set>

#include "app/cli/config/settings.h"
#include "base/limits.h"
#include "base/text/nearest.h"

namespace mooring::app::cli {
namespace {

constexpr int kDeepest = 4;

struct Place {
  std::size_t line = 1, column = 1;
};

Place PlaceOf(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

bool IsGroup(const std::string& key) {
  for (const Setting& setting : AllSettings()) {
    if (setting.key.starts_with(key + ".")) return true;
  }
  return false;
}

// A scalar, or for lists a sequence of scalars joined by commas.
bool TextOf(const YAML::Node& value, const Setting& setting, std::string& text) {
  if (value.IsScalar()) {
    text = value.Scalar();
    return true;
  }
  if (!value.IsSequence() || setting.kind != SettingKind::kList) return false;
  for (const YAML::Node& item : value) {
    if (!item.IsScalar() || item.Scalar().find(',') != std::string::npos) return false;
    text += (text.empty() ? "" : ",") + item.Scalar();
  }
  return true;
}

class Walker {
 public:
  void Walk(const YAML::Node& node, const std::string& prefix, int depth) {
    std::set<std::string> seen;
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) {
        Problem(pair.first.Mark(), "a key must be plain text");
        continue;
      }
      const std::string key = prefix + pair.first.Scalar();
      if (!seen.insert(key).second) {
        Problem(pair.first.Mark(), "key '" + key + "' stands twice");
        continue;
      }
      Entry(pair.first, pair.second, key, depth);
    }
  }

  void Problem(const YAML::Mark& mark, std::string message, std::string help = {}) {
    const Place place = PlaceOf(mark);
    file.problems.push_back({place.line, place.column, std::move(message), std::move(help)});
  }

  ConfigFile file;

 private:
  void Entry(const YAML::Node& key_node, const YAML::Node& value, const std::string& key,
             int depth) {
    const Setting* setting = FindSetting(key);
    if (setting == nullptr && !IsGroup(key)) return UnknownKey(key_node, key);
    if (setting == nullptr && value.IsMap() && depth < kDeepest) {
      return Walk(value, key + ".", depth + 1);
    }
    if (setting == nullptr) {
      return Problem(value.Mark(), "'" + key + "' holds settings, not a value",
                     "mooring help config");
    }
    std::string text;
    if (!TextOf(value, *setting, text)) {
      return Problem(value.Mark(), key + " must be " + Describe(*setting));
    }
    if (const Status checked = CheckValue(*setting, text); !checked.ok()) {
      return Problem(value.Mark(), checked.error().message() + ": " + checked.error().why());
    }
    const Place place = PlaceOf(value.Mark());
    file.entries.push_back({key, text, place.line, place.column});
  }

  void UnknownKey(const YAML::Node& node, const std::string& key) {
    std::vector<std::string_view> names;
    for (const Setting& setting : AllSettings()) {
      names.push_back(setting.key);
      const std::size_t dot = setting.key.find('.');
      if (dot != std::string_view::npos) names.push_back(setting.key.substr(0, dot));
    }
    Problem(node.Mark(), "unknown key '" + key + "'", DidYouMean(key, names));
  }
};

}  // namespace

ConfigFile ParseConfigFile(std::string_view text) {
  Walker walker;
  if (text.size() > limits::kContractBytes) {
    walker.file.problems.push_back({1, 1, "file is larger than 256 KiB", ""});
    return std::move(walker.file);
  }
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (root.IsMap()) {
      walker.Walk(root, "", 0);
    } else if (!root.IsNull()) {
      walker.Problem(root.Mark(), "a configuration is a map of keys to values");
    }
  } catch (const YAML::Exception& error) {
    walker.Problem(error.mark, "not YAML: " + error.msg);
  }
  return std::move(walker.file);
}

Error ProblemsAsError(const std::vector<ConfigProblem>& problems, std::string_view file) {
  CHECK(!problems.empty());
  std::string lines;
  for (const ConfigProblem& problem : problems) {
    lines += (lines.empty() ? "" : "\n") + std::string(file) + ":" + std::to_string(problem.line) +
             ":" + std::to_string(problem.column) + ": " + problem.message +
             (problem.help.empty() ? "" : "; " + problem.help);
  }
  const bool several = problems.size() > 1;
  return Error(Code::kInvalidArgument, std::to_string(problems.size()) + " error" +
                                           (several ? "s" : "") + " in " + std::string(file))
      .Why(lines)
      .Help("mooring help config");
}

}  // namespace mooring::app::cli
