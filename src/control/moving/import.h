// Import: brings what another MLflow holds into this data directory, so that its clients go on
// here.
//
//   ASSIGN_OR_RETURN(auto source, OpenMlflowSource({.from = "mlruns", .files = &files}));
//   ASSIGN_OR_RETURN(ImportReport report, ImportMlflow(*source, stores, {}));
//
// Runs and logged models keep their ids. Experiments are matched by name: one that is here already
// takes the others' runs, under its own id, and what it is called and tagged here stays where both
// say something. Artifacts are copied into the artifact store and their places rewritten: runs and
// versions here name paths here. A model that is here already keeps its versions; those that come
// are numbered after them. An alias that is here already stays where it is.
//
// Ids that could lie among another's files are refused. The alias champion of a model under
// contract is traffic, and no import moves it.
//
// Resumable: what was done is in the ledger (ledger.h); a second import adds nothing, one that was
// cut goes on. A run that changed at the source since is brought again: points, tags and files are
// added, nothing is taken away. Verified: at the end everything is read again on both sides and
// compared (verify.h).
//
// Not carried, because the stores set them themselves: when experiments, logged models, registered
// models and versions were made, and the status of versions. Deleted logged models stay behind.
//
// Thread safety: one thread; the stores as they say. Failure: what a source cannot give, or a store
// refuses, is a note of the report and the rest goes on; an unreachable source or disk ends it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/moving/ledger.h"
#include "control/moving/mlflow_source.h"
#include "records/artifacts/artifact_store.h"
#include "records/catalogue/catalogue.h"
#include "records/tracking/tracking_store.h"

namespace mooring::control {

struct MovingStores {
  records::TrackingStore* tracking = nullptr;  // required unless dry_run
  records::ArtifactStore* artifacts = nullptr;
  records::Catalogue* catalogue = nullptr;  // null: no registry is brought
};

struct ImportCount {
  std::uint64_t found = 0;  // at the source; points: of runs that are new or changed
  std::uint64_t moved = 0;  // by this import; what would be, with dry_run
};

struct ImportReport {
  ImportCount experiments, runs, points, logged_models, files, bytes, models, versions, aliases;
  std::vector<std::string> notes;        // left out, merged, renamed: one line each
  std::vector<std::string> differences;  // found by the comparison at the end
  bool clean() const { return differences.empty(); }
};

struct ImportOptions {
  std::string ledger_file;  // moving.db; "" keeps none
  std::string author = "import";
  bool dry_run = false;
  bool verify = true;
  // Told of every run, logged model and version, done or passed over; false stops the import,
  // which the next one goes on with.
  std::function<bool(const ImportReport&)> progress = nullptr;
};

Result<ImportReport> ImportMlflow(MlflowSource& source, const MovingStores& stores,
                                  const ImportOptions& options);

}  // namespace mooring::control
