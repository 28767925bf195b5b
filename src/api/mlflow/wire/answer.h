// How handlers of MLflow's calls answer: a function that may block and gives the JSON of the
// answer, run on the workers that Dependencies::mlflow names, never on an event loop. 503 when they
// are all busy and enough waits.
//
//   Result<std::string> GetRun(const Call& call);
//   constexpr Route kRoutes[] = {{Method::kGet, "/mlflow/runs/get", kSee, Aside<GetRun>}};
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

template <Result<std::string> (*find)(const Call&)>
void Aside(const Call& call) {
  AnswerAside(call, call.api->use.mlflow, find);
}

// What calls answer that have nothing to say.
inline std::string Nothing() { return "{}"; }

// The store that a call works on; kUnsupported (501) where this server has none.
Result<records::TrackingStore*> TrackingOf(const Call& call);
Result<records::ArtifactStore*> ArtifactsOf(const Call& call);
Result<records::Catalogue*> CatalogueOf(const Call& call);

}  // namespace mooring::api::mlflow
