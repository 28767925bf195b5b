#include "api/mlflow/wire/fields.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "api/http/target.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/shown.h"

namespace mooring::api::mlflow {
namespace {

constexpr std::size_t kQueryKeys = 1024;

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

template <typename T>
std::optional<T> Parse(std::string_view text) {
  T value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> ParseNumber(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != text.npos) return std::nullopt;
  return Parse<double>(text);
}

std::optional<std::int64_t> WholeOf(double number) {
  constexpr double kMost = 9007199254740992.0;  // 2^53
  if (!(std::abs(number) <= kMost) || number != std::trunc(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

Status CheckJsonType(const Request& request) {
  if (request.content_type == "application/json") return Ok();
  if (request.content_type.empty()) {
    return Invalid("Bad Request. Content-Type header is missing.");
  }
  return Invalid("Bad Request. Content-Type must be one of ['application/json'].");
}

Result<Fields> Fields::Of(const Request& request) {
  if (request.method == Method::kGet || request.method == Method::kHead) {
    return OfQuery(request.query);
  }
  RETURN_IF_ERROR(CheckJsonType(request));
  return OfBody(request.body);
}

Fields Fields::OfBody(std::string_view body) {
  auto root = std::make_shared<const Json>(ReadLeniently(body));
  const Json* const object = root.get();
  return {std::move(root), object, "", false};
}

Fields Fields::OfQuery(std::string_view query) {
  Json::Object members;
  for (auto& [name, value] : QueryPairs(query, kQueryKeys)) {
    const auto same =
        std::find_if(members.begin(), members.end(),
                     [&key = name](const auto& member) { return member.first == key; });
    if (same == members.end()) {
      members.emplace_back(std::move(name), Json(Json::Array{Json(std::move(value))}));
    } else {
      Json::Array all = *same->second.AsArray().value();
      all.emplace_back(std::move(value));
      same->second = Json(std::move(all));
    }
  }
  auto root = std::make_shared<const Json>(Json(std::move(members)));
  const Json* const object = root.get();
  return {std::move(root), object, "", true};
}

const Json* Fields::Find(std::string_view name) const {
  const Json* const value = object_ == nullptr ? nullptr : object_->Find(name);
  return value == nullptr || value->IsNull() ? nullptr : value;
}

// Of a member of a query that is no list the first counts.
const Json* Fields::FindOne(std::string_view name) const {
  const Json* const value = Find(name);
  if (!query_ || value == nullptr) return value;
  return &value->AsArray().value()->front();
}

std::string Fields::PathOf(std::string_view name) const { return path_ + std::string(name); }

std::string Fields::Shown(std::string_view name) const {
  const Json* const value = FindOne(name);
  return value == nullptr ? "null" : PythonJson(*value);
}

std::string_view Fields::TypeOf(std::string_view name) const {
  const Json* const value = FindOne(name);
  return value == nullptr ? "NoneType" : PythonType(*value);
}

Error Fields::Wrong(std::string_view name, const Json& value) const {
  return WrongType(PathOf(name), PythonJson(value), PythonType(value));
}

Result<std::string> Fields::Text(std::string_view name) const {
  const Json* const value = FindOne(name);
  if (value == nullptr) return std::string();
  if (!value->IsString()) return Wrong(name, *value);
  return std::string(value->AsString().value());
}

Result<std::string> Fields::Required(std::string_view name) const {
  ASSIGN_OR_RETURN(std::string text, Text(name));
  if (text.empty()) return MissingValue(PathOf(name));
  return text;
}

Result<std::string> Fields::RunId() const {
  return Required(!Has("run_id") && Has("run_uuid") ? "run_uuid" : "run_id");
}

Result<std::optional<std::int64_t>> Fields::Int(std::string_view name) const {
  const Json* const value = FindOne(name);
  if (value == nullptr) return std::optional<std::int64_t>();
  std::optional<std::int64_t> whole;
  if (value->IsString()) {
    whole = Parse<std::int64_t>(value->AsString().value());
  } else if (const auto integer = value->AsInt(); integer.ok()) {
    whole = *integer;
  } else if (const auto number = value->AsDouble(); number.ok()) {
    whole = WholeOf(*number);
  }
  if (!whole) return Wrong(name, *value);
  return whole;
}

Result<std::int64_t> Fields::RequiredInt(std::string_view name) const {
  ASSIGN_OR_RETURN(const auto value, Int(name));
  if (!value) return MissingValue(PathOf(name));
  return *value;
}

Result<std::optional<double>> Fields::Number(std::string_view name) const {
  const Json* const value = FindOne(name);
  if (value == nullptr) return std::optional<double>();
  std::optional<double> number;
  if (value->IsString()) {
    number = ParseNumber(value->AsString().value());
  } else if (const auto given = value->AsDouble(); given.ok()) {
    number = *given;
  }
  if (!number) return Wrong(name, *value);
  return number;
}

Result<double> Fields::RequiredNumber(std::string_view name) const {
  ASSIGN_OR_RETURN(const auto value, Number(name));
  if (!value) return MissingValue(PathOf(name));
  return *value;
}

Result<bool> Fields::Bool(std::string_view name) const {
  const Json* const value = FindOne(name);
  if (value == nullptr) return false;
  if (value->IsBool()) return value->AsBool();
  if (!value->IsString()) return Wrong(name, *value);
  const std::string_view text = value->AsString().value();
  if (EqualsIgnoringCase(text, "true")) return true;
  if (EqualsIgnoringCase(text, "false")) return false;
  return Invalid("Invalid boolean value: " + std::string(text.substr(0, kShownBytes)) +
                 ", must be 'true' or 'false'.");
}

Result<std::vector<std::string>> Fields::Texts(std::string_view name) const {
  std::vector<std::string> texts;
  const Json* const value = Find(name);
  if (value == nullptr) return texts;
  if (!value->IsArray()) return Wrong(name, *value);
  for (const Json& element : *value->AsArray().value()) {
    if (!element.IsString()) return Wrong(name, *value);
    texts.emplace_back(element.AsString().value());
  }
  return texts;
}

Result<std::vector<Fields>> Fields::Objects(std::string_view name) const {
  std::vector<Fields> objects;
  const Json* const value = Find(name);
  if (value == nullptr) return objects;
  if (!value->IsArray()) return Wrong(name, *value);
  for (const Json& element : *value->AsArray().value()) {
    if (!element.IsObject()) return Wrong(name, *value);
    objects.push_back(
        Fields(root_, &element, PathOf(name) + "[" + std::to_string(objects.size()) + "].", false));
  }
  return objects;
}

Result<Fields> Fields::Object(std::string_view name) const {
  const Json* const value = Find(name);
  if (value != nullptr && !value->IsObject()) return Wrong(name, *value);
  return Fields(root_, value, PathOf(name) + ".", false);
}

std::string Fields::NameOrNumber(std::string_view name) const {
  const Json* const value = FindOne(name);
  if (value == nullptr) return "";
  if (value->IsString()) return std::string(value->AsString().value());
  const auto number = value->AsInt();
  return number.ok() ? std::to_string(*number) : "";
}

Result<std::size_t> Fields::MaxResults(std::size_t otherwise, std::size_t most) const {
  ASSIGN_OR_RETURN(const auto wanted, Int("max_results"));
  if (!wanted) return otherwise;
  const std::string start =
      "Invalid value " + std::to_string(*wanted) + " for parameter 'max_results' supplied. ";
  if (*wanted < 1) return Invalid(start + "It must be a positive integer");
  if (static_cast<std::uint64_t>(*wanted) > most) {
    return Invalid(start + "It must be at most " + std::to_string(most));
  }
  return static_cast<std::size_t>(*wanted);
}

Result<std::vector<records::KeyValue>> Fields::KeyValues(std::string_view name) const {
  std::vector<records::KeyValue> pairs;
  ASSIGN_OR_RETURN(const std::vector<Fields> objects, Objects(name));
  for (const Fields& each : objects) {
    ASSIGN_OR_RETURN(std::string key, each.Required("key"));
    ASSIGN_OR_RETURN(std::string value, each.Text("value"));
    pairs.push_back({std::move(key), std::move(value)});
  }
  return pairs;
}

}  // namespace mooring::api::mlflow
