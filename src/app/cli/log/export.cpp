#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/log/journal_directory.h"
#include "app/cli/log/lake_places.h"
#include "app/cli/output/listing.h"
#include "records/journal/reader.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunExport(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::string directory, JournalDirectory(context, "log export"));
  ASSIGN_OR_RETURN(const records::JournalPosition end,
                   records::EndOfJournal(*context.files, directory));
  // While a server writes, its newest segment is not whole; without one, every segment is.
  const DataPaths paths(context.settings.Text("data_dir"));
  const auto lock = context.files->Lock(paths.lock);
  const std::uint32_t before = lock.ok() ? end.segment + 1 : end.segment;
  ASSIGN_OR_RETURN(const records::LakeReport report,
                   records::ExportSegments(LakePlacesOf(context), before));
  Listing listing("mooring.export/1", {{"segments", "exported now"},
                                       {"decisions", "in them"},
                                       {"outcomes", "in them"},
                                       {"files", "Parquet files written"},
                                       {"directory", "where they are"}});
  listing.record = true;
  listing.Add({report.segments, report.decisions, report.outcomes, report.files, paths.lake});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (!lock.ok()) context.Hint("a server is running: its newest segment will follow when sealed");
  return ExitCode::kDone;
}

}  // namespace

Command LogExportCommand() {
  return {.name = "log export",
          .summary = "write sealed segments as Parquet, which DuckDB, pandas and Spark read",
          .text =
              "Files are partitioned by model and day, under the data directory's lake. What was "
              "exported\nbefore is left as it is.",
          .examples = {{"mooring log export", "what is not in the lake yet"}},
          .flags = Join({{{.name = "library-dir",
                           .value = "DIR",
                           .summary = "where DuckDB is",
                           .setting = "library_dir",
                           .completes = Completes::kDirectory}},
                         LocalFlags(),
                         OutputFlags()}),
          .run = RunExport};
}

}  // namespace mooring::app::cli
