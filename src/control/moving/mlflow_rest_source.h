// A tracking server of MLflow (or of anything that speaks its REST API), read over HTTP.
//
// Credentials are sent as MLflow's clients send them: basic with a username and password, else a
// bearer token; to that server only, never in the ledger or a message. Busy answers (408, 429, 5xx)
// are asked again a few times at once; then the error ends the import, which the next one goes on
// with.
//
// Artifacts of mlflow-artifacts: places come through the server's proxy; of other places, through
// the calls that the web interface uses for runs and logged models. An artifact is held in memory
// while it is copied, at most limits::kArtifactBytes: the transport gives whole answers.
//
// Thread safety, failure: as MlflowSource; kUnauthenticated and kPermissionDenied as the server
// says, kDataLoss for answers that are not MLflow's.
#pragma once

#include <memory>
#include <string>

#include "control/moving/mlflow_source.h"

namespace mooring::control {

// options.from is http:// or https://, with a path if the server has one.
Result<std::unique_ptr<MlflowSource>> OpenMlflowRest(const MlflowSourceOptions& options);

}  // namespace mooring::control
