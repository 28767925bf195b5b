// Any bytes as a JSON document: parsed or refused with a place; what was parsed survives being
// written and parsed again.
#include <cstdint>
#include <cstdlib>

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace {

using mooring::Json;
using mooring::JsonWriter;

void Write(const Json& json, JsonWriter& out) {
  if (json.IsNull()) out.Null();
  if (json.IsBool()) out.Value(*json.AsBool());
  if (json.IsString()) out.Value(*json.AsString());
  if (json.IsInteger() && json.AsInt().ok()) out.Value(*json.AsInt());
  if (json.IsInteger() && !json.AsInt().ok()) out.Value(*json.AsUint());
  if (json.IsNumber() && !json.IsInteger()) out.Value(*json.AsDouble());
  if (json.IsArray()) {
    out.BeginArray();
    for (const Json& element : **json.AsArray()) Write(element, out);
    out.EndArray();
  }
  if (json.IsObject()) {
    out.BeginObject();
    for (const auto& [key, value] : **json.AsObject()) Write(value, out.Key(key));
    out.EndObject();
  }
}

std::string Text(const Json& json) {
  std::string text;
  JsonWriter writer(text);
  Write(json, writer);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto json = Json::Parse(text);
  if (!json.ok()) {
    if (json.error().where().empty()) std::abort();
    return 0;
  }
  const std::string once = Text(*json);
  const auto again = Json::Parse(once);
  if (!again.ok() || Text(*again) != once) std::abort();
  return 0;
}
