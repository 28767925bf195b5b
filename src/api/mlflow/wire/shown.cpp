#include "api/mlflow/wire/shown.h"

#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/write.h"

namespace mooring::api::mlflow {
namespace {

void Show(const Json& value, std::string& out);

void ShowObject(const Json::Object& members, std::string& out) {
  out.push_back('{');
  for (const auto& [key, value] : members) {
    if (out.size() > kShownBytes) break;
    if (out.back() != '{') out.append(", ");
    AppendJsonString(out, key);
    out.append(": ");
    Show(value, out);
  }
  out.push_back('}');
}

void ShowArray(const Json::Array& elements, std::string& out) {
  out.push_back('[');
  for (const Json& element : elements) {
    if (out.size() > kShownBytes) break;
    if (&element != elements.data()) out.append(", ");
    Show(element, out);
  }
  out.push_back(']');
}

void Show(const Json& value, std::string& out) {
  if (value.IsObject()) return ShowObject(*value.AsObject().value(), out);
  if (value.IsArray()) return ShowArray(*value.AsArray().value(), out);
  if (value.IsString()) {
    // Cut later, at the end of a character.
    return AppendJsonString(out, value.AsString().value().substr(0, 2 * kShownBytes));
  }
  JsonWriter json(out);
  if (value.IsNull()) {
    json.Null();
  } else if (value.IsBool()) {
    json.Value(value.AsBool().value());
  } else if (const auto integer = value.AsInt(); integer.ok()) {
    json.Value(*integer);
  } else if (const auto whole = value.AsUint(); whole.ok()) {
    json.Value(*whole);
  } else {
    WriteDouble(json, value.AsDouble().value());
  }
}

}  // namespace

std::string PythonJson(const Json& value) {
  std::string out;
  Show(value, out);
  return out;
}

std::string_view PythonType(const Json& value) {
  if (value.IsNull()) return "NoneType";
  if (value.IsBool()) return "bool";
  if (value.IsInteger()) return "int";
  if (value.IsNumber()) return "float";
  if (value.IsString()) return "str";
  return value.IsArray() ? "list" : "dict";
}

}  // namespace mooring::api::mlflow
