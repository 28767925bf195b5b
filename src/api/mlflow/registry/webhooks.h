// MLflow's calls on webhooks: POST and GET …/webhooks, GET, PATCH and DELETE …/webhooks/{id}, POST
// …/webhooks/{id}/test. A webhook hears of every model, so it takes rights over every model. A
// secret is taken and never shown.
//
// Also how the registry's calls tell of what they did: after it was done, so that a crash in
// between loses the event and never invents one. What cannot be told fails no call.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> CreateWebhook(const Call& call);
Result<std::string> ListWebhooks(const Call& call);
Result<std::string> GetWebhook(const Call& call);
Result<std::string> UpdateWebhook(const Call& call);
Result<std::string> DeleteWebhook(const Call& call);
Result<std::string> TestWebhook(const Call& call);

// {"entity","action"} with data of texts.
using EventData = std::vector<std::pair<std::string_view, std::string_view>>;
void TellEvent(const Call& call, std::string_view entity, std::string_view action,
               const EventData& data);

}  // namespace mooring::api::mlflow
