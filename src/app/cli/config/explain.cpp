#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "base/text/nearest.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunExplain(Context& context, const Args& args) {
  const std::string& key = args.positional(0);
  const Setting* setting = FindSetting(key);
  if (setting == nullptr) {
    std::vector<std::string_view> names;
    for (const Setting& known : AllSettings()) names.push_back(known.key);
    return Error(Code::kNotFound, "no setting '" + key + "'")
        .Why(DidYouMean(key, names))
        .Help("mooring help config");
  }
  Listing listing("mooring.setting/1", {{"key", "setting"},
                                        {"summary", "what it means"},
                                        {"value", "what it must be"},
                                        {"default", "when nobody says otherwise"},
                                        {"variable", "environment"}});
  listing.record = true;
  listing.Add({setting->key, setting->summary, Describe(*setting), setting->fallback,
               EnvironmentName(setting->key)});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command ConfigExplainCommand() {
  return {.name = "config explain",
          .summary = "say what a setting means",
          .examples = {{"mooring config explain journal.ack", "one setting"}},
          .arguments = {{.name = "KEY", .summary = "such as listen.port"}},
          .flags = OutputFlags(),
          .run = RunExplain,
          .needs_settings = false};
}

}  // namespace mooring::app::cli
