#include "api/mlflow/wire/write.h"

#include <cmath>

namespace mooring::api::mlflow {

void WriteDouble(JsonWriter& json, double value) {
  if (std::isfinite(value)) [[likely]] {
    json.Value(value);
    return;
  }
  json.Value(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

void WriteKeyValues(JsonWriter& json, std::string_view key,
                    std::span<const records::KeyValue> pairs) {
  if (pairs.empty()) return;
  json.Key(key).BeginArray();
  for (const records::KeyValue& pair : pairs) {
    json.BeginObject().Member("key", pair.key).Member("value", pair.value).EndObject();
  }
  json.EndArray();
}

std::string_view LifecycleName(records::Lifecycle stage) {
  return stage == records::Lifecycle::kActive ? "active" : "deleted";
}

}  // namespace mooring::api::mlflow
