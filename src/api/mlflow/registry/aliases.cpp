#include "api/mlflow/registry/aliases.h"

#include "api/mlflow/registry/entities.h"
#include "api/mlflow/registry/rights.h"
#include "api/mlflow/registry/webhooks.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/fields.h"

namespace mooring::api::mlflow {
namespace {

using records::Catalogue;
using records::ModelVersion;
using records::Permission;

constexpr std::string_view kChampion = "champion";

// The catalogue and the alias that a request names.
struct Asked {
  Catalogue* catalogue = nullptr;
  Fields in;
  std::string name, alias;
  bool moves_traffic = false;
};

Result<Asked> AskOf(const Call& call) {
  ASSIGN_OR_RETURN(Catalogue* const catalogue, CatalogueOf(call));
  ASSIGN_OR_RETURN(Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(std::string name, in.Required("name"));
  ASSIGN_OR_RETURN(std::string alias, in.Required("alias"));
  return Asked{catalogue, std::move(in), std::move(name), std::move(alias)};
}

// What the change takes, which the alias decides.
Status CheckMayMove(const Call& call, Asked& asked) {
  RETURN_IF_ERROR(CheckSees(call, asked.name, NoSuchRegisteredModel(asked.name)));
  if (asked.alias == kChampion) {
    ASSIGN_OR_RETURN(const records::RegisteredModel model, asked.catalogue->Model(asked.name));
    asked.moves_traffic = model.has_contract;
  }
  const Act act{.permission = asked.moves_traffic ? Permission::kPromote : Permission::kRegister,
                .model = asked.name,
                .detail = asked.alias};
  return CheckMay(call, act, NoSuchRegisteredModel(asked.name));
}

// Through the registry that serving follows.
Status Promote(const Call& call, const Asked& asked, VersionNumber to,
               const records::Change& change) {
  records::Registry* const registry = call.api->use.registry;
  if (registry == nullptr) {
    return Error(Code::kUnsupported, "this server promotes no versions");
  }
  if (to != 0) {
    ASSIGN_OR_RETURN(const ModelVersion version, asked.catalogue->Version(asked.name, to));
    const auto& make_servable = call.api->use.make_servable;
    if (!version.native && !make_servable) {
      return Error(Code::kFailedPrecondition, "a version that a client made cannot serve here");
    }
    if (!version.native) RETURN_IF_ERROR(make_servable(asked.name, to, change));
  }
  const auto moved = registry->SetAlias(asked.name, asked.alias, to, change);
  return moved.ok() ? Ok() : Status(moved.error());
}

}  // namespace

Result<std::string> SetModelAlias(const Call& call) {
  ASSIGN_OR_RETURN(Asked asked, AskOf(call));
  ASSIGN_OR_RETURN(const std::string version, asked.in.Required("version"));
  RETURN_IF_ERROR(records::CheckPointerName(asked.alias));
  ASSIGN_OR_RETURN(const VersionNumber to, ReadVersionNumber(asked.name, version));
  RETURN_IF_ERROR(CheckMayMove(call, asked));
  const records::Change change = ChangeBy(call, "set by an MLflow client");
  if (asked.moves_traffic) {
    RETURN_IF_ERROR(Promote(call, asked, to, change));
  } else {
    ASSIGN_OR_RETURN(const auto moved,
                     asked.catalogue->SetAlias(asked.name, asked.alias, to, change));
  }
  TellEvent(call, "MODEL_VERSION_ALIAS", "CREATED",
            {{"name", asked.name}, {"alias", asked.alias}, {"version", std::to_string(to)}});
  return Nothing();
}

Result<std::string> DeleteModelAlias(const Call& call) {
  ASSIGN_OR_RETURN(Asked asked, AskOf(call));
  RETURN_IF_ERROR(CheckMayMove(call, asked));
  const records::Change change = ChangeBy(call, "deleted by an MLflow client");
  if (asked.moves_traffic) {
    // A pointer of that name, from before the contract, moves nothing.
    ASSIGN_OR_RETURN(const auto aliases, asked.catalogue->Aliases(asked.name));
    if (aliases.contains(asked.alias)) RETURN_IF_ERROR(Promote(call, asked, 0, change));
  } else {
    RETURN_IF_ERROR(asked.catalogue->DeleteAlias(asked.name, asked.alias, change));
  }
  TellEvent(call, "MODEL_VERSION_ALIAS", "DELETED", {{"name", asked.name}, {"alias", asked.alias}});
  return Nothing();
}

Result<std::string> GetVersionByAlias(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call));
  RETURN_IF_ERROR(CheckSees(call, asked.name, NoSuchRegisteredModel(asked.name)));
  ASSIGN_OR_RETURN(const ModelVersion version, asked.catalogue->VersionOf(asked.name, asked.alias));
  return ModelVersionJson(version);
}

}  // namespace mooring::api::mlflow
