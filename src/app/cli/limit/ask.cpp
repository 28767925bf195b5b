#include "app/cli/commands.h"
#include "app/cli/store/change.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

using control::LimitCall;

std::string NameOf(const Args& args) { return args.positional(0) + "/" + args.positional(1); }

// What somebody else approves.
Result<ExitCode> Ask(Context& context, const Args& args, std::string_view kind) {
  LimitCall call{.what = LimitCall::What::kAsk};
  JsonWriter json(call.body);
  ASSIGN_OR_RETURN(call.author, BodyOf(context, args, json));
  json.Member("kind", kind);
  std::string words = "ask to " + std::string(kind) + " ";
  if (kind == "write_off") {
    words = "ask to write off decision " + args.positional(0);
    json.Member("decision", args.positional(0));
  } else {
    words += NameOf(args);
    json.Member("model", args.positional(0)).Member("limit", args.positional(1));
  }
  if (kind == "raise") {
    words += " to " + args.positional(2);
    json.Member("max", args.positional(2));
  }
  json.EndObject();
  return AskForChange(context, args, words, std::move(call));
}

Result<ExitCode> RunRaise(Context& context, const Args& args) {
  return Ask(context, args, "raise");
}
Result<ExitCode> RunRelease(Context& context, const Args& args) {
  return Ask(context, args, "release");
}
Result<ExitCode> RunWriteOff(Context& context, const Args& args) {
  return Ask(context, args, "write_off");
}

const Argument kModel{
    .name = "MODEL", .summary = "name of the model", .completes = Completes::kModel};
const Argument kLimit{.name = "LIMIT", .summary = "its name in the contract"};
const Argument kMax{.name = "MAX", .summary = "an exact decimal: 400000 or 0.25"};

}  // namespace

Command LimitRaiseCommand() {
  return {.name = "limit raise",
          .summary = "ask that a limit becomes larger; somebody else approves it",
          .examples = {{"mooring limit raise flight-cover daily-exposure 600000 --reason fair "
                        "--ramp 0.5:1h",
                        "half of it for the first hour"}},
          .arguments = {kModel, kLimit, kMax},
          .flags = Join({AskedFlags(), WaitingFlags(), StoreFlags(), OutputFlags()}),
          .run = RunRaise};
}

Command LimitReleaseCommand() {
  return {.name = "limit release",
          .summary = "ask that a limit that is shut opens; somebody else approves it",
          .text = "Opening gives no budget back: what was spent counts until its window passes.",
          .examples = {{"mooring limit release flight-cover daily-exposure --reason \"looked at\" "
                        "--ramp 0.1:10m,0.5:20m",
                        "a tenth first, then half, then all"}},
          .arguments = {kModel, kLimit},
          .flags = Join({AskedFlags(), WaitingFlags(), StoreFlags(), OutputFlags()}),
          .run = RunRelease};
}

Command LimitWriteOffCommand() {
  return {.name = "limit write-off",
          .summary = "ask that a decision without an outcome counts as open no more",
          .examples = {{"mooring limit write-off d1-57-4021 --reason \"the order was lost\"",
                        "after its limit's horizon"}},
          .arguments = {{.name = "DECISION", .summary = "its id: d1-57-4021"}},
          .flags = Join({AskedFlags(), StoreFlags(), OutputFlags()}),
          .run = RunWriteOff};
}

}  // namespace mooring::app::cli
