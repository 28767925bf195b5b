#include "app/cli/store/open.h"

#include "app/cli/store/server_registry.h"

namespace mooring::app::cli {
namespace {

Result<std::unique_ptr<records::Registry>> OpenDirectory(Context& context) {
  return records::Registry::Open(
      {.directory = context.settings.Text("data_dir"), .clock = context.clock});
}

Result<std::unique_ptr<records::Registry>> OpenServer(Context& context) {
  return MakeServerRegistry(ApiClient(context));
}

}  // namespace

Result<std::unique_ptr<records::Registry>> OpenStore(Context& context) {
  if (!context.settings.Text("server").empty()) return OpenServer(context);
  RETURN_IF_ERROR(context.files->MakeDirectories(context.settings.Text("data_dir")));
  return OpenDirectory(context);
}

Result<std::unique_ptr<records::Registry>> OpenExistingStore(Context& context) {
  if (!context.settings.Text("server").empty()) return OpenServer(context);
  const SettingValue& directory = context.settings.Value("data_dir");
  if (!context.files->Exists(directory.text)) {
    return Error(Code::kNotFound, "no data directory '" + directory.text + "'")
        .Why("data_dir comes from: " + directory.origin)
        .Help("name another with --data-dir, or make it: mooring apply contract.yaml");
  }
  return OpenDirectory(context);
}

Status RequireLocal(const Context& context, std::string_view command) {
  if (context.settings.Text("server").empty()) return Ok();
  return Error(Code::kUnsupported, std::string(command) + " works on a data directory only")
      .Why("server comes from: " + context.settings.Value("server").origin)
      .Help("run it where the data directory is, with --data-dir");
}

}  // namespace mooring::app::cli
