#include "app/cli/store/change.h"

#include "base/limits.h"

namespace mooring::app::cli {

Result<records::Change> ChangeOf(const Context& context, const Args& args, Reason reason) {
  records::Change change;
  change.author = context.settings.Text("author");
  for (const char* name : {"USER", "LOGNAME"}) {
    if (change.author.empty()) change.author = context.Environment(name);
  }
  if (change.author.empty()) change.author = context.process->UserName();
  if (change.author.empty()) change.author = "unknown";
  change.reason = args.Text("reason");
  if (reason == Reason::kRequired && change.reason.empty()) {
    return Error(Code::kInvalidArgument, "a reason is required: this moves traffic")
        .Help("add --reason TEXT; it is kept in the history");
  }
  if (change.reason.size() > limits::kReasonBytes) {
    return Error(Code::kTooLarge,
                 "the reason is over " + std::to_string(limits::kReasonBytes) + " bytes");
  }
  ASSIGN_OR_RETURN(change.if_revision, args.Number("if-revision", 0, ~std::uint64_t{0} >> 1));
  return change;
}

Result<Consent> AskFor(Context& context, const Args& args, const std::string& change) {
  if (args.Has("dry-run")) {
    context.Hint("would change: " + change);
    return Consent::kDryRun;
  }
  if (args.Has("yes")) return Consent::kGo;
  ASSIGN_OR_RETURN(const bool yes, context.Confirm(change + "?"));
  if (yes) return Consent::kGo;
  context.Hint("nothing was changed");
  return Consent::kDeclined;
}

Result<records::VersionRecord> FindVersion(records::Registry& store, const std::string& model,
                                           const std::string& version) {
  const bool digits =
      !version.empty() && version.find_first_not_of("0123456789") == std::string::npos;
  VersionNumber number = 0;
  if (digits) {
    ASSIGN_OR_RETURN(const std::uint64_t parsed,
                     ParseNumber(version, 1, ~VersionNumber{0}, "VERSION"));
    number = static_cast<VersionNumber>(parsed);
  } else {
    ASSIGN_OR_RETURN(const auto aliases, store.Aliases(model));
    const auto found = aliases.find(version);
    if (found == aliases.end()) {
      std::string known;
      for (const auto& [alias, to] : aliases) known += (known.empty() ? "" : ", ") + alias;
      return Error(Code::kNotFound, "model '" + model + "' has no alias '" + version + "'")
          .Why(known.empty() ? "it has no aliases yet" : "aliases present: " + known)
          .Help("mooring version list " + model);
    }
    number = found->second;
  }
  return store.Version(model, number);
}

Result<records::ModelRoute> RouteOf(records::Registry& store, const std::string& model) {
  ASSIGN_OR_RETURN(const auto record, store.Model(model));
  ASSIGN_OR_RETURN(const records::DesiredState desired, store.Desired());
  for (const records::ModelRoute& route : desired.routes) {
    if (route.model == record.name) return route;
  }
  return records::ModelRoute{.model = record.name};
}

std::string VersionText(VersionNumber number) {
  return number == 0 ? "none" : std::to_string(number);
}

Listing AliasChangeListing(const records::AliasChange& change) {
  Listing listing("mooring.alias_change/1", {{"model", "model"},
                                             {"alias", "alias that moved"},
                                             {"from", "version before"},
                                             {"to", "version now"},
                                             {"revision", "of the model's route"},
                                             {"at", "when"},
                                             {"author", "who"},
                                             {"reason", "why"},
                                             {"forced", "over a refusal", false}});
  listing.record = true;
  const auto version = [](VersionNumber number) { return number == 0 ? Cell() : Cell(number); };
  listing.Add({change.model, change.alias, version(change.from), version(change.to),
               change.revision, change.at, change.author, change.reason, change.forced});
  return listing;
}

}  // namespace mooring::app::cli
