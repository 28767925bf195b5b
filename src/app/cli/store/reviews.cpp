#include "app/cli/store/reviews.h"

#include "app/cli/store/api_client.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/open.h"
#include "control/limits/limit_desk.h"

namespace mooring::app::cli {
namespace {

using control::ReviewCall;
using What = ReviewCall::What;

Result<Json> AskServer(Context& context, const ReviewCall& call) {
  const ApiClient client(context);
  const std::string path = "/api/v1/reviews";
  if (call.what == What::kList) {
    std::string query = "?limit=" + std::to_string(call.limit);
    if (!call.model.empty()) query += "&model=" + PathPart(call.model);
    if (!call.state.empty()) query += "&state=" + PathPart(call.state);
    return client.Get(path + query);
  }
  const std::string one = path + "/" + call.decision.ToString();
  if (call.what == What::kShow) return client.Get(one);
  return client.Send("POST", one + (call.what == What::kTake ? "/take" : "/decide"), call.body);
}

}  // namespace

Result<Json> AskReviews(Context& context, const ReviewCall& call) {
  if (!context.settings.Text("server").empty()) return AskServer(context, call);
  const SettingValue& directory = context.settings.Value("data_dir");
  if (!context.files->Exists(directory.text)) {
    return Error(Code::kNotFound, "no data directory '" + directory.text + "'")
        .Why("data_dir comes from: " + directory.origin)
        .Help("name another with --data-dir, or ask a server: --server URL");
  }
  const DataPaths paths(directory.text);
  ASSIGN_OR_RETURN(const auto store, records::ReviewStore::Open(paths.reviews()));
  control::ReviewDesk::Options options;
  options.store = store.get();
  options.clock = context.clock;
  ASSIGN_OR_RETURN(const auto registry, OpenExistingStore(context));
  options.contract = control::ContractsOf(*registry);
  options.spend = [contract = options.contract](const records::Review& ended) -> Status {
    ASSIGN_OR_RETURN(const auto in_force, contract(ended.model));
    if (in_force->limits.empty()) return Ok();
    return Error(Code::kUnavailable, "the limits of '" + ended.model + "' are asked by a server")
        .Why("a value spends of them")
        .Help("name the server that runs: --server URL; or deny");
  };
  const auto log = MakeControlLog(context);
  options.audit = log.get();
  options.channel = "cli";
  control::ReviewDesk desk(std::move(options));
  ASSIGN_OR_RETURN(const control::ReviewAnswer answer, desk.Answer(call));
  return Json::Parse(answer.json);
}

Result<DecisionId> DecisionOf(const Args& args, std::size_t position) {
  auto id = DecisionId::Parse(args.positional(position));
  if (id.ok()) return id;
  return Error(Code::kInvalidArgument, "'" + args.positional(position) + "' is no decision's id")
      .Why("one looks like d1-57-4021");
}

Listing ReviewListing() {
  return Listing("mooring.reviews/1", {{"decision", "its id"},
                                       {"state", "waiting, taken, decided or expired"},
                                       {"model", "model"},
                                       {"version", "of the model", false},
                                       {"caller", "who asked", false},
                                       {"request_id", "the caller's", false},
                                       {"at", "when it was asked for", false},
                                       {"deadline", "when the default decides"},
                                       {"reason", "why it is not the model's"},
                                       {"values", "what a value is: amount or score", false},
                                       {"currency", "of an amount"},
                                       {"default.action", "deny or value", false},
                                       {"default.value", "given at the deadline", false},
                                       {"inputs", "as journalled"},
                                       {"limit_hits", "the limits that it hit", false},
                                       {"taken_by", "who looks at it"},
                                       {"taken", "since when", false},
                                       {"decided_by", "who decided", false},
                                       {"ended", "when", false},
                                       {"answer.action", "deny or value"},
                                       {"answer.value", "what was given"},
                                       {"note", "why", false}});
}

Status PrintReview(Context& context, const Args& args, const Json& review) {
  Listing listing = ReviewListing();
  listing.schema = "mooring.review/1";
  listing.record = true;
  AddRow(listing, review);
  return PrintListing(context, args, listing);
}

}  // namespace mooring::app::cli
