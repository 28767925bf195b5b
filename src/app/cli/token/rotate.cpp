#include "app/cli/commands.h"
#include "app/cli/store/access.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"
#include "records/access/token_text.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunRotate(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::uint64_t id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const auto overlap, ParseDuration(args.Text("overlap", "1d")));
  ASSIGN_OR_RETURN(const std::string author, AuthorOf(context, args));
  ASSIGN_OR_RETURN(const auto store, OpenAccess(context, "token rotate"));
  ASSIGN_OR_RETURN(const records::NewToken made,
                   store->RotateToken(id, std::chrono::duration_cast<std::chrono::seconds>(overlap),
                                      author, RandomSecret(records::kSecretBytes)));
  ASSIGN_OR_RETURN(const records::TokenRecord old, store->Token(id));
  RETURN_IF_ERROR(PrintNewToken(context, args, made));
  context.Hint("token " + std::to_string(id) + " ends at " + FormatTime(old.expires));
  return ExitCode::kDone;
}

}  // namespace

Command TokenRotateCommand() {
  return {
      .name = "token rotate",
      .summary = "replace a token; the old one still works for a while",
      .examples = {{"mooring token rotate 3", "the old one works for a day more"},
                   {"mooring token rotate 3 --overlap 0s", "it leaked"}},
      .arguments = {{.name = "ID", .summary = "number of the token"}},
      .flags = Join({{{.name = "overlap",
                       .value = "TIME",
                       .summary = "how long the old one still works (default 1d, at most 30d)"}},
                     AuthorFlag(),
                     LocalFlags(),
                     OutputFlags()}),
      .run = RunRotate};
}

}  // namespace mooring::app::cli
