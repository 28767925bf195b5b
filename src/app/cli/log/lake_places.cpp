#include "app/cli/log/lake_places.h"

namespace mooring::app::cli {

records::LakePlaces LakePlacesOf(const Context& context) {
  const DataPaths paths(context.settings.Text("data_dir"));
  return {context.files, paths.journal, paths.lake,
          FindLibraries(context.settings.Text("library_dir"))};
}

}  // namespace mooring::app::cli
