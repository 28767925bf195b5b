// Small pieces of MLflow's answers on the project's JsonWriter. Protocol: snake_case names, int64
// as JSON numbers, unset fields and empty lists left out, non-finite doubles as the texts "NaN",
// "Infinity" and "-Infinity".
//
//   MemberIfAny(json, "description", version.description);
//   WriteKeyValues(json, "tags", run.tags);
//
// Thread safety: as JsonWriter.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/text/json_writer.h"
#include "records/tracking/tracked.h"

namespace mooring::api::mlflow {

void WriteDouble(JsonWriter& json, double value);
// Left out when empty.
inline void MemberIfAny(JsonWriter& json, std::string_view key, std::string_view text) {
  if (!text.empty()) json.Member(key, text);
}
// [{"key":…,"value":…}], left out when there are none.
void WriteKeyValues(JsonWriter& json, std::string_view key,
                    std::span<const records::KeyValue> pairs);
// Ends an answer that lists a page: its token, if there are more.
inline void WriteNextToken(JsonWriter& json, std::string_view token) {
  MemberIfAny(json, "next_page_token", token);
}
std::string_view LifecycleName(records::Lifecycle stage);

}  // namespace mooring::api::mlflow
