// What is registered and what serves, for people and tools.
//
//   GET  /api/v1/models                              {"models":[{…}]}
//   GET  /api/v1/models/{m}                          model, aliases, what is loaded, why something
//   is not GET  /api/v1/models/{m}/versions                 {"versions":[{…}]} GET
//   /api/v1/models/{m}/versions/{v}             one version GET  /api/v1/desired
//   {"revision","routes":[{…}]}
#pragma once

#include "api/call.h"

namespace mooring::api {

void ListModels(const Call& call);
void ShowModel(const Call& call);
void ListVersions(const Call& call);
void ShowVersion(const Call& call);
void ShowDesired(const Call& call);

// kUnavailable when the server was started without a registry.
Result<records::Registry*> RegistryOf(const Call& call);
// What `find` finds in the registry, away from the event loop: the registry may wait for others.
void AnswerFromRegistry(const Call& call, Result<std::string> (*find)(const Call&));

}  // namespace mooring::api
