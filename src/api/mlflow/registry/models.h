// MLflow's calls on registered models: …/registered-models/{create, get, update, rename, delete,
// get-latest-versions, set-tag, delete-tag}. Each gives the JSON of its answer and may block
// (wire/answer.h runs it aside). Names are any text of 1 to 256 bytes.
//
// A model that serves is neither renamed nor deleted: 400 says why.
#pragma once

#include <string>

#include "api/call.h"
#include "records/tracking/tracked.h"

namespace mooring::api::mlflow {

Result<std::string> CreateRegisteredModel(const Call& call);
Result<std::string> GetRegisteredModel(const Call& call);
Result<std::string> UpdateRegisteredModel(const Call& call);
Result<std::string> RenameRegisteredModel(const Call& call);
Result<std::string> DeleteRegisteredModel(const Call& call);
Result<std::string> GetLatestVersions(const Call& call);
Result<std::string> SetRegisteredModelTag(const Call& call);
Result<std::string> DeleteRegisteredModelTag(const Call& call);

// Keys of tags up to 250 characters, values up to 100,000 bytes.
Status CheckRegistryTag(const records::KeyValue& tag);

}  // namespace mooring::api::mlflow
