#include "records/webhooks/webhook.h"

#include <algorithm>
#include <array>

namespace mooring::records {
namespace {

struct Known {
  std::string_view entity, actions;  // of the protocol, actions in spaces
};
constexpr Known kKnown[] = {
    {"REGISTERED_MODEL", " CREATED "},
    {"MODEL_VERSION", " CREATED "},
    {"MODEL_VERSION_TAG", " SET DELETED "},
    {"MODEL_VERSION_ALIAS", " CREATED DELETED "},
    {"PROMPT", " CREATED "},
    {"PROMPT_VERSION", " CREATED "},
    {"PROMPT_TAG", " SET DELETED "},
    {"PROMPT_VERSION_TAG", " SET DELETED "},
    {"PROMPT_ALIAS", " CREATED DELETED "},
};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

Status CheckWebhookEvent(const WebhookEvent& event) {
  for (const Known& known : kKnown) {
    if (known.entity != event.entity) continue;
    if (known.actions.find(" " + event.action + " ") != known.actions.npos) return Ok();
  }
  return Error(Code::kInvalidArgument, "Invalid action '" + event.action.substr(0, 64) +
                                           "' for entity '" + event.entity.substr(0, 64) + "'.");
}

std::string EventBody(const WebhookEvent& event, Time at, std::string_view data_json) {
  std::string body = R"({"entity":")" + Lower(event.entity) + R"(","action":")" +
                     Lower(event.action) + R"(","timestamp":")" + FormatTime(at) + R"(","data":)";
  body.append(data_json).append("}");
  return body;
}

}  // namespace mooring::records
