// Who may do what with a model of MLflow's registry. Names come in queries and bodies there, so
// each handler asks for itself; what it asks to change is told to the witness of administration,
// as the routes of the native API are.
//
// A model that the caller does not see is answered as one that does not exist, in the same words.
// Thread safety: pure but for the witness.
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "records/access/permissions.h"
#include "records/catalogue/catalogue.h"
#include "records/registry/registry.h"

namespace mooring::api::mlflow {

// "Registered Model with name=x not found"
Error NoSuchRegisteredModel(std::string_view name);
// "Model Version (name=x, version=3) not found"
Error NoSuchModelVersion(std::string_view name, std::string_view version);

// For calls that only read: `unseen` unless the caller sees the model.
Status CheckSees(const Call& call, std::string_view name, Error unseen);
// For calls that change it: `unseen`, or kPermissionDenied, or the witness's own error.
struct Act {
  records::Permission permission = records::Permission::kRegister;
  std::string_view model;
  std::string_view detail = {};  // what of it: an alias, a version
};
Status CheckMay(const Call& call, const Act& act, Error unseen);

// The change as histories keep it: by the caller, from their address.
records::Change ChangeBy(const Call& call, std::string_view reason);

// "3"; kInvalidArgument for what is no whole number, `NoSuchModelVersion` for one that no version
// can have.
Result<VersionNumber> ReadVersionNumber(std::string_view model, std::string_view text);

}  // namespace mooring::api::mlflow
