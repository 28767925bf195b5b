#include "api/api.h"

#include "api/call.h"
#include "api/http/router.h"
#include "api/metrics/metrics.h"
#include "api/mlflow/scoring.h"
#include "api/native/aliases.h"
#include "api/native/decide.h"
#include "api/native/incidents.h"
#include "api/native/journal.h"
#include "api/native/kills.h"
#include "api/native/models.h"
#include "api/native/outcomes.h"
#include "api/native/profiles.h"
#include "api/native/release.h"
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
  void (*answer)(const Call&);
  std::span<const std::string_view> other_types = {};  // of bodies, beside application/json
};

constexpr std::string_view kLines[] = {"application/x-ndjson", "application/jsonl"};
constexpr std::string_view kBytes[] = {"application/octet-stream"};  // as clients of Triton may say
constexpr auto kGet = Method::kGet, kPost = Method::kPost, kPut = Method::kPut;
constexpr auto kNative = Protocol::kNative, kOpen = Protocol::kOpenInference;
constexpr auto kMlflow = Protocol::kMlflow, kOther = Protocol::kOther;

// Every route of the server; the busiest first.
constexpr RouteEntry kRoutes[] = {
    {kPost, "/v2/models/{}/infer", kOpen, open_inference::Infer, kBytes},
    {kPost, "/api/v1/models/{}/decide", kNative, Decide},
    {kPost, "/invocations", kMlflow, mlflow::InvokeOnly},
    {kPost, "/serving-endpoints/{}/invocations", kMlflow, mlflow::Invoke},
    {kPost, "/v2/models/{}/versions/{}/infer", kOpen, open_inference::Infer, kBytes},
    {kPost, "/api/v1/outcomes", kNative, RecordOutcomes, kLines},

    {kGet, "/v2", kOpen, open_inference::ServerMetadata},
    {kGet, "/v2/health/live", kOpen, open_inference::Live},
    {kGet, "/v2/health/ready", kOpen, open_inference::Ready},
    {kGet, "/v2/models/{}", kOpen, open_inference::ModelMetadata},
    {kGet, "/v2/models/{}/versions/{}", kOpen, open_inference::ModelMetadata},
    {kGet, "/v2/models/{}/ready", kOpen, open_inference::ModelReady},
    {kGet, "/v2/models/{}/versions/{}/ready", kOpen, open_inference::ModelReady},

    {kGet, "/ping", kMlflow, mlflow::Ping},
    {kGet, "/health", kMlflow, mlflow::Ping},
    {kGet, "/version", kMlflow, mlflow::Version},

    {kGet, "/live", kOther, open_inference::Live},
    {kGet, "/ready", kOther, open_inference::Ready},
    {kGet, "/metrics", kOther, Metrics},

    {kGet, "/api/v1/models", kNative, ListModels},
    {kGet, "/api/v1/models/{}", kNative, ShowModel},
    {kGet, "/api/v1/models/{}/versions", kNative, ListVersions},
    {kGet, "/api/v1/models/{}/versions/{}", kNative, ShowVersion},
    {kGet, "/api/v1/models/{}/aliases", kNative, ListAliases},
    {kPut, "/api/v1/models/{}/aliases/{}", kNative, SetAlias},
    {kPost, "/api/v1/models/{}/rollback", kNative, Rollback},
    {kGet, "/api/v1/models/{}/verdicts", kNative, ListVerdicts},
    {kGet, "/api/v1/models/{}/versions/{}/reference", kNative, ShowReference},
    {kPost, "/api/v1/models/{}/profiles", kNative, SendProfile},
    {kGet, "/api/v1/desired", kNative, ShowDesired},
    {kGet, "/api/v1/alerts", kNative, ListAlerts},
    {kGet, "/api/v1/alerts/{}", kNative, ShowAlert},
    {kGet, "/api/v1/incidents", kNative, ListIncidents},
    {kGet, "/api/v1/incidents/{}", kNative, ShowIncident},
    {kPost, "/api/v1/incidents/{}/acknowledge", kNative, AcknowledgeIncident},
    {kPost, "/api/v1/incidents/{}/notes", kNative, NoteIncident},
    {kGet, "/api/v1/silences", kNative, ListSilences},
    {kPost, "/api/v1/silences", kNative, MakeSilence},
    {kPost, "/api/v1/silences/{}/end", kNative, EndSilence},
    {kGet, "/api/v1/notifications", kNative, ListNotifications},
    {kGet, "/api/v1/journal", kNative, TailJournal},
    {kPost, "/api/v1/decisions/{}/release", kNative, ReleaseDecision},
    {kGet, "/api/v1/kills", kNative, ListKills},
    {kPost, "/api/v1/kills", kNative, ThrowKill},
};

Protocol ProtocolOf(std::string_view path) {
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
    Call call{api_, &request, std::move(responder), {}, kOther};
    const Router::Match match = router_.Find(request.method, request.path);
    if (match.outcome != Router::Match::Outcome::kFound) return Refuse(call, match);
    const RouteEntry& route = kRoutes[match.answer];
    call.parameters = match.parameters;
    call.protocol = route.protocol;
    if (const Status type = CheckType(route, request); !type.ok()) {
      return call.Refuse(type.error(), {}, 415);
    }
    route.answer(call);
  }

 private:
  // MLflow's calls have types, and words, of their own.
  static Status CheckType(const RouteEntry& route, const Request& request) {
    if (route.method == kGet || route.protocol == kMlflow) return Ok();
    return CheckBodyType(request, route.other_types);
  }

  static void Refuse(Call& call, const Router::Match& match) {
    call.protocol = ProtocolOf(call.request->path);
    if (match.outcome == Router::Match::Outcome::kNoPath) {
      return call.Refuse(Error(Code::kNotFound, "there is nothing at this path"));
    }
    Response response = ProblemResponse(
        call.protocol, Error(Code::kInvalidArgument, "this path does not take this method"), {},
        405);
    response.headers.emplace_back("Allow", match.allow);
    call.Answer(std::move(response));
  }

  const std::shared_ptr<Api> api_ = std::make_shared<Api>();
  Router router_;
};

}  // namespace

Handler MakeHandler(Dependencies dependencies) {
  auto dispatcher = std::make_shared<Dispatcher>(std::move(dependencies));
  return [dispatcher](const Request& request, std::shared_ptr<Responder> responder) {
    dispatcher->Handle(request, std::move(responder));
  };
}

}  // namespace mooring::api
