// Json: a JSON document as a small tree of values, read strictly. Use it for files and
// administrative requests; the hot path reads JSON on demand instead, and json_writer.h writes it.
//
//   ASSIGN_OR_RETURN(const Json document, Json::Parse(text, {.name = "MLmodel.json"}));
//   ASSIGN_OR_RETURN(const std::int64_t trees, document.GetInt("num_trees"));
//   const Json* bounds = document.Find("bounds");               // null when absent
//
// Strict: RFC 8259 with nothing added. Refused besides wrong grammar: a key twice in one object, a
// byte order mark, text that is not UTF-8, a lone surrogate, NaN and Infinity, integers beyond 64
// bits, numbers too large for a double, nesting beyond the limit (kTooLarge), anything after the
// document.
//
// Thread safety: a value, like std::string. Ownership: holds copies. Complexity: linear; Find is
// linear in the members. Errors name the place: "name:line:column", or the path of a value
// ("/model/trees").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace mooring {

struct JsonOptions {
  std::string_view name = "json";  // for error messages
  std::size_t depth = limits::kJsonDepth;
};

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;  // in the order of the document
  // An integer that fits int64 is std::int64_t; a larger one is std::uint64_t. "1.0" is a double.
  using Storage = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                               std::string, Array, Object>;

  Json() : value_(nullptr) {}
  explicit Json(Storage value) : value_(std::move(value)) {}
  static Result<Json> Parse(std::string_view text, const JsonOptions& options = {});

  bool IsNull() const { return Holds<std::nullptr_t>(); }
  bool IsBool() const { return Holds<bool>(); }
  bool IsInteger() const { return Holds<std::int64_t>() || Holds<std::uint64_t>(); }
  bool IsNumber() const { return IsInteger() || Holds<double>(); }
  bool IsString() const { return Holds<std::string>(); }
  bool IsArray() const { return Holds<Array>(); }
  bool IsObject() const { return Holds<Object>(); }
  const Storage& storage() const { return value_; }
  // "null", "a boolean", "a number", "a string", "an array", "an object".
  std::string_view TypeName() const;

  // The value itself; kInvalidArgument when it is of another type. AsInt takes integers only,
  // AsDouble any number. References and views live as long as this value.
  Result<bool> AsBool() const;
  Result<std::int64_t> AsInt() const;
  Result<std::uint64_t> AsUint() const;
  Result<double> AsDouble() const;
  Result<std::string_view> AsString() const;
  Result<const Array*> AsArray() const;
  Result<const Object*> AsObject() const;

  // A member of an object; null when absent or when this is not an object.
  const Json* Find(std::string_view key) const;
  // A member that must be there; the error names the key.
  Result<const Json*> Get(std::string_view key) const;
  Result<bool> GetBool(std::string_view key) const;
  Result<std::int64_t> GetInt(std::string_view key) const;
  Result<std::uint64_t> GetUint(std::string_view key) const;
  Result<double> GetDouble(std::string_view key) const;
  Result<std::string_view> GetString(std::string_view key) const;
  Result<const Array*> GetArray(std::string_view key) const;
  Result<const Object*> GetObject(std::string_view key) const;

 private:
  template <typename T>
  bool Holds() const {
    return std::holds_alternative<T>(value_);
  }
  Error NotA(std::string_view wanted) const;

  Storage value_;
};

}  // namespace mooring
