// ContractKeys: the one table of everything that may stand in a contract. The parser walks it,
// `mooring config explain` prints it, docs/reference/contract.md is made from it: a key that is not
// a row here does not exist anywhere.
//
// Paths are patterns: "inputs.*.min" is `min` of any input, "limits[].name" is `name` of any list
// entry. Thread safety: constant data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "records/contract/contract.h"
#include "records/contract/value.h"

namespace mooring::records {

struct ContractKey {
  std::string_view path;
  ValueRule value;
  std::string_view default_text = {};  // as one would write it; empty: nothing stands in
  std::string_view meaning;
  bool required = false;            // in the map that it belongs to
  bool enforced = true;             // false: checked for shape only, in this program's version
  std::string_view shorthand = {};  // a scalar in the map's place is this key's value
  // Puts the value into the contract; into the last input, limit … where the path has one. Null:
  // the value is checked and not kept. Called for a map before its keys, with Value::is_map.
  void (*set)(Contract& contract, const Value& value) = nullptr;
  // What is wrong with a value of the right kind; empty when nothing is.
  std::string (*check)(const Value& value) = nullptr;
};

std::span<const ContractKey> ContractKeys();

// The row of a pattern ("inputs.*.min") or of a concrete path ("inputs.hour.min",
// "limits[2].name"); null when there is none.
const ContractKey* ExplainContractKey(std::string_view path);

// Names of the keys directly under a pattern: "type", "min", … under "inputs.*".
std::vector<std::string_view> ContractKeysUnder(std::string_view pattern);

// docs/reference/contract.md, whole.
std::string ContractReference();

}  // namespace mooring::records
