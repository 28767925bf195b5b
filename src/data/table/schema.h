// Schema: the names and types of a table's columns; Dictionary: the known values of a category
// column.
//
// A Schema is shared by all batches that have it and never changes once shared.
// Thread safety: const use from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace mooring::data {

enum class Type : std::uint8_t {
  kInt32 = 1,
  kInt64 = 2,
  kFloat32 = 3,
  kFloat64 = 4,
  kBool = 5,
  kString = 6,
  kCategory = 7,   // a string out of a dictionary; other values are kept and called unseen
  kTimestamp = 8,  // microseconds since 1970 UTC
};

std::string_view TypeName(Type type);  // "int32", … as contracts and reports spell it
Result<Type> ParseType(std::string_view name);
inline bool IsNumeric(Type type) { return type <= Type::kFloat64; }

// The known values of a category column in a fixed order; a value's place is its code.
class Dictionary {
 public:
  // Values must be distinct and at most limits::kCategories.
  static Result<std::shared_ptr<const Dictionary>> Make(std::vector<std::string> values);

  std::size_t size() const { return values_.size(); }
  const std::string& value(std::size_t code) const { return values_[code]; }
  const std::vector<std::string>& values() const { return values_; }
  // The code of a value, or size() when it is not known.
  std::size_t Find(std::string_view value) const;

 private:
  std::vector<std::string> values_;
  std::unordered_map<std::string_view, std::size_t> codes_;  // views into values_
};

struct Field {
  std::string name;
  Type type = Type::kFloat64;
  bool nullable = true;
  // kCategory only; null means that no value is known yet.
  std::shared_ptr<const Dictionary> dictionary = nullptr;
};

class Schema {
 public:
  Schema() = default;
  // Names must be distinct, not empty, and at most limits::kColumns of them.
  static Result<Schema> Make(std::vector<Field> fields);

  std::size_t size() const { return fields_.size(); }
  const Field& field(std::size_t index) const { return fields_[index]; }
  const std::vector<Field>& fields() const { return fields_; }
  std::optional<std::size_t> Find(std::string_view name) const;
  // Same names, types, nullability and dictionaries in the same order.
  bool operator==(const Schema& other) const;

 private:
  std::vector<Field> fields_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace mooring::data
