#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/output/progress.h"
#include "app/cli/store/tracked.h"
#include "control/moving/export.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunExport(Context& context, const Args& args) {
  const std::string to = args.Text("to");
  if (to.empty()) {
    return Error(Code::kInvalidArgument, "where to?").Help("such as --to mlruns");
  }
  ASSIGN_OR_RETURN(const std::string absolute, AbsolutePath(to));
  ASSIGN_OR_RETURN(const LocalTracked tracked, OpenTracked(context, "export mlflow", false));
  Progress progress(context, "exporting runs, models and versions", 0);
  ASSIGN_OR_RETURN(
      const control::ExportReport report,
      control::ExportMlflow(tracked.stores(), {.directory = absolute,
                                               .uri = "file://" + absolute,
                                               .files = context.files,
                                               .progress = [&](const control::ExportReport&) {
                                                 progress.Advance(1);
                                                 return true;
                                               }}));
  Listing listing("mooring.mlflow_export/1", {{"experiments", "written"},
                                              {"runs", "written"},
                                              {"points", "of metrics"},
                                              {"logged_models", "written"},
                                              {"artifacts", "files written"},
                                              {"bytes", "of artifacts"},
                                              {"models", "registered ones"},
                                              {"versions", "of them"},
                                              {"aliases", "of them"},
                                              {"directory", "where they are"}});
  listing.record = true;
  listing.Add({report.experiments, report.runs, report.points, report.logged_models, report.files,
               report.bytes, report.models, report.versions, report.aliases, absolute});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  for (const std::string& note : report.notes) context.Warn(note);
  return report.notes.empty() ? ExitCode::kDone : ExitCode::kFindings;
}

}  // namespace

Command ExportMlflowCommand() {
  return {.name = "export mlflow",
          .summary = "write what is tracked and registered as a directory that MLflow reads",
          .text =
              "Experiments, runs with the whole history of metrics, artifacts, registered "
              "models and aliases. The\ndirectory must be new or empty. Exits with 1 when "
              "something had to be left out.",
          .examples = {{"mooring export mlflow --to mlruns", "then: mlflow ui"}},
          .flags = Join({{{.name = "to",
                           .value = "DIR",
                           .summary = "a new directory",
                           .completes = Completes::kDirectory}},
                         LocalFlags(),
                         OutputFlags()}),
          .run = RunExport};
}

}  // namespace mooring::app::cli
