#include "api/api.h"

#include "api/access.h"
#include "api/call.h"
#include "api/http/router.h"
#include "api/metrics/metrics.h"
#include "api/mlflow/routes.h"
#include "api/mlflow/scoring.h"
#include "api/native/aliases.h"
#include "api/native/changes.h"
#include "api/native/decide.h"
#include "api/native/drills.h"
#include "api/native/incidents.h"
#include "api/native/journal.h"
#include "api/native/kills.h"
#include "api/native/limits.h"
#include "api/native/models.h"
#include "api/native/outcomes.h"
#include "api/native/profiles.h"
#include "api/native/release.h"
#include "api/native/reviews.h"
#include "api/native/thaw.h"
#include "api/native/verdicts.h"
#include "api/open_inference/infer.h"
#include "api/open_inference/server_calls.h"
#include "base/check.h"

namespace mooring::api {
namespace {

struct RouteEntry {
  Method method;
  std::string_view pattern;
  Protocol protocol;
  Need need;  // has no default: a route says what it takes
  void (*answer)(const Call&);
  std::span<const std::string_view> other_types = {};  // of bodies, beside application/json
};

constexpr std::string_view kLines[] = {"application/x-ndjson", "application/jsonl"};
constexpr std::string_view kBytes[] = {"application/octet-stream"};  // as clients of Triton may say
constexpr std::string_view kMethodNames[] = {"GET",   "HEAD",   "POST",   "PUT",
                                             "PATCH", "DELETE", "OPTIONS"};
constexpr auto kGet = Method::kGet, kPost = Method::kPost, kPut = Method::kPut;
constexpr auto kNative = Protocol::kNative, kOpen = Protocol::kOpenInference;
constexpr auto kMlflow = Protocol::kMlflow, kOther = Protocol::kOther;

using records::Permission;
constexpr Need kOpenToAll(Permission::kNothing, Over::kSome);
constexpr Need kPredict(Permission::kPredict, Over::kModel);
constexpr Need kPredictSome(Permission::kPredict, Over::kSome);
constexpr Need kReport(Permission::kReport, Over::kModel);
constexpr Need kReportSome(Permission::kReport, Over::kSome);
constexpr Need kSee(Permission::kReadMetadata, Over::kModel);
constexpr Need kSeeSome(Permission::kReadMetadata, Over::kSome);
constexpr Need kReadLog(Permission::kReadLog, Over::kSome);
constexpr Need kPromote(Permission::kPromote, Over::kModel);
constexpr Need kRespond(Permission::kRespond, Over::kSome);
constexpr Need kKill(Permission::kKill, Over::kSome);
constexpr Need kRelease(Permission::kRelease, Over::kSome);
constexpr Need kSetLimits(Permission::kSetLimits, Over::kModel);
constexpr Need kApprove(Permission::kApprove, Over::kSome);

// Every route of the server; the busiest first.
constexpr RouteEntry kRoutes[] = {
    {kPost, "/v2/models/{}/infer", kOpen, kPredict, open_inference::Infer, kBytes},
    {kPost, "/api/v1/models/{}/decide", kNative, kPredict, Decide},
    {kPost, "/invocations", kMlflow, kPredictSome, mlflow::InvokeOnly},
    {kPost, "/serving-endpoints/{}/invocations", kMlflow, kPredict, mlflow::Invoke},
    {kPost, "/v2/models/{}/versions/{}/infer", kOpen, kPredict, open_inference::Infer, kBytes},
    {kPost, "/api/v1/outcomes", kNative, kReportSome, RecordOutcomes, kLines},

    {kGet, "/v2", kOpen, kSeeSome, open_inference::ServerMetadata},
    {kGet, "/v2/health/live", kOpen, kOpenToAll, open_inference::Live},
    {kGet, "/v2/health/ready", kOpen, kOpenToAll, open_inference::Ready},
    {kGet, "/v2/models/{}", kOpen, kSee, open_inference::ModelMetadata},
    {kGet, "/v2/models/{}/versions/{}", kOpen, kSee, open_inference::ModelMetadata},
    {kGet, "/v2/models/{}/ready", kOpen, kSee, open_inference::ModelReady},
    {kGet, "/v2/models/{}/versions/{}/ready", kOpen, kSee, open_inference::ModelReady},

    {kGet, "/ping", kMlflow, kOpenToAll, mlflow::Ping},
    {kGet, "/health", kMlflow, kOpenToAll, mlflow::Health},
    {kGet, "/version", kMlflow, kSeeSome, mlflow::Version},

    {kGet, "/live", kOther, kOpenToAll, open_inference::Live},
    {kGet, "/ready", kOther, kOpenToAll, open_inference::Ready},
    {kGet, "/metrics", kOther, kSeeSome, Metrics},

    {kGet, "/api/v1/models", kNative, kSeeSome, ListModels},
    {kGet, "/api/v1/models/{}", kNative, kSee, ShowModel},
    {kGet, "/api/v1/models/{}/versions", kNative, kSee, ListVersions},
    {kGet, "/api/v1/models/{}/versions/{}", kNative, kSee, ShowVersion},
    {kGet, "/api/v1/models/{}/aliases", kNative, kSee, ListAliases},
    {kPut, "/api/v1/models/{}/aliases/{}", kNative, kPromote, SetAlias},
    {kPost, "/api/v1/models/{}/rollback", kNative, kPromote, Rollback},
    {kGet, "/api/v1/models/{}/verdicts", kNative, kSee, ListVerdicts},
    {kGet, "/api/v1/models/{}/versions/{}/reference", kNative, kSee, ShowReference},
    {kPost, "/api/v1/models/{}/profiles", kNative, kReport, SendProfile},
    {kGet, "/api/v1/desired", kNative, kSeeSome, ShowDesired},
    {kGet, "/api/v1/alerts", kNative, kSeeSome, ListAlerts},
    {kGet, "/api/v1/alerts/{}", kNative, kSeeSome, ShowAlert},
    {kGet, "/api/v1/incidents", kNative, kSeeSome, ListIncidents},
    {kGet, "/api/v1/incidents/{}", kNative, kSeeSome, ShowIncident},
    {kPost, "/api/v1/incidents/{}/acknowledge", kNative, kRespond, AcknowledgeIncident},
    {kPost, "/api/v1/incidents/{}/notes", kNative, kRespond, NoteIncident},
    {kGet, "/api/v1/silences", kNative, kSeeSome, ListSilences},
    {kPost, "/api/v1/silences", kNative, kRespond, MakeSilence},
    {kPost, "/api/v1/silences/{}/end", kNative, kRespond, EndSilence},
    {kGet, "/api/v1/notifications", kNative, kSeeSome, ListNotifications},
    {kGet, "/api/v1/journal", kNative, kReadLog, TailJournal},
    {kPost, "/api/v1/decisions/{}/release", kNative, kPredictSome, ReleaseDecision},
    {kGet, "/api/v1/reviews", kNative, kReadLog, ListReviews},
    {kGet, "/api/v1/reviews/{}", kNative, kSeeSome, ShowReview},
    {kPost, "/api/v1/reviews/{}/take", kNative, kRespond, TakeReview},
    {kPost, "/api/v1/reviews/{}/decide", kNative, kRespond, DecideReview},
    {kGet, "/api/v1/kills", kNative, kSeeSome, ListKills},
    {kPost, "/api/v1/kills", kNative, kKill, ThrowKill},
    {kPost, "/api/v1/drills", kNative, kKill, KeepDrill},
    {kGet, "/api/v1/limits", kNative, kSeeSome, ListLimits},
    {kPost, "/api/v1/limits/thaw", kNative, kRelease, ThawLimits},
    {kPost, "/api/v1/limits/{}/{}/lower", kNative, kSetLimits, LowerLimit},
    {kGet, "/api/v1/changes", kNative, kSeeSome, ListChanges},
    {kPost, "/api/v1/changes", kNative, kSeeSome, AskForChange},
    {kGet, "/api/v1/changes/{}", kNative, kSeeSome, ShowChange},
    {kPost, "/api/v1/changes/{}/approve", kNative, kApprove, ApproveChange},
    {kPost, "/api/v1/changes/{}/reject", kNative, kApprove, RejectChange},
    {kPost, "/api/v1/changes/{}/withdraw", kNative, kSeeSome, WithdrawChange},
};

Protocol ProtocolOf(std::string_view path) {
  if (mlflow::Owns(path)) return Protocol::kTracking;
  if (path == "/v2" || path.starts_with("/v2/")) return kOpen;
  if (path == "/invocations" || path.starts_with("/serving-endpoints/")) return kMlflow;
  return path.starts_with("/api/") ? kNative : kOther;
}

class Dispatcher {
 public:
  explicit Dispatcher(Dependencies dependencies) {
    CHECK(dependencies.decider != nullptr && dependencies.snapshot &&
          dependencies.clock != nullptr);
    api_->use = std::move(dependencies);
    for (std::size_t i = 0; i < std::size(kRoutes); ++i)
      router_.Add(kRoutes[i].method, kRoutes[i].pattern, i);
  }

  void Handle(const Request& request, std::shared_ptr<Responder> responder) {
    Call call{api_, &request, std::move(responder), {}, ProtocolOf(request.path), nullptr};
    if (call.protocol == Protocol::kTracking) return HandleTracking(call);
    const Router::Match match = router_.Find(request.method, request.path);
    const bool found = match.outcome == Router::Match::Outcome::kFound;
    const RouteEntry* const route = found ? &kRoutes[match.answer] : nullptr;
    const Asked asked = found ? Asked{&route->need, route->pattern} : Asked{};
    if (found) call.protocol = route->protocol;
    const bool open = found && route->need.permission == Permission::kNothing;
    // What is not there is told to nobody who did not say who they are.
    if (open) call.principal = anybody_;
    if (!open && !Admit(call, asked)) return;
    if (!found) return Refuse(call, match);
    call.parameters = match.parameters;
    if (!open && !Permit(call, asked)) return;
    if (const Status type = CheckType(*route, request); !type.ok()) {
      return call.Refuse(type.error(), {}, 415);
    }
    route->answer(call);
  }

 private:
  // What a route takes and what it is called; of no route: nothing.
  struct Asked {
    const Need* need = nullptr;
    std::string_view pattern = "?";
  };

  // Routes of MLflow's table: the same order of questions, the answers in MLflow's words.
  void HandleTracking(Call& call) {
    const mlflow::RouteTable::Match match = mlflow_.Find(call.request->method, call.request->path);
    const Asked asked =
        match.route != nullptr ? Asked{&match.route->need, match.route->pattern} : Asked{};
    if (!Admit(call, asked)) return;
    if (match.route == nullptr) {
      return call.Answer(match.allow.empty() ? mlflow::NoSuchPage()
                                             : mlflow::WrongMethodPage(match.allow));
    }
    call.parameters = match.parameters;
    if (Permit(call, asked)) match.route->answer(call);
  }

  // Who calls, and whether they ask no more than they may.
  bool Admit(Call& call, const Asked& asked) {
    auto principal = api_->use.who.Identify(*call.request);
    if (!principal.ok()) {
      static_cast<void>(Report(call, asked, false));
      return call.Refuse(principal.error()), false;
    }
    call.principal = std::move(*principal);
    const auto& budget = call.principal->shared_budget();
    if (budget == nullptr) return true;
    const std::int64_t wait_ns = budget->TakeRequest(call.request->received.count());
    if (wait_ns != 0) return RefuseForNow(call, wait_ns), false;
    if (!budget->Enter()) return RefuseForNow(call, 0), false;
    // Lives in the budget: nothing is allocated.
    call.responder->Count({budget, &budget->at_once()});
    return true;
  }

  bool Permit(const Call& call, const Asked& asked) {
    const Need& need = *asked.need;
    const Status may = CheckNeed(call, need);
    const bool known = may.ok() || may.error().code() != Code::kInvalidArgument;
    const bool told = IsAdministration(need.permission) && need.told == Told::kAlways;
    if (may.ok() && !told) return true;
    const Status reported = known ? Report(call, asked, may.ok()) : Ok();
    if (may.ok() && reported.ok()) return true;
    return call.Refuse(may.ok() ? reported.error() : may.error()), false;
  }

  // The one place where the API tells of administration, done or refused, and of callers who are
  // not known. An error of the witness stops what would have been done.
  Status Report(const Call& call, const Asked& asked, bool allowed) const {
    const auto& witness = api_->use.witness;
    if (!witness) return Ok();
    records::AccessEvent event;
    event.who = call.principal == nullptr ? "" : call.caller();
    event.action = std::string(kMethodNames[static_cast<std::size_t>(call.request->method)]) + " " +
                   std::string(asked.pattern);
    event.subject = call.parameters[0];
    event.detail = call.parameters[1];
    event.allowed = allowed;
    return witness(event);
  }

  static void RefuseForNow(const Call& call, std::int64_t wait_ns) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    Response response = ProblemResponse(
        call.protocol,
        Error(Code::kResourceExhausted, wait_ns == 0 ? "you have too many requests under way"
                                                     : "you ask more often than you may")
            .Help("come back later; what a token may ask is set when it is made"));
    const std::int64_t seconds = std::max<std::int64_t>(1, (wait_ns + kSecond - 1) / kSecond);
    for (auto& [name, value] : response.headers) {
      if (name == "Retry-After") value = std::to_string(seconds);
    }
    call.Answer(std::move(response));
  }

  // MLflow's calls have types, and words, of their own.
  static Status CheckType(const RouteEntry& route, const Request& request) {
    if (route.method == kGet || route.protocol == kMlflow) return Ok();
    return CheckBodyType(request, route.other_types);
  }

  static void Refuse(Call& call, const Router::Match& match) {
    if (match.outcome == Router::Match::Outcome::kNoPath) {
      return call.Refuse(Error(Code::kNotFound, "there is nothing at this path"));
    }
    Response response = ProblemResponse(
        call.protocol, Error(Code::kInvalidArgument, "this path does not take this method"), {},
        405);
    response.headers.emplace_back("Allow", match.allow);
    call.Answer(std::move(response));
  }

  // Whom nobody asked: sees no model.
  const std::shared_ptr<const records::Principal> anybody_ =
      std::make_shared<const records::Principal>("", std::span<const records::Grant>());
  const std::shared_ptr<Api> api_ = std::make_shared<Api>();
  Router router_;
  const mlflow::RouteTable mlflow_;
};

}  // namespace

Handler MakeHandler(Dependencies dependencies) {
  auto dispatcher = std::make_shared<Dispatcher>(std::move(dependencies));
  return [dispatcher](const Request& request, std::shared_ptr<Responder> responder) {
    dispatcher->Handle(request, std::move(responder));
  };
}

std::vector<RouteNeed> AllRoutes() {
  constexpr std::string_view kOvers[] = {"model", "some", "every"};
  std::vector<RouteNeed> all;
  for (const RouteEntry& route : kRoutes) {
    all.push_back({route.method, std::string(route.pattern), route.need.permission,
                   kOvers[static_cast<std::size_t>(route.need.over)]});
  }
  const mlflow::RouteTable table;
  for (const mlflow::Route* const route : table.routes()) {
    for (std::string& path : mlflow::PathsOf(*route)) {
      all.push_back({route->method, std::move(path), route->need.permission,
                     kOvers[static_cast<std::size_t>(route->need.over)]});
    }
  }
  return all;
}

}  // namespace mooring::api
