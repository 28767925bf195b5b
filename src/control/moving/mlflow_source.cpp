#include "control/moving/mlflow_source.h"

#include "control/moving/closed_tree.h"
#include "control/moving/mlflow_files_source.h"
#include "control/moving/mlflow_rest_source.h"
#include "control/moving/mlflow_sqlite_source.h"

namespace mooring::control {

// "sqlite:///a.db" is a path from here, "sqlite:////srv/a.db" from the root.
Result<std::unique_ptr<MlflowSource>> OpenMlflowSource(const MlflowSourceOptions& options) {
  constexpr std::string_view kSqlite = "sqlite:///";
  const std::string& from = options.from;
  if (from.starts_with("http://") || from.starts_with("https://")) return OpenMlflowRest(options);
  if (from.starts_with(kSqlite)) {
    return OpenMlflowSqlite(*options.files, from.substr(kSqlite.size()), options.artifact_root);
  }
  std::string path = from;
  if (from.starts_with("file:")) {
    ASSIGN_OR_RETURN(path, LocalPath(from));
  } else if (from.find("://") != from.npos) {
    return Error(Code::kUnsupported, "cannot import from '" + from.substr(0, from.find(':')) + "'")
        .Help("name a directory, sqlite:///mlflow.db, or the http(s) address of a tracking server");
  }
  ASSIGN_OR_RETURN(const FileStat facts, options.files->Stat(path));
  if (facts.is_file) return OpenMlflowSqlite(*options.files, path, options.artifact_root);
  return OpenMlflowFiles(*options.files, path);
}

}  // namespace mooring::control
