// YamlForm: one map of a YAML file read by asking for its keys; what was never asked for is an
// unknown key. For files that are too small for a table of their own; a contract has one (keys.h).
//
//   YamlForm form(errors, node, "sinks[0]");
//   if (const auto name = form.Get("name", {ValueKind::kName})) sink.name = name->text;
//   form.Finish();
//
// Thread safety: none. Errors are added to the PlacedErrors with the path and place of their key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "records/contract/meaning.h"
#include "records/contract/value.h"
#include "records/contract/yaml_tree.h"

namespace mooring::records {

class YamlForm {
 public:
  // `node` lives longer. What is no map is an error, and then no key is there.
  YamlForm(PlacedErrors& errors, const YamlNode& node, std::string path);

  // The node at a key; null when it is absent.
  const YamlNode* Find(std::string_view key);
  // The same, an error when it is absent; `help` says what to write.
  const YamlNode* Need(std::string_view key, std::string_view help);
  // The value at a key; nullopt when it is absent or wrong.
  std::optional<Value> Get(std::string_view key, const ValueRule& rule);
  std::optional<Value> GetNeeded(std::string_view key, const ValueRule& rule);
  // The texts of a list at a key, or of the one scalar there.
  std::vector<std::string> Texts(std::string_view key);
  // Says what is wrong with a key's value, at its place.
  void Fail(std::string_view key, std::string message, std::string help = {});
  // Every key that was not asked for is an error.
  void Finish();

  std::string PathOf(std::string_view key) const;
  PlacedErrors& errors() { return errors_; }

 private:
  std::optional<Value> Read(std::string_view key, const YamlNode* node, const ValueRule& rule);
  PlacedErrors& errors_;
  const YamlNode& map_;
  const std::string path_;
  std::vector<std::string_view> asked_;
};

// The errors of a file as one Error, a line each with `file` in front; ok when there are none.
Status Together(PlacedErrors errors, std::string_view file);
// The tree's own problems, as errors.
void AddProblems(const YamlTree& tree, PlacedErrors& errors);

}  // namespace mooring::records
