#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/change.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

using control::LimitCall;
using What = LimitCall::What;

std::string TextOf(const Json& change, std::string_view key) {
  const auto text = change.GetString(key);
  return text.ok() ? std::string(*text) : std::string();
}

// " by a ramp of 0.5 for 3600 s"; nothing without one.
std::string RampWords(const Json& change) {
  const auto ramp = change.GetArray("ramp");
  std::string words;
  if (!ramp.ok()) return words;
  for (const Json& step : **ramp) {
    const auto seconds = step.GetInt("seconds");
    words += (words.empty() ? " by a ramp of " : ", ") + TextOf(step, "factor") + " for " +
             std::to_string(seconds.ok() ? *seconds : 0) + " s";
  }
  return words;
}

// "raise cover/daily from 500000 to 600000, asked by ann: the fair".
std::string WordsOf(const Json& change) {
  std::string words = TextOf(change, "kind") + " ";
  if (const auto kill = change.GetUint("kill"); kill.ok()) {
    words += "of kill " + std::to_string(*kill);
  } else if (const std::string decision = TextOf(change, "decision"); !decision.empty()) {
    words += "of decision " + decision;
  } else {
    words += TextOf(change, "model") + "/" + TextOf(change, "limit");
  }
  const std::string max = TextOf(change, "max");
  if (!max.empty()) words += " to " + max + " (contract: " + TextOf(change, "contract_max") + ")";
  words += RampWords(change);
  return words + ", asked by " + TextOf(change, "maker") + ": " + TextOf(change, "reason");
}

// What is agreed to is what was shown: its hash goes with the answer.
Result<ExitCode> Decide(Context& context, const Args& args, What what, const std::string& verb) {
  LimitCall look{.what = What::kChange};
  ASSIGN_OR_RETURN(look.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const Json found, AskLimitDesk(context, look));
  ASSIGN_OR_RETURN(const Json* const change, found.Get("change"));
  const std::string hash = TextOf(*change, "hash");
  if (args.Has("hash") && args.Text("hash") != hash) {
    return Error(Code::kConflict, "the change is not the one that was meant")
        .Why("its hash is " + hash)
        .Help("mooring change show " + args.positional(0));
  }
  ASSIGN_OR_RETURN(const Consent consent, AskFor(context, args, verb + ": " + WordsOf(*change)));
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  LimitCall call{.what = what, .id = look.id};
  ASSIGN_OR_RETURN(call.author, AuthorOf(context, args));
  JsonWriter json(call.body);
  json.BeginObject().Member("author", call.author);
  if (what == What::kApprove) json.Member("hash", hash);
  if (args.Has("note")) json.Member("note", args.Text("note"));
  json.EndObject();
  ASSIGN_OR_RETURN(const Json answer, AskLimitDesk(context, call));
  RETURN_IF_ERROR(PrintChange(context, args, answer));
  return ExitCode::kDone;
}

Result<ExitCode> RunApprove(Context& context, const Args& args) {
  return Decide(context, args, What::kApprove, "approve");
}
Result<ExitCode> RunReject(Context& context, const Args& args) {
  return Decide(context, args, What::kReject, "reject");
}
Result<ExitCode> RunWithdraw(Context& context, const Args& args) {
  return Decide(context, args, What::kWithdraw, "withdraw");
}

std::vector<Flag> Flags() {
  return Join({{{.name = "note", .value = "TEXT", .summary = "what there is to say"},
                {.name = "hash", .value = "HASH", .summary = "only if this is what was asked"},
                {.name = "yes", .summary = "do not ask", .letter = 'y'},
                {.name = "dry-run", .summary = "show what would change, change nothing"}},
               AuthorFlag(),
               StoreFlags(),
               OutputFlags()});
}

const Argument kId{.name = "ID", .summary = "number of the change"};

}  // namespace

Command ChangeApproveCommand() {
  return {.name = "change approve",
          .summary = "agree to what somebody else asked for; it is in force at once",
          .text =
              "Nobody approves what they asked for themselves. The approval is of the hash of "
              "what is shown.",
          .examples = {{"mooring change approve 12", "look at it, then say yes"}},
          .arguments = {kId},
          .flags = Flags(),
          .run = RunApprove};
}

Command ChangeRejectCommand() {
  return {.name = "change reject",
          .summary = "say no to what somebody asked for",
          .examples = {{"mooring change reject 12 --note \"too much\"", "and say why"}},
          .arguments = {kId},
          .flags = Flags(),
          .run = RunReject};
}

Command ChangeWithdrawCommand() {
  return {.name = "change withdraw",
          .summary = "take back what you asked for",
          .examples = {{"mooring change withdraw 12", "only its maker can"}},
          .arguments = {kId},
          .flags = Flags(),
          .run = RunWithdraw};
}

}  // namespace mooring::app::cli
