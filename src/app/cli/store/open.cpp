#include "app/cli/store/open.h"

#include "app/cli/store/server_registry.h"
#include "records/audit/audited_registry.h"
#include "records/audit/control_log.h"

namespace mooring::app::cli {
namespace {

Result<std::unique_ptr<records::Registry>> OpenDirectory(Context& context) {
  const std::string directory = context.settings.Text("data_dir");
  ASSIGN_OR_RETURN(auto registry,
                   records::Registry::Open({.directory = directory, .clock = context.clock}));
  return records::MakeAuditedRegistry(
      {.registry = std::move(registry), .owned_sink = MakeControlLog(context), .channel = "cli"});
}

Result<std::unique_ptr<records::Registry>> OpenServer(Context& context) {
  return MakeServerRegistry(ApiClient(context));
}

}  // namespace

std::unique_ptr<records::ControlLog> MakeControlLog(Context& context) {
  return std::make_unique<records::ControlLog>(records::ControlLog::Options{
      .directory = DataPaths(context.settings.Text("data_dir")).control,
      .files = context.files,
      .clock = context.clock,
      .on_problem = [&context](const Error& error) {
        context.Warn("control log: " + error.ToString());
      }});
}

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
