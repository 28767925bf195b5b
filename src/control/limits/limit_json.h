// Changes of limits as JSON, for answers, and what people ask for, out of it.
//
// Thread safety: pure functions.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/limit_book/limit_change.h"

namespace mooring::control {

void WriteChange(JsonWriter& json, const records::LimitChange& change);

// A body of LimitCall::kAsk or kLower, without model and limit of the latter. kInvalidArgument.
Result<records::LimitChange> ReadAsked(const Json& body, Time now);
// kInvalidArgument names the first member that is not known.
Status CheckMembers(const Json& body, std::initializer_list<std::string_view> known);
// "" when absent.
Result<std::string> TextMember(const Json& body, std::string_view key);

}  // namespace mooring::control
