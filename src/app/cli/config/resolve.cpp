#include "app/cli/config/resolve.h"

#include "app/cli/config/config_file.h"
#include "base/limits.h"
#include "base/text/nearest.h"

namespace mooring::app::cli {
namespace {

constexpr std::string_view kPrefix = "MOORING_";
// Names with our prefix that are no settings.
constexpr std::string_view kOthers[] = {"MOORING_CONFIG", "MOORING_TOKEN", "MOORING_UPDATE_GOLDEN"};

Status ApplyFile(const Context& context, const std::string& path, Settings& settings) {
  ASSIGN_OR_RETURN(const std::string text, context.files->ReadFile(path, limits::kContractBytes));
  const ConfigFile file = ParseConfigFile(text);
  if (!file.problems.empty()) return ProblemsAsError(file.problems, path);
  for (const ConfigEntry& entry : file.entries) {
    settings.Set(entry.key, entry.text,
                 path + ":" + std::to_string(entry.line) + ":" + std::to_string(entry.column));
  }
  return Ok();
}

const Setting* SettingOfVariable(std::string_view name) {
  for (const Setting& setting : AllSettings()) {
    if (EnvironmentName(setting.key) == name) return &setting;
  }
  return nullptr;
}

// Others' variables may have our prefix (Kubernetes names a service's so), so only a slip is
// mentioned.
void WarnOfSlip(const std::string& name, Settings& settings) {
  std::vector<std::string> names;
  for (const Setting& setting : AllSettings()) names.push_back(EnvironmentName(setting.key));
  const std::vector<std::string_view> views(names.begin(), names.end());
  if (const std::string meant = DidYouMean(name, views); !meant.empty()) {
    settings.warnings.push_back("unknown environment variable " + name + ": " + meant);
  }
}

Status ApplyEnvironment(const Context& context, Settings& settings) {
  for (const auto& [name, value] : context.environment) {
    if (!name.starts_with(kPrefix)) continue;
    if (std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) continue;
    const Setting* setting = SettingOfVariable(name);
    if (setting == nullptr) {
      WarnOfSlip(name, settings);
      continue;
    }
    if (auto checked = CheckValue(*setting, value); !checked.ok()) {
      return Error(checked.error()).Where("environment " + name);
    }
    settings.Set(setting->key, value, "environment " + name);
  }
  return Ok();
}

Status ApplyFlags(const Command& command, const Args& args, Settings& settings) {
  for (const auto& [name, values] : args.flags()) {
    const Flag* flag = FindFlag(command, name);
    if (flag == nullptr || flag->setting.empty()) continue;
    const Setting* setting = FindSetting(flag->setting);
    CHECK(setting != nullptr);
    std::string value = flag->value.empty() ? "true" : values.front();
    for (std::size_t i = 1; i < values.size(); ++i) value += "," + values[i];
    if (auto checked = CheckValue(*setting, value); !checked.ok()) {
      return Error(checked.error()).Where("flag --" + name);
    }
    settings.Set(setting->key, std::move(value), "flag --" + name);
  }
  return Ok();
}

}  // namespace

std::string FindConfigFile(const Context& context, const Args& args) {
  if (args.Has("config")) return args.Text("config");
  if (std::string named = context.Environment("MOORING_CONFIG"); !named.empty()) return named;
  std::vector<std::string> places = {"mooring.yaml"};
  std::string home = context.Environment("XDG_CONFIG_HOME");
  if (home.empty() && !context.Environment("HOME").empty()) {
    home = context.Environment("HOME") + "/.config";
  }
  if (!home.empty()) places.push_back(home + "/mooring/mooring.yaml");
  places.emplace_back("/etc/mooring/mooring.yaml");
  for (const std::string& place : places) {
    if (context.files->Exists(place)) return place;
  }
  return "";
}

Result<Settings> ResolveSettings(const Context& context, const Command& command, const Args& args) {
  Settings settings;
  const std::string file = FindConfigFile(context, args);
  if (!file.empty()) RETURN_IF_ERROR(ApplyFile(context, file, settings));
  RETURN_IF_ERROR(ApplyEnvironment(context, settings));
  RETURN_IF_ERROR(ApplyFlags(command, args, settings));
  return settings;
}

}  // namespace mooring::app::cli
