#include "api/native/changes.h"

#include <algorithm>
#include <charconv>

#include "api/access.h"
#include "api/http/target.h"
#include "api/native/verdicts.h"
#include "base/text/json.h"

namespace mooring::api {
namespace {

using control::LimitCall;
using What = LimitCall::What;

Result<std::uint64_t> IdOf(const Call& call) {
  const std::string_view text = call.parameters[0];
  std::uint64_t id = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
  // Ids of the book are below 2^63.
  if (ec == std::errc() && end == text.data() + text.size() && id >> 63 == 0) return id;
  return Error(Code::kNotFound, "an id is a number");
}

using records::LimitChange;
using records::Permission;
using Kind = records::LimitChangeKind;

Permission PermissionOf(What what, Kind kind) {
  if (what == What::kApprove || what == What::kReject) return Permission::kApprove;
  const bool release = kind == Kind::kRelease || kind == Kind::kKillRelease;
  return release ? Permission::kRelease : Permission::kSetLimits;
}

// The one model that a change is about: a limit's, or that of a kill in force that stops nothing
// else. "": more than one, or nobody knows.
std::string ModelOf(const Dependencies& use, const LimitChange& change) {
  if (!change.model.empty()) return change.model;
  if (change.kind != Kind::kKillRelease || use.kills == nullptr) return "";
  const auto kills = use.kills->List();
  const auto found = std::ranges::find(kills, change.kill, &records::Kill::id);
  using Scope = records::KillScope::Kind;
  if (found == kills.end()) return "";
  const Scope scope = found->scope.kind;
  return scope == Scope::kAll || scope == Scope::kCaller ? "" : found->scope.model;
}

// A change is seen by who sees the one model that it is about; else by who sees all.
bool Sees(const records::Principal& who, const std::string& model) {
  return model.empty() ? who.SeesAll() : who.Sees(model);
}

Status MayDo(const records::Principal& who, What what, const LimitChange& change,
             const std::string& model) {
  if (!change.model.empty() && !who.Sees(change.model)) return NoSuchModel(change.model);
  const Permission permission = PermissionOf(what, change.kind);
  const bool may = model.empty() ? who.MayEverywhere(permission) : who.May(permission, model);
  if (may) return Ok();
  return Error(Code::kPermissionDenied, "you may not do this")
      .Why("it takes the permission " + std::string(records::PermissionName(permission)));
}

// Who the caller is. Only where nobody knows, who they say they are.
Status ReadAuthor(const Call& call, LimitCall& ask) {
  ask.author = call.caller();
  ask.known = !ask.author.empty();
  ask.address = call.request->peer;
  ask.role = records::RoleNames(call.principal->RolesOn(ask.model));
  if (ask.known || ask.body.empty()) return Ok();
  ASSIGN_OR_RETURN(const Json body, Json::Parse(ask.body, {.name = "body"}));
  if (body.Find("author") == nullptr) return Ok();
  ASSIGN_OR_RETURN(ask.author, body.GetString("author"));
  return Ok();
}

Result<std::string> Answer(const Call& call, What what) {
  LimitCall ask;
  ask.what = what;
  if (what == What::kLower) {
    ask.model = call.parameters[0];
    ask.limit = call.parameters[1];
    if (!ValidateName("model", ask.model).ok()) return NoSuchModel(ask.model);
    if (!ValidateName("limit", ask.limit).ok()) {
      return Error(Code::kNotFound, "the model has no such limit");
    }
  } else if (!call.parameters[0].empty()) {
    ASSIGN_OR_RETURN(ask.id, IdOf(call));
  }
  if (call.api->use.limit_desk == nullptr) {
    return Error(Code::kUnavailable, "this server keeps no limits");
  }
  if (what == What::kChanges) {
    ask.model = QueryValue(call.request->query, "model");
    ask.state = QueryValue(call.request->query, "state");
    ASSIGN_OR_RETURN(ask.count, LimitOf(call, 100, 1000));
  }
  if (what >= What::kAsk) ask.body = call.request->body;
  RETURN_IF_ERROR(ReadAuthor(call, ask));
  const auto who = call.principal;
  const Dependencies* const use = &call.api->use;  // outlives the answer
  ask.sees = [who, use](const LimitChange& change) { return Sees(*who, ModelOf(*use, change)); };
  ask.may = [who, use](What does, const LimitChange& change) {
    return MayDo(*who, does, change, ModelOf(*use, change));
  };
  return call.api->use.limit_desk->Answer(ask);
}

template <What what>
void AnswerOnDesk(const Call& call) {
  AnswerAside(call, call.api->use.administer, [](const Call& each) { return Answer(each, what); });
}

}  // namespace

void LowerLimit(const Call& call) { AnswerOnDesk<What::kLower>(call); }
void AskForChange(const Call& call) { AnswerOnDesk<What::kAsk>(call); }
void ListChanges(const Call& call) { AnswerOnDesk<What::kChanges>(call); }
void ShowChange(const Call& call) { AnswerOnDesk<What::kChange>(call); }
void ApproveChange(const Call& call) { AnswerOnDesk<What::kApprove>(call); }
void RejectChange(const Call& call) { AnswerOnDesk<What::kReject>(call); }
void WithdrawChange(const Call& call) { AnswerOnDesk<What::kWithdraw>(call); }

}  // namespace mooring::api
