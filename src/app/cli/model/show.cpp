#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/open.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

std::string AliasesJson(const std::map<std::string, VersionNumber>& aliases) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  for (const auto& [alias, version] : aliases) json.Member(alias, version);
  json.EndObject();
  return text;
}

Result<ExitCode> RunShow(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const records::ModelRecord model, store->Model(args.positional(0)));
  ASSIGN_OR_RETURN(const auto versions, store->Versions(model.name));
  ASSIGN_OR_RETURN(const auto aliases, store->Aliases(model.name));
  Listing listing("mooring.model/1", {{"model", "name"},
                                      {"purpose", "what it is for"},
                                      {"team", "owner: team"},
                                      {"person", "owner: person"},
                                      {"created", "when"},
                                      {"contract", "SHA-256 of the contract in force"},
                                      {"versions", "how many are registered"},
                                      {"aliases", "names of versions"}});
  listing.record = true;
  listing.Add({model.name, model.purpose, model.owner_team, model.owner_person, model.created,
               model.contract_hash, versions.size(), RawJson{AliasesJson(aliases)}});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command ModelShowCommand() {
  return {.name = "model show",
          .summary = "show one model",
          .examples = {{"mooring model show flight-cover", "owner, contract, aliases"}},
          .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
