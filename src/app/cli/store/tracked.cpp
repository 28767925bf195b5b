#include "app/cli/store/tracked.h"

#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

constexpr std::chrono::hours kNotHere{24 * 365 * 20};

}  // namespace

Result<LocalTracked> OpenTracked(Context& context, std::string_view command, bool make) {
  RETURN_IF_ERROR(RequireLocal(context, command));
  const DataPaths paths(context.settings.Text("data_dir"));
  if (!make && !context.files->Exists(paths.root)) {
    return Error(Code::kNotFound, "no data directory '" + paths.root + "'")
        .Help("name another with --data-dir");
  }
  RETURN_IF_ERROR(context.files->MakeDirectories(paths.root));
  LocalTracked opened;
  auto lock = context.files->Lock(paths.lock);
  if (!lock.ok()) {
    return std::move(lock)
        .error()
        .Context("a server holds the data directory")
        .Help("stop it, or name another directory with --data-dir");
  }
  opened.lock = *std::move(lock);
  ASSIGN_OR_RETURN(data::BlobStore blobs, data::BlobStore::Open(*context.files, paths.blobs));
  opened.blobs = std::make_unique<data::BlobStore>(std::move(blobs));
  ASSIGN_OR_RETURN(
      opened.tracking,
      records::OpenSqliteTracking({.file = paths.root + "/tracking.db", .clock = context.clock}));
  ASSIGN_OR_RETURN(opened.artifacts,
                   records::ArtifactStore::Open({.file = paths.root + "/artifacts.db",
                                                 .blobs = opened.blobs.get(),
                                                 .clock = context.clock,
                                                 .files = context.files,
                                                 .grace = kNotHere}));
  ASSIGN_OR_RETURN(opened.catalogue,
                   records::Catalogue::Open({.directory = paths.root, .clock = context.clock}));
  return opened;
}

}  // namespace mooring::app::cli
