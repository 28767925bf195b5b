#include "records/contract/yaml_form.h"

#include <algorithm>
#include <utility>

#include "base/text/nearest.h"

namespace mooring::records {
namespace {

const YamlNode& EmptyMap() {
  static const YamlNode empty;
  return empty;
}

}  // namespace

YamlForm::YamlForm(PlacedErrors& errors, const YamlNode& node, std::string path)
    : errors_(errors), map_(node.is_map() ? node : EmptyMap()), path_(std::move(path)) {
  if (!node.is_map() && node.kind != YamlNode::Kind::kBroken) {
    errors_.Add(node.place, path_, "must be a map of keys", "");
  }
}

std::string YamlForm::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const YamlNode* YamlForm::Find(std::string_view key) {
  asked_.push_back(key);
  for (std::size_t i = 0; i < map_.items.size(); ++i) {
    if (map_.keys[i].name == key) return &map_.items[i];
  }
  return nullptr;
}

const YamlNode* YamlForm::Need(std::string_view key, std::string_view help) {
  const YamlNode* found = Find(key);
  if (found == nullptr) errors_.Add(map_.place, PathOf(key), "is required", std::string(help));
  return found;
}

std::optional<Value> YamlForm::Read(std::string_view key, const YamlNode* node,
                                    const ValueRule& rule) {
  if (node == nullptr || node->kind == YamlNode::Kind::kBroken) return std::nullopt;
  if (!node->is_scalar()) {
    errors_.Add(node->place, PathOf(key), "must be a single value", DescribeKind(rule));
    return std::nullopt;
  }
  auto value = ReadValue(rule, *node);
  if (value.ok()) return std::move(*value);
  errors_.Add(node->place, PathOf(key), value.error().message(), value.error().help());
  return std::nullopt;
}

std::optional<Value> YamlForm::Get(std::string_view key, const ValueRule& rule) {
  return Read(key, Find(key), rule);
}

std::optional<Value> YamlForm::GetNeeded(std::string_view key, const ValueRule& rule) {
  return Read(key, Need(key, DescribeKind(rule)), rule);
}

std::vector<std::string> YamlForm::Texts(std::string_view key) {
  const YamlNode* node = Find(key);
  if (node == nullptr || node->kind == YamlNode::Kind::kBroken) return {};
  if (node->is_scalar()) return {node->text};
  std::vector<std::string> texts;
  const bool good =
      node->is_list() && std::all_of(node->items.begin(), node->items.end(),
                                     [](const auto& each) { return each.is_scalar(); });
  if (!good) {
    errors_.Add(node->place, PathOf(key), "must be a list of texts", "");
    return {};
  }
  for (const YamlNode& item : node->items) texts.push_back(item.text);
  return texts;
}

void YamlForm::Fail(std::string_view key, std::string message, std::string help) {
  Place place = map_.place;
  for (const YamlKey& each : map_.keys) {
    if (each.name == key) place = each.place;
  }
  errors_.Add(place, PathOf(key), std::move(message), std::move(help));
}

void YamlForm::Finish() {
  for (const YamlKey& key : map_.keys) {
    if (std::ranges::find(asked_, key.name) != asked_.end()) continue;
    errors_.Add(key.place, PathOf(key.name.substr(0, 128)), "unknown key",
                DidYouMean(key.name, asked_));
  }
}

void AddProblems(const YamlTree& tree, PlacedErrors& errors) {
  for (const YamlProblem& problem : tree.problems) {
    errors.Add(problem.place, "", problem.message, problem.help);
  }
}

Status Together(PlacedErrors errors, std::string_view file) {
  const std::vector<ContractError> all = std::move(errors).InOrder();
  if (all.empty()) return Ok();
  std::string message;
  for (const ContractError& error : all) {
    message += (message.empty() ? "" : "\n") + error.ToString(file);
  }
  return Error(Code::kInvalidArgument, std::move(message))
      .Where(std::string(file) + ":" + std::to_string(all[0].line) + ":" +
             std::to_string(all[0].column));
}

}  // namespace mooring::records
