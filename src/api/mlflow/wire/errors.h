// The texts of MLflow's refusals, which clients show and tests compare. One place for each shape.
//
//   return MissingValue("run_id");
//   return WrongType("name", "7", "int");
//
// All are kInvalidArgument (INVALID_PARAMETER_VALUE, 400). `path` names a member as MLflow does:
// "key", "metrics[0].timestamp". Values are quoted as JSON and cut after kShownBytes.
// Thread safety: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::api::mlflow {

inline constexpr std::size_t kShownBytes = 200;

// Missing value for required parameter 'X'. See the API docs …
Error MissingValue(std::string_view path);
// Invalid value J for parameter 'X' supplied: DETAIL
Error InvalidValue(std::string_view path, std::string_view json, std::string_view detail);
// The same of a text.
Error InvalidText(std::string_view path, std::string_view text, std::string_view detail);
// Invalid value J for parameter 'X' supplied:  Hint: Value was of type 'T'. See the API docs …
Error WrongType(std::string_view path, std::string_view json, std::string_view python_type);
// 'X' exceeds the maximum length of N characters
Error TooLong(std::string_view path, std::size_t most);
// A plain text.
Error Invalid(std::string text);

}  // namespace mooring::api::mlflow
