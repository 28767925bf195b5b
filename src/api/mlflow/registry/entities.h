// Registered models and their versions as MLflow's answers show them. Pure; the writers append one
// value each, the …Json functions make whole answers: {"registered_model":{…}} and
// {"model_version":{…}}.
#pragma once

#include <span>
#include <string>

#include "api/mlflow/wire/write.h"
#include "records/catalogue/catalogue.h"

namespace mooring::api::mlflow {

void WriteRegisteredModel(JsonWriter& json, const records::RegisteredModel& model);
void WriteModelVersion(JsonWriter& json, const records::ModelVersion& version);

std::string RegisteredModelJson(const records::RegisteredModel& model);
std::string ModelVersionJson(const records::ModelVersion& version);
// {"model_versions":[…]}, {} when there are none.
std::string ModelVersionsJson(std::span<const records::ModelVersion> versions);

}  // namespace mooring::api::mlflow
