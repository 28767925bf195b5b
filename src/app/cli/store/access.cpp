#include "app/cli/store/access.h"

#include "app/cli/store/acknowledge.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {

Result<std::unique_ptr<records::AccessStore>> OpenAccess(Context& context,
                                                         std::string_view command) {
  RETURN_IF_ERROR(RequireLocal(context, command));
  const DataPaths paths(context.settings.Text("data_dir"));
  RETURN_IF_ERROR(context.files->MakeDirectories(paths.root));
  return records::AccessStore::Open(
      {.path = paths.access(), .clock = context.clock, .witness = AccessWitnessOf(context)});
}

// Tokens and grants are in the control log before they are in force. What takes a right away is
// done whatever the log says of itself.
records::AccessWitness AccessWitnessOf(Context& context) {
  std::shared_ptr<records::ControlLog> log = MakeControlLog(context);
  return [log](const records::AccessEvent& event) -> Status {
    const bool takes_away = event.action == "token revoke" || event.action == "grant remove";
    const auto appended = log->Append({.principal = event.who,
                                       .channel = "cli",
                                       .action = event.action,
                                       .object_kind = "access",
                                       .object = event.subject,
                                       .detail = event.detail,
                                       .never_waits = takes_away});
    return appended.ok() || takes_away ? Ok() : Status(appended.error());
  };
}

Listing TokenListing(std::string schema) {
  return Listing(std::move(schema), {{"id", "number of the token"},
                                     {"principal", "who uses it"},
                                     {"label", "what it is for"},
                                     {"state", "active, expired or revoked"},
                                     {"roles", "what it lets do"},
                                     {"models", "over which models; *: all"},
                                     {"created", "when it was made", false},
                                     {"author", "who made it", false},
                                     {"expires", "when it ends"},
                                     {"used", "when it was last used, to the minute"},
                                     {"revoked", "when it was revoked", false},
                                     {"replaced_by", "the token that replaces it", false},
                                     {"requests_per_second", "the most it may ask", false},
                                     {"at_once", "the most requests under way", false}});
}

std::vector<Cell> TokenRow(const records::TokenRecord& token, Time now) {
  const auto if_ever = [](Time at) { return at == Time{} ? Cell() : Cell(at); };
  return {token.id,
          token.principal,
          token.label,
          token.State(now),
          records::RoleNames(token.scope.roles),
          records::ModelNames(token.scope.models),
          token.created,
          token.author,
          token.expires,
          if_ever(token.used),
          if_ever(token.revoked),
          token.replaced_by == 0 ? Cell() : Cell(token.replaced_by),
          token.caps.requests_per_second,
          token.caps.at_once};
}

Status PrintNewToken(Context& context, const Args& args, const records::NewToken& made) {
  Listing listing = TokenListing("mooring.new_token/1");
  listing.record = true;
  listing.fields.push_back({"token", "the secret itself"});
  std::vector<Cell> row = TokenRow(made.record, context.clock->Now());
  row.emplace_back(made.text);
  listing.Add(std::move(row));
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  context.Hint("this is the only time the token is shown; MOORING_TOKEN hands it to mooring");
  return Ok();
}

Result<records::Grant> GrantOf(const Args& args) {
  records::Grant grant;
  ASSIGN_OR_RETURN(grant.role, records::ParseRole(args.positional(1)));
  grant.model = args.Text("model", records::kEveryModel);
  return grant;
}

std::vector<Flag> GrantFlags() {
  return Join({{{.name = "model",
                 .value = "MODEL",
                 .summary = "over this model only (default: every one)",
                 .completes = Completes::kModel}},
               AuthorFlag(),
               LocalFlags()});
}

}  // namespace mooring::app::cli
