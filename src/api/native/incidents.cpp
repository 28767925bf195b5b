#include "api/native/incidents.h"

#include <charconv>

#include "api/http/target.h"
#include "api/native/verdicts.h"
#include "base/text/json.h"

namespace mooring::api {
namespace {

using control::DeskCall;
using What = DeskCall::What;

Result<std::uint64_t> IdOf(const Call& call) {
  const std::string_view text = call.parameters[0];
  std::uint64_t id = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
  // Ids of the store are below 2^63.
  if (ec == std::errc() && end == text.data() + text.size() && id >> 63 == 0) return id;
  return Error(Code::kNotFound, "an id is a number");
}

Result<bool> SwitchOf(const Call& call, std::string_view name) {
  const std::string text = QueryValue(call.request->query, name);
  if (text.empty() || text == "false") return false;
  if (text == "true") return true;
  return Error(Code::kInvalidArgument, std::string(name) + " is true or false");
}

// Who the caller is, else who they say they are.
Result<std::string> AuthorOf(const Call& call) {
  std::string author = call.caller();
  if (!author.empty()) return author;
  const auto body = Json::Parse(call.request->body);
  if (body.ok() && body->Find("author") != nullptr) {
    ASSIGN_OR_RETURN(const std::string_view said, body->GetString("author"));
    author = said;
  }
  return author.empty() ? "api" : author;
}

Result<std::string> Answer(const Call& call, What what) {
  if (call.api->use.incidents == nullptr) {
    return Error(Code::kUnavailable, "this server runs without alerts");
  }
  DeskCall desk;
  desk.what = what;
  desk.caller = call.principal.get();
  desk.model = QueryValue(call.request->query, "model");
  desk.sink = QueryValue(call.request->query, "sink");
  desk.state = QueryValue(call.request->query, "state");
  ASSIGN_OR_RETURN(desk.all, SwitchOf(call, "all"));
  ASSIGN_OR_RETURN(desk.open, SwitchOf(call, "open"));
  ASSIGN_OR_RETURN(desk.limit, LimitOf(call, 100, 1000));
  if (!call.parameters[0].empty()) {
    ASSIGN_OR_RETURN(desk.id, IdOf(call));
  }
  if (what >= What::kAcknowledge) {
    ASSIGN_OR_RETURN(desk.author, AuthorOf(call));
    desk.body = call.request->body;
    desk.address = call.request->peer;
  }
  return call.api->use.incidents->Answer(desk);
}

template <What what>
void AnswerOnDesk(const Call& call) {
  AnswerAside(call, call.api->use.administer, [](const Call& each) { return Answer(each, what); });
}

}  // namespace

void ListAlerts(const Call& call) { AnswerOnDesk<What::kAlerts>(call); }
void ShowAlert(const Call& call) { AnswerOnDesk<What::kAlert>(call); }
void ListIncidents(const Call& call) { AnswerOnDesk<What::kIncidents>(call); }
void ShowIncident(const Call& call) { AnswerOnDesk<What::kIncident>(call); }
void AcknowledgeIncident(const Call& call) { AnswerOnDesk<What::kAcknowledge>(call); }
void NoteIncident(const Call& call) { AnswerOnDesk<What::kNote>(call); }
void ListSilences(const Call& call) { AnswerOnDesk<What::kSilences>(call); }
void MakeSilence(const Call& call) { AnswerOnDesk<What::kSilence>(call); }
void EndSilence(const Call& call) { AnswerOnDesk<What::kEndSilence>(call); }
void ListNotifications(const Call& call) { AnswerOnDesk<What::kNotifications>(call); }

}  // namespace mooring::api
