// The file store of MLflow: a directory `mlruns` as clients write it that were given no server.
//
//   <experiment>/meta.yaml, tags/<key>, datasets/<id>/meta.yaml; deleted ones below .trash/
//     <run>/meta.yaml              status a number, 1 RUNNING to 5 KILLED
//       metrics/<key>              lines of "timestamp value step"; the step may be absent
//       params/<key>, tags/<key>   the whole file is the value; a key may be a path
//       inputs/<id>/meta.yaml      source_type DATASET or MODEL, source_id, tags
//       outputs/<model>/meta.yaml  step
//       artifacts/…
//     models/<m-…>/meta.yaml, params/, tags/, metrics/ ("timestamp value step run …"), artifacts/
//   models/<name>/meta.yaml, tags/<key>, aliases/<alias> holding a number
//     version-<N>/meta.yaml, tags/<key>
//
// Artifacts are read from the run's own directory, so that a copied tree moves as well as one in
// its place; a run without such a directory is followed to its artifact_uri when that lies inside
// the tree. Links and pipes are never followed (closed_tree.h); what cannot be read is passed over
// and told.
#pragma once

#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "control/moving/mlflow_source.h"

namespace mooring::control {

// kNotFound when the directory is not there, kInvalidArgument when it holds no experiment.
Result<std::unique_ptr<MlflowSource>> OpenMlflowFiles(FileSystem& files,
                                                      const std::string& directory);

}  // namespace mooring::control
