#include "app/cli/log/journal_directory.h"

#include "app/cli/store/open.h"

namespace mooring::app::cli {

Result<std::string> JournalDirectory(Context& context, std::string_view command) {
  RETURN_IF_ERROR(RequireLocal(context, command));
  const SettingValue& root = context.settings.Value("data_dir");
  const DataPaths paths(root.text);
  if (context.files->Exists(paths.journal)) return paths.journal;
  return Error(Code::kNotFound, "no journal in '" + root.text + "'")
      .Why("data_dir comes from: " + root.origin)
      .Help("it is made by the first 'mooring serve'");
}

}  // namespace mooring::app::cli
