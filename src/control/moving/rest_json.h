// What MLflow's server answers, as values of ours: absent members are empty, as it means them.
// Pure. Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text/json.h"
#include "control/moving/mlflow_source.h"

namespace mooring::control {

// A member as text: a string as it is, a whole number in digits, anything else "".
std::string TextIn(const Json& json, std::string_view key);
// A number, or a string of digits.
std::optional<std::int64_t> IntIn(const Json& json, std::string_view key);
// The members of an array; none when it is absent.
const Json::Array& ListIn(const Json& json, std::string_view key);
// An object that is empty when it is absent.
const Json& ObjectIn(const Json& json, std::string_view key);

records::Experiment ExperimentOf(const Json& json);
records::Run RunOf(const Json& json);
records::Metric MetricOf(const Json& json);
records::LoggedModel LoggedModelOf(const Json& json);
records::RegisteredModel RegisteredModelOf(const Json& json);
SourceVersion VersionOf(const Json& json);

}  // namespace mooring::control
