#include "records/contract/contract.h"

#include <algorithm>
#include <utility>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/limits.h"
#include "base/text/nearest.h"
#include "records/contract/keys.h"
#include "records/contract/limit_meaning.h"
#include "records/contract/meaning.h"
#include "records/contract/value.h"
#include "records/contract/yaml_tree.h"

namespace mooring::records {
namespace {

std::string Joined(std::string_view parent, std::string_view name) {
  return parent.empty() ? std::string(name) : std::string(parent) + "." + std::string(name);
}

const ContractKey* FindRow(std::string_view pattern) {
  const auto keys = ContractKeys();
  const auto found = std::ranges::find(keys, pattern, &ContractKey::path);
  return found == keys.end() ? nullptr : &*found;
}

// Walks a tree by the table, fills the contract, notes every error and where each path stands.
class Walk {
 public:
  Walk(Contract& contract, PlacedErrors& errors) : contract_(contract), errors_(errors) {}

  void Root(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::kNull) {
      errors_.Add({1, 1}, "", "the contract is empty", "start with 'model:' and 'owner:'");
    } else if (!root.is_map()) {
      errors_.Add(root.place, "", "a contract is a map of keys",
                  "start with 'model:' and 'owner:'");
    } else {
      Keys("", "", root);
    }
  }

 private:
  // The keys of a map; `pattern` is its row's path, "" at the top.
  void Keys(std::string_view pattern, const std::string& path, const YamlNode& map) {
    const ContractKey* any = FindRow(std::string(pattern) + ".*");
    for (std::size_t i = 0; i < map.items.size(); ++i) {
      const YamlKey& key = map.keys[i];
      const std::string here = Joined(path, Printable(key.name));
      errors_.Remember(here, key.place);
      const ContractKey* row = any != nullptr ? any : FindRow(Joined(pattern, key.name));
      if (row == nullptr || (any == nullptr && key.name.find_first_of(".[*") != key.name.npos)) {
        const auto known = ContractKeysUnder(pattern);
        errors_.Add(key.place, here, "unknown key", DidYouMean(key.name, known));
      } else if (any == nullptr || NameIsFine(key, here)) {
        Visit(*row, here, map.items[i], key.name);
      }
    }
    if (any == nullptr) Required(pattern, path, map);
  }

  void Required(std::string_view pattern, const std::string& path, const YamlNode& map) {
    for (const std::string_view name : ContractKeysUnder(pattern)) {
      const ContractKey* row = FindRow(Joined(pattern, name));
      const bool given = std::ranges::find(map.keys, name, &YamlKey::name) != map.keys.end();
      if (row->required && !given) {
        errors_.Add(map.place, Joined(path, name), "is required", DescribeKind(row->value));
      }
    }
  }

  bool NameIsFine(const YamlKey& key, const std::string& path) {
    YamlNode name;
    name.text = key.name;
    const auto read = ReadValue({ValueKind::kColumn}, name);
    if (!read.ok()) errors_.Add(key.place, path, "name " + read.error().message(), "");
    return read.ok();
  }

  void Visit(const ContractKey& row, const std::string& path, const YamlNode& node,
             std::string_view name) {
    using Kind = YamlNode::Kind;
    if (node.kind == Kind::kBroken) return;
    if (node.kind == Kind::kNull) {
      errors_.Add(node.place, path, "has no value", DescribeKind(row.value));
    } else if (row.value.list && !(node.is_map() && HasKeys(row))) {
      List(row, path, node, name);
    } else if (node.is_list()) {
      errors_.Add(node.place, path, "is a list", DescribeKind(row.value));
    } else if (node.is_map() || !row.shorthand.empty()) {
      Map(row, path, node, name);
    } else {
      Scalar(row, path, node);
    }
  }

  static bool HasKeys(const ContractKey& row) {
    return FindRow(std::string(row.path) + ".*") != nullptr || !ContractKeysUnder(row.path).empty();
  }

  void Map(const ContractKey& row, const std::string& path, const YamlNode& node,
           std::string_view name) {
    if (!HasKeys(row)) {
      errors_.Add(node.place, path, "is a map", DescribeKind(row.value));
      return;
    }
    Value begin;
    begin.place = node.place;
    begin.text = name;
    begin.is_map = true;
    if (row.set != nullptr) row.set(contract_, begin);
    if (node.is_map()) return Keys(row.path, path, node);
    Scalar(*FindRow(Joined(row.path, row.shorthand)), path, node);
  }

  void Scalar(const ContractKey& row, const std::string& path, const YamlNode& node) {
    const auto value = ReadValue(row.value, node);
    if (!value.ok()) {
      errors_.Add(node.place, path, value.error().message(), value.error().help());
    } else {
      Keep(row, path, *value);
    }
  }

  void List(const ContractKey& row, const std::string& path, const YamlNode& node,
            std::string_view name) {
    if (!node.is_list()) {
      errors_.Add(node.place, path, "is not a list", DescribeKind(row.value));
      return;
    }
    const ContractKey* element = FindRow(std::string(row.path) + "[]");
    const std::size_t before = errors_.count();
    Value list;
    list.place = node.place;
    list.text = name;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string here = path + "[" + std::to_string(i) + "]";
      errors_.Remember(here, node.items[i].place);
      list.items.push_back(Element(row, element, here, node.items[i]));
    }
    if (errors_.count() == before) Keep(row, path, list);
  }

  Value Element(const ContractKey& row, const ContractKey* element, const std::string& path,
                const YamlNode& node) {
    if (element != nullptr) {
      Visit(*element, path, node, "");
      return {};
    }
    if (node.kind == YamlNode::Kind::kBroken) return {};
    ValueRule one = row.value;
    one.list = false;
    if (!node.is_scalar()) {
      errors_.Add(node.place, path, "is not a single value", DescribeKind(one));
      return {};
    }
    auto value = ReadValue(one, node);
    if (value.ok()) return std::move(value).value();
    errors_.Add(node.place, path, value.error().message(), value.error().help());
    return {};
  }

  void Keep(const ContractKey& row, const std::string& path, const Value& value) {
    if (row.check != nullptr) {
      if (std::string wrong = row.check(value); !wrong.empty()) {
        errors_.Add(value.place, path, std::move(wrong), "");
        return;
      }
    }
    if (row.value.kind == ValueKind::kExpression) {
      errors_.RememberExpression({path, value.text, value.place});
    }
    if (row.set != nullptr) row.set(contract_, value);
  }

  // A name as it stands in paths: itself unless it is hostile.
  static std::string Printable(std::string_view name) {
    const bool plain = name.size() <= limits::kNameBytes && std::ranges::none_of(name, [](char c) {
                         return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
                       });
    return plain ? std::string(name) : Quoted(name);
  }

  Contract& contract_;
  PlacedErrors& errors_;
};

void NoteNotEnforced(const YamlNode& root, const PlacedErrors& errors, Contract& contract) {
  if (!root.is_map()) return;
  for (const ContractKey& key : ContractKeys()) {
    if (!key.enforced && errors.Has(key.path)) contract.not_enforced.emplace_back(key.path);
  }
}

std::vector<ContractError> Check(std::string_view text, Contract& contract) {
  PlacedErrors errors;
  YamlTree tree = ReadYaml(text);
  for (YamlProblem& problem : tree.problems) {
    errors.Add(problem.place, "", std::move(problem.message), std::move(problem.help));
  }
  // What could be read of a text that is not YAML would only raise errors that are none.
  const bool whole = std::ranges::none_of(tree.problems, [](const YamlProblem& problem) {
    return problem.message.starts_with("not YAML");
  });
  if (whole && (tree.problems.empty() || tree.root.is_map())) {
    Walk(contract, errors).Root(tree.root);
    SettleLimits(contract, errors);
    if (tree.root.is_map()) CheckMeaning(contract, errors);
    NoteNotEnforced(tree.root, errors, contract);
  }
  return std::move(errors).InOrder();
}

}  // namespace

const InputRule* Contract::FindInput(std::string_view name) const {
  const auto found = std::ranges::find(inputs, name, &InputRule::name);
  return found == inputs.end() ? nullptr : &*found;
}

const LimitRule* Contract::FindLimit(std::string_view name) const {
  const auto found = std::ranges::find(limits, name, &LimitRule::name);
  return found == limits.end() ? nullptr : &*found;
}

const std::vector<FallbackStep>& Contract::FallbackFor(FallbackCause cause) const {
  const auto own = fallback_by_cause.find(cause);
  return own == fallback_by_cause.end() ? fallback : own->second;
}

std::vector<ContractError> CheckContract(std::string_view text) {
  Contract contract;
  return Check(text, contract);
}

Result<Contract> ParseContract(std::string_view text, std::string_view file) {
  Contract contract;
  const auto errors = Check(text, contract);
  if (!errors.empty()) {
    std::string message;
    for (const ContractError& error : errors) {
      if (!message.empty()) message += '\n';
      message += error.ToString(file);
    }
    const ContractError& first = errors.front();
    return Error(Code::kInvalidArgument, std::move(message))
        .Where(std::string(file) + ":" + std::to_string(first.line) + ":" +
               std::to_string(first.column));
  }
  contract.text = text;
  contract.hash = Hex(Sha256Of(AsBytes(text)));
  return contract;
}

std::string ContractError::ToString(std::string_view file) const {
  std::string line_text(file);
  line_text += ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  if (!path.empty()) line_text += path + ": ";
  line_text += message;
  if (!help.empty()) line_text += "; " + help;
  return line_text;
}

}  // namespace mooring::records
