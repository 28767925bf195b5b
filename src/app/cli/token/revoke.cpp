#include "app/cli/commands.h"
#include "app/cli/store/access.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunRevoke(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::uint64_t id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const std::string author, AuthorOf(context, args));
  ASSIGN_OR_RETURN(const auto store, OpenAccess(context, "token revoke"));
  ASSIGN_OR_RETURN(const records::TokenRecord token,
                   store->RevokeToken(id, author, args.Text("reason")));
  Listing listing = TokenListing("mooring.token/1");
  listing.record = true;
  listing.Add(TokenRow(token, context.clock->Now()));
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  context.Hint("a running server refuses it within a second");
  return ExitCode::kDone;
}

}  // namespace

Command TokenRevokeCommand() {
  return {.name = "token revoke",
          .summary = "end a token now and for good",
          .examples = {{"mooring token revoke 3 --reason 'laptop lost'", "within a second"}},
          .arguments = {{.name = "ID", .summary = "number of the token"}},
          .flags = Join({{{.name = "reason", .value = "TEXT", .summary = "why"}},
                         AuthorFlag(),
                         LocalFlags(),
                         OutputFlags()}),
          .run = RunRevoke};
}

}  // namespace mooring::app::cli
