#include "data/table/schema.h"

#include <array>

#include "base/limits.h"

namespace mooring::data {
namespace {

struct NamedType {
  Type type;
  std::string_view name;
};
constexpr std::array kTypes = {
    NamedType{Type::kInt32, "int32"},       NamedType{Type::kInt64, "int64"},
    NamedType{Type::kFloat32, "float32"},   NamedType{Type::kFloat64, "float64"},
    NamedType{Type::kBool, "bool"},         NamedType{Type::kString, "string"},
    NamedType{Type::kCategory, "category"}, NamedType{Type::kTimestamp, "timestamp"},
};

}  // namespace

std::string_view TypeName(Type type) {
  for (const NamedType& row : kTypes) {
    if (row.type == type) return row.name;
  }
  return "unknown";
}

Result<Type> ParseType(std::string_view name) {
  std::string known;
  for (const NamedType& row : kTypes) {
    if (row.name == name) return row.type;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return Error(Code::kInvalidArgument, "unknown type '" + std::string(name.substr(0, 64)) + "'")
      .Why("types are " + known);
}

Result<std::shared_ptr<const Dictionary>> Dictionary::Make(std::vector<std::string> values) {
  if (values.size() > limits::kCategories) {
    return Error(Code::kTooLarge, std::to_string(values.size()) + " categories")
        .Why("the limit is " + std::to_string(limits::kCategories));
  }
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->values_ = std::move(values);
  for (std::size_t code = 0; code < dictionary->values_.size(); ++code) {
    const std::string& value = dictionary->values_[code];
    if (!dictionary->codes_.emplace(value, code).second) {
      return Error(Code::kInvalidArgument, "category '" + value + "' is listed twice");
    }
  }
  return std::shared_ptr<const Dictionary>(std::move(dictionary));
}

std::size_t Dictionary::Find(std::string_view value) const {
  const auto found = codes_.find(value);
  return found == codes_.end() ? values_.size() : found->second;
}

Result<Schema> Schema::Make(std::vector<Field> fields) {
  if (fields.size() > limits::kColumns) {
    return Error(Code::kTooLarge, std::to_string(fields.size()) + " columns")
        .Why("the limit is " + std::to_string(limits::kColumns));
  }
  Schema schema;
  schema.fields_ = std::move(fields);
  for (std::size_t i = 0; i < schema.fields_.size(); ++i) {
    const std::string& name = schema.fields_[i].name;
    if (name.empty()) {
      return Error(Code::kInvalidArgument, "column " + std::to_string(i + 1) + " has no name");
    }
    if (!schema.places_.emplace(name, i).second) {
      return Error(Code::kInvalidArgument, "column '" + name + "' is there twice");
    }
  }
  return schema;
}

std::optional<std::size_t> Schema::Find(std::string_view name) const {
  const auto found = places_.find(std::string(name));
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

bool Schema::operator==(const Schema& other) const {
  if (size() != other.size()) return false;
  for (std::size_t i = 0; i < size(); ++i) {
    const Field& a = fields_[i];
    const Field& b = other.fields_[i];
    if (a.name != b.name || a.type != b.type || a.nullable != b.nullable) return false;
    const bool known = a.dictionary != nullptr, also = b.dictionary != nullptr;
    if (known != also || (known && a.dictionary->values() != b.dictionary->values())) return false;
  }
  return true;
}

}  // namespace mooring::data
