#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/output/progress.h"
#include "app/cli/store/open.h"
#include "app/cli/store/tracked.h"
#include "control/moving/import.h"
#include "control/moving/mlflow_source.h"

namespace mooring::app::cli {
namespace {

constexpr std::size_t kShown = 50;

// Said in full: the ledger knows a source by its name.
Result<std::string> PlaceOf(const std::string& from) {
  constexpr std::string_view kSqlite = "sqlite:///";
  if (from.starts_with(kSqlite)) {
    ASSIGN_OR_RETURN(const std::string file, AbsolutePath(from.substr(kSqlite.size())));
    return std::string(kSqlite) + file;
  }
  if (from.starts_with("file:") || from.find("://") != from.npos) return from;
  return AbsolutePath(from);
}

Result<control::MlflowSourceOptions> SourceOf(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(std::string from, PlaceOf(args.Text("from")));
  return control::MlflowSourceOptions{.from = std::move(from),
                                      .artifact_root = args.Text("artifacts"),
                                      .username = context.Environment("MLFLOW_TRACKING_USERNAME"),
                                      .password = context.Environment("MLFLOW_TRACKING_PASSWORD"),
                                      .token = context.Environment("MLFLOW_TRACKING_TOKEN"),
                                      .files = context.files,
                                      .transport = context.transport};
}

void Show(Context& context, const std::vector<std::string>& lines, std::string_view what) {
  for (std::size_t i = 0; i < lines.size() && i < kShown; ++i) context.Warn(lines[i]);
  if (lines.size() > kShown) {
    context.Warn("and " + std::to_string(lines.size() - kShown) + " more " + std::string(what));
  }
}

Listing ReportListing(const control::ImportReport& report) {
  Listing listing("mooring.mlflow_import/1", {{"what", "kind of thing"},
                                              {"found", "at the source"},
                                              {"moved", "now; would be, with --dry-run"}});
  const auto add = [&](const char* what, const control::ImportCount& count) {
    listing.Add({what, count.found, count.moved});
  };
  add("experiments", report.experiments);
  add("runs", report.runs);
  add("metric points", report.points);
  add("logged models", report.logged_models);
  add("artifacts", report.files);
  add("bytes", report.bytes);
  add("registered models", report.models);
  add("versions", report.versions);
  add("aliases", report.aliases);
  return listing;
}

// Files that are brought lie in the artifact store: no experiment may be made that has them
// elsewhere.
Status CheckRoot(const Context& context) {
  const std::string root = context.settings.Text("mlflow.artifact_root");
  if (!root.starts_with("file:")) return Ok();
  return Error(Code::kUnsupported, "files have no place here below '" + root + "'")
      .Why("mlflow.artifact_root comes from: " +
           context.settings.Value("mlflow.artifact_root").origin)
      .Help("set it to mlflow-artifacts:/ while importing; experiments keep the place they get");
}

Result<control::ImportReport> Import(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const control::MlflowSourceOptions from, SourceOf(context, args));
  ASSIGN_OR_RETURN(const auto source, control::OpenMlflowSource(from));
  const bool dry_run = args.Has("dry-run");
  const DataPaths paths(context.settings.Text("data_dir"));
  const std::string ledger = paths.root + "/moving.db";
  LocalTracked tracked;
  if (!dry_run) {
    RETURN_IF_ERROR(CheckRoot(context));
    ASSIGN_OR_RETURN(tracked, OpenTracked(context, "import mlflow", true));
  }
  Progress progress(context, "importing runs, models and versions", 0);
  return control::ImportMlflow(
      *source, tracked.stores(),
      {.ledger_file = !dry_run || context.files->Exists(ledger) ? ledger : "",
       .author = context.process->UserName(),
       .dry_run = dry_run,
       .verify = !args.Has("no-verify"),
       .progress = [&progress](const control::ImportReport&) {
         progress.Advance(1);
         return true;
       }});
}

Result<ExitCode> RunImport(Context& context, const Args& args) {
  RETURN_IF_ERROR(RequireLocal(context, "import mlflow"));
  if (args.Text("from").empty()) {
    return Error(Code::kInvalidArgument, "where from?")
        .Help("such as --from mlruns, --from sqlite:///mlflow.db or --from http://localhost:5000");
  }
  ASSIGN_OR_RETURN(const control::ImportReport report, Import(context, args));
  RETURN_IF_ERROR(PrintListing(context, args, ReportListing(report)));
  Show(context, report.notes, "notes");
  Show(context, report.differences, "differences");
  if (args.Has("dry-run")) {
    context.Hint("nothing was written");
  } else if (!args.Has("no-verify") && report.clean()) {
    context.Hint("verified: what was found there is here, the same");
  }
  return report.clean() ? ExitCode::kDone : ExitCode::kFindings;
}

}  // namespace

Command ImportMlflowCommand() {
  return {
      .name = "import mlflow",
      .summary = "bring experiments, runs, artifacts, models and aliases from another MLflow",
      .text =
          "Runs keep their ids. Importing again adds only what is new; an import that was cut "
          "goes on. At the end\nboth sides are read again and compared; exits with 1 when "
          "something differs. The server must not run\nmeanwhile. A server asks for "
          "MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN, as MLflow's clients send\nthem.",
      .examples = {{"mooring import mlflow --from mlruns --dry-run", "what would come"},
                   {"mooring import mlflow --from sqlite:///mlflow.db --artifacts mlartifacts",
                    "a database and its artifacts"},
                   {"mooring import mlflow --from http://localhost:5000", "a running server"}},
      .flags = Join({{{.name = "from",
                       .value = "WHERE",
                       .summary = "a directory mlruns, sqlite:///FILE, or the URL of a server",
                       .completes = Completes::kDirectory},
                      {.name = "artifacts",
                       .value = "DIR",
                       .summary = "of a database: where its artifacts lie (default: beside it)",
                       .completes = Completes::kDirectory},
                      {.name = "no-verify", .summary = "do not compare at the end"},
                      {.name = "dry-run", .summary = "say what would be brought, write nothing"}},
                     LocalFlags(),
                     OutputFlags()}),
      .run = RunImport};
}

}  // namespace mooring::app::cli
