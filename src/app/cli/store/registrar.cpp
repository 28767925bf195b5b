#include "app/cli/store/registrar.h"

#include "app/cli/store/open.h"
#include "app/serving_shape.h"
#include "control/gates/champion_gate.h"

namespace mooring::app::cli {
Result<LocalStore> OpenLocalStore(Context& context, std::string_view command) {
  RETURN_IF_ERROR(RequireLocal(context, command));
  LocalStore store;
  ASSIGN_OR_RETURN(store.registry, OpenExistingStore(context));
  const DataPaths paths(context.settings.Text("data_dir"));
  ASSIGN_OR_RETURN(data::BlobStore blobs, data::BlobStore::Open(*context.files, paths.blobs));
  store.blobs = std::make_unique<data::BlobStore>(std::move(blobs));
  store.library_directory = FindLibraries(context.settings.Text("library_dir"));
  return store;
}

PythonRuntime PythonOf(const Context& context) {
  return {.interpreter = context.settings.Text("python"),
          .directory = DataPaths(context.settings.Text("data_dir")).root + "/workers"};
}

control::Registrar RegistrarOf(const Context& context, const LocalStore& store) {
  control::Registrar registrar;
  registrar.files = context.files;
  registrar.registry = store.registry.get();
  registrar.blobs = store.blobs.get();
  registrar.library_directory = store.library_directory;
  registrar.transport = context.transport;
  registrar.python = PythonOf(context);
  registrar.shape = ShapeAsServingDoes;
  registrar.validate = control::ChampionGate{
      .files = context.files, .registry = store.registry.get(), .blobs = store.blobs.get()};
  return registrar;
}

}  // namespace mooring::app::cli
