// Where the files of a version are: a client's source, followed to the URI that files lie under,
// and from there to a path of this server's artifact store.
//
//   models:/m-…            a logged model's artifacts
//   models:/name/3, models:/name@alias     those of another version (a copy)
//   runs:/RUN/path         a run's artifacts
//   anything else          as it stands
//
// Thread safety: that of the stores. Failure: kNotFound for what the source names and is not there;
// kFailedPrecondition for a chain of copies that does not end.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "records/catalogue/catalogue.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

// `tracking` null: runs and logged models are kUnsupported.
Result<std::string> ArtifactUriOf(Catalogue& catalogue, TrackingStore* tracking,
                                  std::string_view source);

// The path in the artifact store of "mlflow-artifacts:/1/ab/artifacts/model" (also with a host).
// kFailedPrecondition for a URI of another place.
Result<std::string> StoredPath(std::string_view uri);

}  // namespace mooring::records
