#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

VersionNumber ChampionOf(const records::DesiredState& desired, const std::string& model) {
  for (const records::ModelRoute& route : desired.routes) {
    if (route.model == model) return route.champion;
  }
  return 0;
}

Result<ExitCode> RunList(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const auto models, store->Models());
  ASSIGN_OR_RETURN(const records::DesiredState desired, store->Desired());
  Listing listing("mooring.models/1", {{"model", "name"},
                                       {"champion", "version that answers"},
                                       {"versions", "how many are registered"},
                                       {"team", "owner: team"},
                                       {"person", "owner: person"},
                                       {"created", "when"},
                                       {"contract", "SHA-256 of the contract in force", false},
                                       {"purpose", "what it is for"}});
  for (const records::ModelRecord& model : models) {
    ASSIGN_OR_RETURN(const auto versions, store->Versions(model.name));
    const VersionNumber champion = ChampionOf(desired, model.name);
    listing.Add({model.name, champion == 0 ? Cell() : Cell(champion), versions.size(),
                 model.owner_team, model.owner_person, model.created, model.contract_hash,
                 model.purpose});
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (models.empty()) context.Hint("no models yet: mooring apply contract.yaml");
  return ExitCode::kDone;
}

}  // namespace

Command ModelListCommand() {
  return {.name = "model list",
          .summary = "list models with their owners and champions",
          .examples = {{"mooring model list", "all of them"},
                       {"mooring model list -o json --fields model,champion", "for a script"}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
