#include "api/native/drills.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

Result<std::string> Keep(const Call& call) {
  if (!call.api->use.keep_drill) {
    return Error(Code::kUnavailable, "this server keeps no rehearsals");
  }
  ASSIGN_OR_RETURN(const std::string name,
                   call.api->use.keep_drill(call.request->body, call.caller()));
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("kept", name).EndObject();
  return text;
}

}  // namespace

void KeepDrill(const Call& call) { AnswerAside(call, call.api->use.administer, Keep); }

}  // namespace mooring::api
