#include "app/cli/commands.h"
#include "app/cli/store/access.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunList(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenAccess(context, "token list"));
  ASSIGN_OR_RETURN(const records::AccessFacts facts, store->Facts());
  Listing listing = TokenListing("mooring.tokens/1");
  const Time now = context.clock->Now();
  for (const records::TokenRecord& token : facts.tokens) {
    if (args.Has("all") || token.State(now) == "active") listing.Add(TokenRow(token, now));
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (facts.tokens.empty())
    context.Hint("no token was ever made: a server asks nobody who they are");
  return ExitCode::kDone;
}

}  // namespace

Command TokenListCommand() {
  return {.name = "token list",
          .summary = "which tokens there are, for what, and until when",
          .examples = {{"mooring token list --all", "with those that are over"}},
          .flags = Join({{{.name = "all", .summary = "also what is expired or revoked"}},
                         LocalFlags(),
                         OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
