// A database of MLflow's SQL store in SQLite (`mlflow.db`), read only.
//
// Tables and columns of every schema since 1.0 are known; those that are not there yet are read as
// empty. A model version in the stage Deleted_Internal is one that was deleted. NaN is a flag
// beside 0, infinities are the greatest doubles: MLflow keeps them so, and so they come.
//
// Artifacts: mlflow-artifacts: URIs and relative paths are taken below `artifact_root`, local ones
// (file:, absolute) when they lie inside it by their text; all others are passed over. Nothing
// outside that directory is read, whatever the database says. A server may write meanwhile: each
// page is of one moment.
//
// Thread safety, failure: as MlflowSource; kDataLoss for what is not such a database.
#pragma once

#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "control/moving/mlflow_source.h"

namespace mooring::control {

Result<std::unique_ptr<MlflowSource>> OpenMlflowSqlite(FileSystem& files, const std::string& file,
                                                       const std::string& artifact_root);

}  // namespace mooring::control
