// Values as MLflow's messages show them: JSON as Python writes it, and the names of Python's types.
// Also numbers as its protocol reads them out of texts. Thread safety: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text/json.h"

namespace mooring::api::mlflow {

// At most about kShownBytes of it.
std::string PythonJson(const Json& value);
std::string_view PythonType(const Json& value);  // "int", "str", "NoneType", …

// A decimal number, "NaN", "Infinity" or "-Infinity"; nullopt otherwise.
std::optional<double> ParseNumber(std::string_view text);
// A double that is a whole number up to 2^53.
std::optional<std::int64_t> WholeOf(double number);

}  // namespace mooring::api::mlflow
