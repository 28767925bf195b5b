#include "base/text/json.h"

#include <array>
#include <limits>

namespace mooring {
namespace {

constexpr std::array<std::string_view, 8> kTypeNames = {
    "null", "a boolean", "a number", "a number", "a number", "a string", "an array", "an object"};

// Puts the key in front of what was wrong with its value.
template <typename T>
Result<T> Named(std::string_view key, Result<T> result) {
  if (result.ok()) return result;
  return std::move(result).error().Context("'" + std::string(key) + "'");
}

}  // namespace

std::string_view Json::TypeName() const { return kTypeNames[value_.index()]; }

Error Json::NotA(std::string_view wanted) const {
  return Error(Code::kInvalidArgument, "must be " + std::string(wanted))
      .Why("it is " + std::string(TypeName()));
}

Result<bool> Json::AsBool() const {
  if (const bool* value = std::get_if<bool>(&value_)) return *value;
  return NotA("a boolean");
}

Result<std::int64_t> Json::AsInt() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  return NotA("an integer of 64 bits");
}

Result<std::uint64_t> Json::AsUint() const {
  if (const auto* value = std::get_if<std::uint64_t>(&value_)) return *value;
  const auto* value = std::get_if<std::int64_t>(&value_);
  if (value != nullptr && *value >= 0) return static_cast<std::uint64_t>(*value);
  return NotA("an integer from 0 up");
}

Result<double> Json::AsDouble() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*value);
  return NotA("a number");
}

Result<std::string_view> Json::AsString() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return std::string_view(*value);
  return NotA("a string");
}

Result<const Json::Array*> Json::AsArray() const {
  if (const auto* value = std::get_if<Array>(&value_)) return value;
  return NotA("an array");
}

Result<const Json::Object*> Json::AsObject() const {
  if (const auto* value = std::get_if<Object>(&value_)) return value;
  return NotA("an object");
}

const Json* Json::Find(std::string_view key) const {
  const auto* members = std::get_if<Object>(&value_);
  if (members == nullptr) return nullptr;
  for (const auto& [name, value] : *members) {
    if (name == key) return &value;
  }
  return nullptr;
}

Result<const Json*> Json::Get(std::string_view key) const {
  if (!IsObject()) return NotA("an object with '" + std::string(key) + "'");
  if (const Json* found = Find(key)) return found;
  return Error(Code::kInvalidArgument, "'" + std::string(key) + "' is missing");
}

Result<bool> Json::GetBool(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return Named(key, value->AsBool());
}

Result<std::int64_t> Json::GetInt(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return Named(key, value->AsInt());
}

Result<std::uint64_t> Json::GetUint(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return Named(key, value->AsUint());
}

Result<double> Json::GetDouble(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return Named(key, value->AsDouble());
}

Result<std::string_view> Json::GetString(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return Named(key, value->AsString());
}

Result<const Json::Array*> Json::GetArray(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return Named(key, value->AsArray());
}

Result<const Json::Object*> Json::GetObject(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* value, Get(key));
  return Named(key, value->AsObject());
}

}  // namespace mooring
