#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/open.h"
#include "base/clock.h"
#include "records/registry/alias_history.h"

namespace mooring::app::cli {
namespace {

Cell VersionCell(VersionNumber number) { return number == 0 ? Cell() : Cell(number); }

Status PrintHistory(Context& context, const Args& args, records::Registry& store,
                    const std::string& model) {
  ASSIGN_OR_RETURN(const auto changes, store.AliasHistory(model));
  Listing listing("mooring.alias_changes/1", {{"revision", "of the model's route"},
                                              {"at", "when"},
                                              {"alias", "what moved"},
                                              {"from", "version before"},
                                              {"to", "version after"},
                                              {"author", "who"},
                                              {"reason", "why"}});
  for (const records::AliasChange& change : changes) {
    listing.Add({change.revision, change.at, change.alias, VersionCell(change.from),
                 VersionCell(change.to), change.author, change.reason});
  }
  return PrintListing(context, args, listing);
}

// Which version each alias pointed at, and who had said so.
Status PrintMoment(Context& context, const Args& args, records::Registry& store,
                   const std::string& model) {
  ASSIGN_OR_RETURN(const Time moment, ParseTime(args.Text("at")));
  ASSIGN_OR_RETURN(const auto changes, store.AliasHistory(model));
  Listing listing("mooring.aliases_at/1", {{"alias", "name of a version"},
                                           {"version", "that it pointed at"},
                                           {"since", "when it had been set"},
                                           {"author", "who"},
                                           {"reason", "why"}});
  for (const auto& [alias, change] : records::AliasesAt(changes, moment)) {
    listing.Add({alias, change.to, change.at, change.author, change.reason});
  }
  return PrintListing(context, args, listing);
}

Result<ExitCode> RunShow(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  const std::string& model = args.positional(0);
  if (!model.empty()) {
    ASSIGN_OR_RETURN(const auto record, store->Model(model));
    if (args.Has("history")) {
      RETURN_IF_ERROR(PrintHistory(context, args, *store, record.name));
      return ExitCode::kDone;
    }
    if (args.Has("at")) {
      RETURN_IF_ERROR(PrintMoment(context, args, *store, record.name));
      return ExitCode::kDone;
    }
  } else if (args.Has("history") || args.Has("at")) {
    return Error(Code::kInvalidArgument, "--history and --at need a MODEL");
  }
  ASSIGN_OR_RETURN(const records::DesiredState desired, store->Desired());
  Listing listing("mooring.routes/1", {{"model", "model"},
                                       {"champion", "version that answers"},
                                       {"previous", "version that a rollback goes back to"},
                                       {"revision", "grows with every change"},
                                       {"contract", "SHA-256 of the contract in force"}});
  for (const records::ModelRoute& route : desired.routes) {
    if (!model.empty() && route.model != model) continue;
    listing.Add({route.model, VersionCell(route.champion), VersionCell(route.previous),
                 route.revision, route.contract_hash});
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command RouteShowCommand() {
  return {
      .name = "route show",
      .summary = "what ought to answer, for all models or one",
      .examples = {{"mooring route show", "all"},
                   {"mooring route show flight-cover --history", "every change, with its reason"},
                   {"mooring route show flight-cover --at 2026-01-31T12:00:00Z",
                    "which version was in production then"}},
      .arguments = {{.name = "MODEL",
                     .summary = "one model only",
                     .required = false,
                     .completes = Completes::kModel}},
      .flags = Join({{{.name = "history", .summary = "all changes of the model's aliases"},
                      {.name = "at", .value = "TIME", .summary = "the model's aliases at a time"}},
                     StoreFlags(),
                     OutputFlags()}),
      .run = RunShow};
}

}  // namespace mooring::app::cli
