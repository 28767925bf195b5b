#include "api/json/pull.h"
#include "api/mlflow/wire/fields.h"

namespace mooring::api::mlflow {
namespace {

using Kind = JsonPull::Kind;

// Members beyond this in one object are passed over: looking for one that came before is linear.
constexpr std::size_t kMembers = 256;
// A document with more values than this cannot be read: each takes many times its bytes.
constexpr std::size_t kValues = 200'000;

void Put(Json::Object& members, std::string name, Json value) {
  for (auto& [key, old] : members) {
    if (key != name) continue;
    old = std::move(value);
    return;
  }
  if (members.size() < kMembers) members.emplace_back(std::move(name), std::move(value));
}

Json ScalarOf(const JsonPull::Scalar& cell) {
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

class TreeReader {
 public:
  explicit TreeReader(std::string_view text) : json_(text, JsonPull::Tokens::kNanAllowed) {}

  // Null when it cannot be read.
  Json Read() {
    Json value = ReadValue();
    return json_.Finish().ok() ? value : Json();
  }

 private:
  // Depth is bounded by JsonPull.
  Json ReadValue() {
    if (++values_ > kValues) json_.Fail("there are too many values");
    switch (json_.Peek()) {
      case Kind::kObject: return ReadObject();
      case Kind::kArray: return ReadArray();
      default: break;
    }
    JsonPull::Scalar cell;
    return json_.Read(cell) ? ScalarOf(cell) : Json();
  }

  Json ReadObject() {
    Json::Object members;
    if (!json_.EnterObject()) return Json();
    for (std::string_view key; json_.NextKey(key);) {
      std::string name(key);  // before the value is read, which may take its place
      Put(members, std::move(name), ReadValue());
    }
    return Json(std::move(members));
  }

  Json ReadArray() {
    Json::Array elements;
    if (!json_.EnterArray()) return Json();
    while (json_.NextElement()) elements.push_back(ReadValue());
    return Json(std::move(elements));
  }

  JsonPull json_;
  std::size_t values_ = 0;
};

}  // namespace

Json ReadLeniently(std::string_view body) {
  Json read = TreeReader(body).Read();
  if (read.IsString()) read = TreeReader(std::string(read.AsString().value())).Read();
  return read.IsObject() ? read : Json(Json::Object());
}

}  // namespace mooring::api::mlflow
