#include "api/mlflow/wire/answer.h"

namespace mooring::api::mlflow {
namespace {

template <typename Store>
Result<Store*> Need(Store* store, const char* what) {
  if (store != nullptr) return store;
  return Error(Code::kUnsupported, std::string("this server keeps no ") + what);
}

}  // namespace

Result<records::TrackingStore*> TrackingOf(const Call& call) {
  return Need(call.api->use.tracking, "runs");
}
Result<records::ArtifactStore*> ArtifactsOf(const Call& call) {
  return Need(call.api->use.artifacts, "artifacts");
}
Result<records::Catalogue*> CatalogueOf(const Call& call) {
  return Need(call.api->use.catalogue, "registered models");
}

}  // namespace mooring::api::mlflow
