// ServableVersions: turns a version that a client of MLflow made (a name, a number, a source) into
// one that can serve: its files are written out of the artifact store and registered as any model
// file is (register_version.h), under the number that it has. Golden rows come from its input
// example; there are no training data, so nothing is compared with them.
//
//   ServableVersions servable({.registrar = …, .catalogue = …, …});
//   RETURN_IF_ERROR(servable.Make("credit", 3, change));   // then Registry::SetAlias may promote
//
// A version that is registered already is left as it is. Nothing is registered when anything fails:
// no contract, a format that does not run natively, a model that does not fit its contract.
// Thread safety: any thread; one version at a time. Ownership: borrows what Options names.
// Cost: seconds: it copies, compiles and runs the model.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "control/registration/register_version.h"
#include "records/artifacts/artifact_store.h"
#include "records/catalogue/catalogue.h"
#include "records/tracking/tracking_store.h"

namespace mooring::control {

class ServableVersions {
 public:
  struct Options {
    Registrar registrar;                          // with the audited registry
    records::Catalogue* catalogue = nullptr;      // required
    records::TrackingStore* tracking = nullptr;   // null: sources models:/m-… and runs:/… fail
    records::ArtifactStore* artifacts = nullptr;  // required
    std::string scratch;                          // a directory of its own, for files on their way
  };
  explicit ServableVersions(Options options) : options_(std::move(options)) {}

  Status Make(std::string_view model, VersionNumber version, const records::Change& change);

 private:
  Status Register(const records::ModelVersion& version, const std::string& directory,
                  const records::Change& change);
  const Options options_;
  std::mutex mutex_;  // guards the scratch directory
};

}  // namespace mooring::control
