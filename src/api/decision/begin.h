// What the protocols do alike before a decision: find the version, take the caller's name and
// request id, put JSON values into cells.
//
// A caller's request id makes a decision repeatable: the same id with the same body is answered by
// the earlier decision, with another body it is a conflict. It is the header Idempotency-Key in
// every protocol, or `request_id` of a native body. The `id` of Open Inference is only echoed: many
// clients send the same one with everything.
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "api/json/pull.h"
#include "base/result.h"
#include "serving/decision.h"
#include "serving/row_builder.h"

namespace mooring::api {

// A request for the decision of `model` by `version` ("" the champion), without rows.
// kInvalidArgument for a name or id that is none, kNotFound and kUnavailable as Decider::Resolve.
Result<serving::DecisionRequest> BeginDecision(const Call& call, std::string_view model,
                                               std::string_view version);

// Sets the request id and the hash of method target and body that goes with it.
Status SetRequestId(const Call& call, std::string_view id, serving::DecisionRequest& request);

// Reads one JSON value into a cell; arrays and objects become a problem of the cell.
void PutCell(JsonPull& json, serving::RowBuilder& rows, std::size_t column,
             serving::Coercion coercion);
// {"feature": value, …} as one row.
void PutRow(JsonPull& json, serving::RowBuilder& rows, serving::Coercion coercion);

// A version number out of a path or query; kNotFound for anything else.
Result<VersionNumber> ParseVersion(std::string_view model, std::string_view text);

}  // namespace mooring::api
