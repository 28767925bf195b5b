// What a contract's parts say together: rules over several keys, checked after each key was found
// right.
//
// Thread safety: pure but for the PlacedErrors given, which is not shared.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "records/contract/contract.h"
#include "records/contract/yaml_tree.h"

namespace mooring::records {

// Errors as they are found, and the places of the paths that errors are found at.
class PlacedErrors {
 public:
  void Remember(const std::string& path, Place place) { places_.emplace(path, place); }
  struct Written {
    std::string path, text;
    Place place;
  };
  void RememberExpression(Written expression) { expressions_.push_back(std::move(expression)); }
  // Every expression of the file.
  const std::vector<Written>& expressions() const { return expressions_; }
  bool Has(std::string_view path) const { return places_.contains(path); }
  // Whether an error was added for exactly this path.
  bool Failed(std::string_view path) const { return failed_.contains(path); }
  // Whether one was added for the section or anything in it.
  bool FailedUnder(std::string_view section) const;
  void Add(Place place, std::string path, std::string message, std::string help);
  // At the path's own place, or that of the nearest parent that stands in the file.
  void AddAt(const std::string& path, std::string message, std::string help = {});
  std::size_t count() const { return count_; }
  // By place; after limits::kContractErrors one line that counts the rest.
  std::vector<ContractError> InOrder() &&;

 private:
  std::map<std::string, Place, std::less<>> places_;
  std::vector<Written> expressions_;
  std::set<std::string, std::less<>> failed_;
  std::vector<ContractError> errors_;
  std::size_t count_ = 0;
};

void CheckMeaning(const Contract& contract, PlacedErrors& errors);

}  // namespace mooring::records
