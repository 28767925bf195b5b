#include "api/json/pull.h"
#include "api/mlflow/wire/fields.h"

namespace mooring::api::mlflow {
namespace {

using Kind = JsonPull::Kind;

// Members beyond this in one object are passed over: looking for one that came before is linear.
constexpr std::size_t kMembers = 256;

Json ReadValue(JsonPull& json);

void Put(Json::Object& members, std::string name, Json value) {
  for (auto& [key, old] : members) {
    if (key != name) continue;
    old = std::move(value);
    return;
  }
  if (members.size() < kMembers) members.emplace_back(std::move(name), std::move(value));
}

Json ReadObject(JsonPull& json) {
  Json::Object members;
  if (!json.EnterObject()) return Json();
  for (std::string_view key; json.NextKey(key);) {
    std::string name(key);  // before the value is read, which may take its place
    Put(members, std::move(name), ReadValue(json));
  }
  return Json(std::move(members));
}

Json ReadArray(JsonPull& json) {
  Json::Array elements;
  if (!json.EnterArray()) return Json();
  while (json.NextElement()) elements.push_back(ReadValue(json));
  return Json(std::move(elements));
}

Json ReadScalar(JsonPull& json) {
  JsonPull::Scalar cell;
  if (!json.Read(cell)) return Json();
  switch (cell.kind) {
    case Kind::kBool: return Json(cell.boolean);
    case Kind::kInteger: return Json(cell.integer);
    case Kind::kUnsigned: return Json(cell.whole);
    case Kind::kHugeInteger:
    case Kind::kNumber: return Json(cell.number);
    case Kind::kText: return Json(std::string(cell.text));
    default: return Json();
  }
}

// Depth is bounded by the reader.
Json ReadValue(JsonPull& json) {
  switch (json.Peek()) {
    case Kind::kObject: return ReadObject(json);
    case Kind::kArray: return ReadArray(json);
    default: return ReadScalar(json);
  }
}

}  // namespace

Json ReadLeniently(std::string_view body) {
  std::string inner;
  for (int times = 0; times < 2; ++times) {
    JsonPull json(body, JsonPull::Tokens::kNanAllowed);
    Json read = ReadValue(json);
    if (!json.Finish().ok()) break;
    if (read.IsObject()) return read;
    if (!read.IsString()) break;
    inner = read.AsString().value();
    body = inner;
  }
  return Json(Json::Object());
}

}  // namespace mooring::api::mlflow
