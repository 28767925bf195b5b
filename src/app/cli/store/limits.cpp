#include "app/cli/store/limits.h"

#include "app/cli/store/acknowledge.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/change.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/open.h"
#include "records/audit/changes_in_log.h"

namespace mooring::app::cli {
namespace {

using control::LimitCall;
using What = LimitCall::What;

std::string PathOf(const LimitCall& call) {
  const std::string change = "/api/v1/changes/" + std::to_string(call.id);
  switch (call.what) {
    case What::kChanges: {
      std::string path = "/api/v1/changes?limit=" + std::to_string(call.count);
      if (!call.model.empty()) path += "&model=" + PathPart(call.model);
      if (!call.state.empty()) path += "&state=" + PathPart(call.state);
      return path;
    }
    case What::kChange: return change;
    case What::kAsk: return "/api/v1/changes";
    case What::kLower:
      return "/api/v1/limits/" + PathPart(call.model) + "/" + PathPart(call.limit) + "/lower";
    case What::kApprove: return change + "/approve";
    case What::kReject: return change + "/reject";
    case What::kWithdraw: break;
  }
  return change + "/withdraw";
}

Status BadRamp() {
  return Error(Code::kInvalidArgument, "a ramp is steps of factor:time, as 0.1:10m,0.5:20m");
}

}  // namespace

Result<Json> AskLimitDesk(Context& context, const LimitCall& call) {
  if (!context.settings.Text("server").empty()) {
    const ApiClient client(context);
    if (call.what < What::kAsk) return client.Get(PathOf(call));
    return client.Send("POST", PathOf(call), call.body);
  }
  const SettingValue& directory = context.settings.Value("data_dir");
  if (!context.files->Exists(directory.text)) {
    return Error(Code::kNotFound, "no data directory '" + directory.text + "'")
        .Why("data_dir comes from: " + directory.origin)
        .Help("name another with --data-dir, or ask a server: --server URL");
  }
  const DataPaths paths(directory.text);
  ASSIGN_OR_RETURN(const auto book, records::LimitBook::Open(paths.limit_book()));
  // A change on top of a book that lost all others would hide the loss.
  ASSIGN_OR_RETURN(const records::LimitsInForce now, book->InForce());
  if (now.revision == 0) {
    RETURN_IF_ERROR(records::CheckLimitsKept(
        records::FindChangesInLog(*context.files, paths.control), 0, paths.limit_book()));
  }
  ASSIGN_OR_RETURN(const auto registry,
                   records::Registry::Open({.directory = paths.root, .clock = context.clock}));
  control::LimitDesk::Options options;
  options.book = book.get();
  options.clock = context.clock;
  options.contract = control::ContractsOf(*registry);
  // Written before a change takes effect; a damaged log refuses all but a lower.
  const auto log = MakeControlLog(context);
  options.audit = log.get();
  options.channel = "cli";
  control::LimitDesk desk(std::move(options));
  ASSIGN_OR_RETURN(const std::string answer, desk.Answer(call));
  return Json::Parse(answer);
}

std::vector<Flag> AskedFlags() {
  return Join({{{.name = "reason", .value = "TEXT", .summary = "why; kept for good"},
                {.name = "yes", .summary = "do not ask", .letter = 'y'},
                {.name = "dry-run", .summary = "show what would change, change nothing"}},
               AuthorFlag()});
}

std::vector<Flag> WaitingFlags() {
  return {
      {.name = "ramp",
       .value = "STEPS",
       .summary = "begin with a part of the max: 0.1:10m,0.5:20m, then all of it"},
      {.name = "expires-in", .value = "TIME", .summary = "how long somebody may approve it (24h)"}};
}

Status WriteRamp(std::string_view text, JsonWriter& json) {
  json.Key("ramp").BeginArray();
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string_view step = text.substr(start, comma - start);
    const std::size_t colon = step.find(':');
    if (colon == step.npos) return BadRamp();
    json.BeginObject().Member("factor", step.substr(0, colon));
    json.Member("for", step.substr(colon + 1)).EndObject();
    start = comma + 1;
  }
  json.EndArray();
  return Ok();
}

Result<std::string> BodyOf(const Context& context, const Args& args, JsonWriter& json) {
  if (args.Text("reason").empty()) {
    return Error(Code::kInvalidArgument, "a reason is required")
        .Help("add --reason TEXT; it is kept for good");
  }
  ASSIGN_OR_RETURN(std::string author, AuthorOf(context, args));
  json.BeginObject().Member("author", author).Member("reason", args.Text("reason"));
  if (args.Has("ramp")) RETURN_IF_ERROR(WriteRamp(args.Text("ramp"), json));
  if (args.Has("expires-in")) json.Member("expires_in", args.Text("expires-in"));
  return author;
}

Status PrintChange(Context& context, const Args& args, const Json& answer) {
  ASSIGN_OR_RETURN(const Json* const change, answer.Get("change"));
  Listing listing = ChangeListing();
  listing.schema = "mooring.limit_change/1";
  listing.record = true;
  AddRow(listing, *change);
  return PrintListing(context, args, listing);
}

Result<ExitCode> AskForChange(Context& context, const Args& args, const std::string& words,
                              LimitCall call) {
  ASSIGN_OR_RETURN(const Consent consent, AskFor(context, args, words));
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  ASSIGN_OR_RETURN(const Json answer, AskLimitDesk(context, call));
  RETURN_IF_ERROR(PrintChange(context, args, answer));
  ASSIGN_OR_RETURN(const Json* const change, answer.Get("change"));
  ASSIGN_OR_RETURN(const std::uint64_t id, change->GetUint("id"));
  if (change->GetString("state").ok() && *change->GetString("state") == "pending") {
    context.Hint("somebody else agrees: mooring change approve " + std::to_string(id) +
                 ServerFlag(context));
  }
  return ExitCode::kDone;
}

Listing ChangeListing() {
  return Listing("mooring.limit_changes/1",
                 {{"id", "number"},
                  {"kind", "raise, lower, release, kill_release or write_off"},
                  {"state", "pending, approved, rejected, withdrawn or expired"},
                  {"model", "model"},
                  {"limit", "of its contract"},
                  {"max", "asked for"},
                  {"contract_max", "the contract's when it was asked", false},
                  {"kill", "to be released", false},
                  {"decision", "to be written off", false},
                  {"maker", "who asked"},
                  {"reason", "why"},
                  {"made", "when", false},
                  {"expires", "until when somebody may approve it"},
                  {"checker", "who decided"},
                  {"note", "what they said", false},
                  {"decided", "when", false},
                  {"carried_out", "when the server had done it", false},
                  {"before", "hash of the limit's newest revision when it was asked", false},
                  {"hash", "of all that was asked", false}});
}

Listing LimitListing() {
  return Listing("mooring.limits/1", {{"model", "model"},
                                      {"limit", "name in the contract"},
                                      {"kind", "what it bounds"},
                                      {"bounds", "from where to where, in words"},
                                      {"max", "in force", false},
                                      {"contract_max", "what the contract says", false},
                                      {"current", "used now"},
                                      {"used", "part of the max"},
                                      {"state", "in words"},
                                      {"latched", "shut since"},
                                      {"keys.in_use", "keys that have a budget now"},
                                      {"keys.latched", "of these, shut"},
                                      {"keys.most", "that may have one", false},
                                      {"resets", "when the oldest of it counts no more", false},
                                      {"released", "when people last opened it", false},
                                      {"scope", "whose decisions share it", false},
                                      {"then", "what answers instead", false},
                                      {"latch", "stays shut once hit", false},
                                      {"advisory", "only watches", false},
                                      {"changed", "people put another max in its place", false},
                                      {"divided", "a budget for each key or caller", false}});
}

Listing LimitKeyListing() {
  return Listing("mooring.limit_keys/1", {{"model", "model"},
                                          {"limit", "name in the contract"},
                                          {"key", "hash of the key; its value is never kept"},
                                          {"latched", "shut since"},
                                          {"current", "used now"},
                                          {"used", "part of the max"}});
}

Listing KillListing() {
  return Listing("mooring.kills/1", {{"id", "number"},
                                     {"scope", "what is stopped"},
                                     {"since", "when"},
                                     {"by", "who"},
                                     {"reason", "why"}});
}

}  // namespace mooring::app::cli
