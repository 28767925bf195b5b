#include "app/cli/store/tracked.h"

#include <filesystem>

#include "app/cli/store/open.h"

namespace mooring::app::cli {

Result<LocalTracked> OpenTracked(Context& context, std::string_view command, bool make) {
  RETURN_IF_ERROR(RequireLocal(context, command));
  const DataPaths paths(context.settings.Text("data_dir"));
  if (!make && !context.files->Exists(paths.root)) {
    return Error(Code::kNotFound, "no data directory '" + paths.root + "'")
        .Help("name another with --data-dir");
  }
  RETURN_IF_ERROR(context.files->MakeDirectories(paths.root));
  LocalTracked tracked;
  auto lock = context.files->Lock(paths.lock);
  if (!lock.ok() && lock.error().code() == Code::kConflict) {
    return Error(Code::kConflict, "a server runs on the data directory '" + paths.root + "'")
        .Why(std::string(command) + " works on its files, which only one process may write")
        .Help("stop the server for that time, or name another directory with --data-dir");
  }
  if (!lock.ok()) return std::move(lock).error();
  tracked.lock = *std::move(lock);
  ASSIGN_OR_RETURN(
      tracked.opened,
      TrackedStores::Open(
          {.files = context.files,
           .clock = context.clock,
           .root = paths.root,
           .artifact_root = context.settings.Text("mlflow.artifact_root"),
           .allow_file_locations = context.settings.Switch("mlflow.allow_file_locations"),
           .grace = std::chrono::milliseconds(0)}));
  return tracked;
}

Result<std::string> AbsolutePath(const std::string& path) {
  std::error_code failed;
  std::string absolute = std::filesystem::absolute(path, failed).lexically_normal().string();
  if (failed) return Error(Code::kInvalidArgument, "not a path: " + path);
  while (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  return absolute;
}

}  // namespace mooring::app::cli
