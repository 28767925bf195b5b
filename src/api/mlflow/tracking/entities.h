// Experiments, runs, metrics and logged models as MLflow's answers show them, and the names of
// their states. Pure; the writers append one value each.
#pragma once

#include <optional>
#include <string_view>

#include "api/mlflow/wire/write.h"
#include "records/catalogue/catalogue.h"
#include "records/tracking/tracking_store.h"

namespace mooring::api::mlflow {

void WriteExperiment(JsonWriter& json, const records::Experiment& experiment);
void WriteRunInfo(JsonWriter& json, const records::RunHeader& info);
// Runs that were just created have no outputs, not even an empty object of them.
enum class Outputs : std::uint8_t { kShown, kLeftOut };
void WriteRun(JsonWriter& json, const records::Run& run, Outputs outputs = Outputs::kShown);
void WriteMetric(JsonWriter& json, const records::Metric& metric);
// A list under `key`, left out when it is empty.
void WriteMetrics(JsonWriter& json, std::string_view key, std::span<const records::Metric> metrics);
void WriteLoggedModel(JsonWriter& json, const records::LoggedModel& model);
// With the versions that were registered from it.
void WriteLoggedModelWith(JsonWriter& json, const records::LoggedModel& model,
                          std::span<const records::VersionName> registrations);

std::string_view RunStatusName(records::RunStatus status);
std::optional<records::RunStatus> ParseRunStatus(std::string_view name);
// "LOGGED_MODEL_READY" or "3"; nullopt for what is no state.
std::optional<records::LoggedModelStatus> ParseLoggedModelStatus(std::string_view name);
// "ALL"; what is unknown is as if nothing was said.
records::ViewType ParseViewType(std::string_view name);

}  // namespace mooring::api::mlflow
