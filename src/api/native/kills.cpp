#include "api/native/kills.h"

#include <algorithm>
#include <limits>

#include "api/access.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

using records::Kill;
using records::KillScope;
using Kind = KillScope::Kind;

struct Order {
  KillScope scope;
  serving::Orderer by;
  std::string reason;
};

Status ReadScope(const Json& body, KillScope& scope) {
  ASSIGN_OR_RETURN(const std::string_view kind, body.GetString("scope"));
  constexpr std::string_view kKinds[] = {"all", "model", "version", "segment", "caller"};
  const auto found = std::ranges::find(kKinds, kind);
  if (found == std::end(kKinds)) {
    return Error(Code::kInvalidArgument, "scope is all, model, version, segment or caller");
  }
  scope.kind = static_cast<Kind>(found - std::begin(kKinds));
  const auto text = [&](std::string_view key, std::string& into) -> Status {
    if (body.Find(key) == nullptr) return Ok();
    ASSIGN_OR_RETURN(into, body.GetString(key));
    return Ok();
  };
  RETURN_IF_ERROR(text("model", scope.model));
  RETURN_IF_ERROR(text("segment", scope.segment));
  RETURN_IF_ERROR(text("caller", scope.caller));
  if (body.Find("version") != nullptr) {
    ASSIGN_OR_RETURN(const std::uint64_t version, body.GetUint("version"));
    if (version > std::numeric_limits<VersionNumber>::max()) {
      return Error(Code::kInvalidArgument, "there is no such version");
    }
    scope.version = static_cast<VersionNumber>(version);
  }
  return records::CheckScope(scope);
}

bool IsOfModel(const KillScope& scope) {
  return scope.kind != Kind::kAll && scope.kind != Kind::kCaller;
}

// A model that the caller does not see is answered as one that is not there.
Status CheckMayKill(const Call& call, const KillScope& scope) {
  const records::Principal& who = *call.principal;
  using records::Permission;
  if (IsOfModel(scope) && !who.Sees(scope.model)) return NoSuchModel(scope.model);
  const bool may = IsOfModel(scope) ? who.May(Permission::kKill, scope.model)
                                    : who.MayEverywhere(Permission::kKill);
  if (may) return Ok();
  return Error(Code::kPermissionDenied, "you may not stop " + records::ScopeText(scope));
}

bool MaySee(const Call& call, const KillScope& scope) {
  if (IsOfModel(scope)) return call.principal->Sees(scope.model);
  return scope.kind == Kind::kAll || scope.caller == call.caller() ||
         call.principal->MayEverywhere(records::Permission::kReadMetadata);
}

serving::Orderer OrdererOf(const Call& call) {
  return {.name = call.caller(),
          .role = records::RoleNames(call.principal->RolesOn("")),
          .channel = "api",
          .address = std::string(call.request->peer)};
}

Result<Order> ReadOrder(const Call& call) {
  Order order;
  ASSIGN_OR_RETURN(const Json body, Json::Parse(call.request->body, {.name = "body"}));
  RETURN_IF_ERROR(ReadScope(body, order.scope));
  RETURN_IF_ERROR(CheckMayKill(call, order.scope));
  if (body.Find("reason") != nullptr) {
    ASSIGN_OR_RETURN(order.reason, body.GetString("reason"));
  }
  order.by = OrdererOf(call);
  if (order.by.name.empty() && body.Find("author") != nullptr) {
    ASSIGN_OR_RETURN(order.by.name, body.GetString("author"));
  }
  if (order.by.name.empty()) order.by.name = "api";
  if (IsOfModel(order.scope)) {
    order.by.role = records::RoleNames(call.principal->RolesOn(order.scope.model));
  }
  return order;
}

void WriteKill(JsonWriter& json, const Kill& kill) {
  json.BeginObject().Member("id", kill.id).Member("scope", records::ScopeText(kill.scope));
  json.Member("since", FormatTime(kill.since)).Member("by", kill.by);
  json.Member("reason", kill.reason).EndObject();
}

// A kill of what is not there is in force all the same: it may come. "" when it is there.
std::string WarningOf(const Call& call, const KillScope& scope) {
  if (!IsOfModel(scope) || !call.api->use.snapshot) return "";
  const auto snapshot = call.api->use.snapshot();
  const serving::ServedModel* const model = snapshot->Find(scope.model);
  if (model == nullptr) return "no such model is served now: " + scope.model;
  if (scope.kind != Kind::kVersion || model->versions.contains(scope.version)) return "";
  return "no such version is served now: " + scope.model + "/" + std::to_string(scope.version);
}

std::string KillJson(const Kill& kill, Nanos taken, const std::string& warning) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("kill");
  WriteKill(json, kill);
  json.Member("took_us", taken.count() / 1000);
  if (!warning.empty()) json.Member("warning", warning);
  json.EndObject();
  return text;
}

Error NoSwitch() { return Error(Code::kUnavailable, "this server runs without a kill switch"); }

}  // namespace

void ListKills(const Call& call) {
  if (call.api->use.kills == nullptr) return call.Refuse(NoSwitch());
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("kills").BeginArray();
  for (const Kill& kill : call.api->use.kills->List()) {
    if (MaySee(call, kill.scope)) WriteKill(json, kill);
  }
  json.EndArray().EndObject();
  call.AnswerJson(std::move(text));
}

void ThrowKill(const Call& call) {
  if (call.api->use.kills == nullptr) return call.Refuse(NoSwitch());
  auto order = ReadOrder(call);
  if (!order.ok()) return call.Refuse(order.error());
  const auto done = [call, warning = WarningOf(call, order->scope)](const Result<Kill>& kill) {
    if (!kill.ok()) return call.Refuse(kill.error());
    const Nanos taken = call.api->use.clock->Monotonic() - call.request->received;
    call.AnswerJson(KillJson(*kill, taken, warning));
  };
  // In effect at once; the disk is waited for aside, and a loop that is asked to stop everything
  // goes on answering.
  call.api->use.kills->Throw(order->scope, order->by, order->reason, done, call.api->use.urgent);
}

}  // namespace mooring::api
