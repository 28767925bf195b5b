// Principal: who calls and what they may, as every request carries it. Immutable: a change makes a
// new one (records/access/access_book.h).
//
// Thread safety: immutable but for the budget. Cost of a check: a binary search over the models
// that are granted one by one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "records/access/caller_budget.h"
#include "records/access/permissions.h"

namespace mooring::records {

class Principal {
 public:
  // `grants` may repeat models. `budget` null: without caps.
  Principal(std::string name, std::span<const Grant> grants,
            std::shared_ptr<CallerBudget> budget = nullptr);
  // Whoever calls a server that asks nobody: no name, every role.
  static std::shared_ptr<const Principal> Local();

  const std::string& name() const { return name_; }
  CallerBudget* budget() const { return budget_.get(); }
  const std::shared_ptr<CallerBudget>& shared_budget() const { return budget_; }

  RoleSet RolesOn(std::string_view model) const;
  bool May(Permission permission, std::string_view model) const {
    return Allows(RolesOn(model), permission);
  }
  // Over every model, those to come too; over at least one.
  bool MayEverywhere(Permission permission) const { return Allows(everywhere_, permission); }
  bool MaySomewhere(Permission permission) const { return Allows(somewhere_, permission); }
  // Whether there is such a model as far as this caller is told.
  bool Sees(std::string_view model) const { return May(Permission::kReadMetadata, model); }
  bool SeesAll() const { return MayEverywhere(Permission::kReadMetadata); }

 private:
  std::string name_;
  RoleSet everywhere_ = 0, somewhere_ = 0;
  std::vector<std::pair<std::string, RoleSet>> models_;  // by name
  std::shared_ptr<CallerBudget> budget_;
};

// 1 to 128 characters of [A-Za-z0-9_.@:/|+-], the first a letter or digit: a person, a service, a
// name in a certificate. kInvalidArgument.
Status ValidatePrincipalName(std::string_view name);

}  // namespace mooring::records
