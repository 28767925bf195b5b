#include "api/native/thaw.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

Result<std::string> Thaw(const Call& call) {
  ASSIGN_OR_RETURN(const Json body, Json::Parse(call.request->body, {.name = "body"}));
  if (!call.principal->MayEverywhere(records::Permission::kRelease)) {
    return Error(Code::kPermissionDenied, "you may not let the windows of limits go on")
        .Why("it takes the permission to release, over every model");
  }
  if (!call.api->use.thaw) return Error(Code::kUnavailable, "this server keeps no limits");
  ASSIGN_OR_RETURN(const std::string_view reason, body.GetString("reason"));
  std::string author = call.caller();
  const bool known = !author.empty();
  if (!known && body.Find("author") != nullptr) {
    ASSIGN_OR_RETURN(author, body.GetString("author"));
  }
  RETURN_IF_ERROR(call.api->use.thaw(author.empty() ? "api" : author, std::string(reason)));
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("frozen", false).Member("names", known ? "checked" : "claimed");
  json.EndObject();
  return text;
}

}  // namespace

void ThawLimits(const Call& call) { AnswerAside(call, call.api->use.administer, Thaw); }

}  // namespace mooring::api
