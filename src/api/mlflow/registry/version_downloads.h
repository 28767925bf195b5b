// Files of model versions for clients: GET …/model-versions/get-download-uri says where they lie,
// GET /model-versions/get-artifact?name&version&path gives one of them.
//
// A version that is known natively alone (`mooring version register`) has no place that a client
// could read: its files are first laid out in the artifact store, once, under kLaidOut and the
// SHA-256 of their manifest, and the answer names that. No client writes there, and nobody lists
// it: who is told the place is who sees the model.
//
// Both may block. Failure: in MLflow's words; kFailedPrecondition for a version whose files this
// server does not hold.
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> GetDownloadUri(const Call& call);
void GetModelVersionArtifact(const Call& call);

}  // namespace mooring::api::mlflow
