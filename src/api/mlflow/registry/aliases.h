// MLflow's calls on aliases: POST, DELETE and GET …/registered-models/alias. Each gives the JSON of
// its answer and may block (wire/answer.h runs it aside).
//
// Of a model with a contract the alias champion moves traffic. A client that sets it promotes: by
// the permission to promote, through the same gate, history and control log as the native API and
// the CLI. A version that a client made is first registered natively (Dependencies::make_servable);
// what cannot serve is refused with 400 and the reason, and the alias stays. Deleting champion
// withdraws it. All other aliases are pointers, and take the permission to register.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> SetModelAlias(const Call& call);
Result<std::string> DeleteModelAlias(const Call& call);
Result<std::string> GetVersionByAlias(const Call& call);

}  // namespace mooring::api::mlflow
