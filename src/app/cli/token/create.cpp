#include "app/cli/commands.h"
#include "app/cli/store/access.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"
#include "records/access/token_text.h"

namespace mooring::app::cli {
namespace {

constexpr std::uint64_t kMostAsked = 100'000'000;

Result<records::TokenRequest> RequestOf(const Context& context, const Args& args) {
  records::TokenRequest request;
  request.principal = args.positional(0);
  request.label = args.Text("label");
  request.scope.models = args.All("model");
  for (const std::string& name : args.All("role")) {
    ASSIGN_OR_RETURN(const records::Role role, records::ParseRole(name));
    request.scope.roles |= records::SetOf(role);
  }
  if (request.scope.roles == 0) {
    return Error(Code::kInvalidArgument, "a token has at least one role")
        .Help("add --role ROLE; roles: mooring access roles");
  }
  ASSIGN_OR_RETURN(const auto life, ParseDuration(args.Text("expires", "90d")));
  request.lifetime = std::chrono::duration_cast<std::chrono::seconds>(life);
  ASSIGN_OR_RETURN(request.author, AuthorOf(context, args));
  ASSIGN_OR_RETURN(const auto rate, args.Number("per-second", 1, kMostAsked));
  ASSIGN_OR_RETURN(const auto at_once, args.Number("at-once", 1, kMostAsked));
  if (rate) request.caps.requests_per_second = static_cast<std::uint32_t>(*rate);
  if (at_once) request.caps.at_once = static_cast<std::uint32_t>(*at_once);
  return request;
}

Result<ExitCode> RunCreate(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const records::TokenRequest request, RequestOf(context, args));
  ASSIGN_OR_RETURN(const auto store, OpenAccess(context, "token create"));
  ASSIGN_OR_RETURN(const auto before, store->Facts());
  ASSIGN_OR_RETURN(const records::NewToken made,
                   store->CreateToken(request, RandomSecret(records::kSecretBytes)));
  RETURN_IF_ERROR(PrintNewToken(context, args, made));
  if (before.tokens.empty()) {
    context.Hint("from now on this server's callers must say who they are");
  }
  return ExitCode::kDone;
}

}  // namespace

Command TokenCreateCommand() {
  return {.name = "token create",
          .summary = "make a token for a person or a program",
          .text =
              "PRINCIPAL gets the roles over the models, and the token lets in with those. The "
              "token is\nprinted once and kept nowhere; only its SHA-256 is. With the first token "
              "a server asks\neverybody who they are.",
          .examples = {{"mooring token create shop --role scorer --model flight-cover",
                        "for a program that asks one model"},
                       {"mooring token create ann --role operator --expires 30d", "for a person"}},
          .arguments = {{.name = "PRINCIPAL", .summary = "who will use it: ann, svc-shop"}},
          .flags = Join({{{.name = "role",
                           .value = "ROLE",
                           .summary = "what it lets do; may stand more than once",
                           .repeated = true,
                           .choices = {"viewer", "scorer", "operator", "developer", "validator",
                                       "risk_officer", "auditor", "admin"}},
                          {.name = "model",
                           .value = "MODEL",
                           .summary = "over this model (default: every one)",
                           .repeated = true,
                           .completes = Completes::kModel},
                          {.name = "expires",
                           .value = "TIME",
                           .summary = "how long it lives, at most 365d (default 90d)"},
                          {.name = "label", .value = "TEXT", .summary = "what it is for"},
                          {.name = "per-second",
                           .value = "N",
                           .summary = "most requests a second (default 50000)"},
                          {.name = "at-once",
                           .value = "N",
                           .summary = "most requests under way (default 10000)"}},
                         AuthorFlag(),
                         LocalFlags(),
                         OutputFlags()}),
          .run = RunCreate};
}

}  // namespace mooring::app::cli
