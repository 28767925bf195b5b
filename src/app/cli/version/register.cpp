#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/progress.h"
#include "app/cli/store/change.h"
#include "app/cli/store/registrar.h"
#include "app/cli/tables/table_file.h"
#include "app/cli/version/fields.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

#include <charconv>
#include <cmath>

namespace mooring::app::cli {
namespace {

using State = records::VersionRecord::State;

Result<double> ParseReal(std::string_view text, const std::string& what) {
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() &&
      std::isfinite(number)) {
    return number;
  }
  return Error(Code::kInvalidArgument, "'" + std::string(text) + "' is no value of " + what)
      .Why("a number");
}

// NAME=NUMBER, each a metric.
Result<std::string> MetricsJson(const std::vector<std::string>& metrics) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  for (const std::string& metric : metrics) {
    const std::size_t equals = metric.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error(Code::kInvalidArgument, "'" + metric + "' is no value of --metric")
          .Why("NAME=NUMBER, such as auc=0.71");
    }
    ASSIGN_OR_RETURN(const double number,
                     ParseReal(std::string_view(metric).substr(equals + 1), "--metric"));
    json.Member(metric.substr(0, equals), number);
  }
  json.EndObject();
  // A name given twice is a mistake that JSON readers would hide.
  if (auto parsed = Json::Parse(text, {.name = "--metric"}); !parsed.ok()) {
    return std::move(parsed).error();
  }
  return text;
}

// The columns to read: the contract's (or the model's) inputs that the file has, in their types,
// and the label in the file's. What is missing is judged by registration.
Result<data::Schema> ColumnsToRead(const data::Schema& wanted, const data::Schema& file,
                                   const std::string& label) {
  std::vector<data::Field> fields;
  for (const data::Field& field : wanted.fields()) {
    if (file.Find(field.name)) fields.push_back(field);
  }
  const auto place = file.Find(label);
  if (place && !wanted.Find(label))
    fields.push_back({label, file.field(*place).type, true, nullptr});
  return data::Schema::Make(std::move(fields));
}

Status ReadHoldout(Context& context, const Args& args, const data::Schema& wanted,
                   control::RegisterRequest& request) {
  const std::string path = args.Text("holdout");
  if (path.empty()) return Ok();
  ASSIGN_OR_RETURN(const data::Schema file, TableFileSchema(context, path));
  ASSIGN_OR_RETURN(const data::Schema schema, ColumnsToRead(wanted, file, request.label));
  ASSIGN_OR_RETURN(request.holdout, ReadTableFile(context, path, schema));
  return Ok();
}

Status ReadTraining(Context& context, const Args& args, const control::Registrar& registrar,
                    control::RegisterRequest& request) {
  const std::string path = args.Text("training-data");
  if (path.empty()) {
    if (!args.Has("holdout")) return Ok();
    return Error(Code::kInvalidArgument, "--holdout goes with --training-data");
  }
  ASSIGN_OR_RETURN(const auto contract,
                   control::ContractInForce(*registrar.registry, request.model));
  ASSIGN_OR_RETURN(const auto model,
                   control::LoadArtifact(*context.files, request.artifact_path,
                                         registrar.library_directory, context.transport,
                                         registrar.python));
  ASSIGN_OR_RETURN(const data::Schema wanted, control::TrainingSchema(*contract, *model));
  ASSIGN_OR_RETURN(const data::Schema file, TableFileSchema(context, path));
  ASSIGN_OR_RETURN(const data::Schema schema, ColumnsToRead(wanted, file, request.label));
  ASSIGN_OR_RETURN(request.training, ReadTableFile(context, path, schema));
  RETURN_IF_ERROR(ReadHoldout(context, args, wanted, request));
  ASSIGN_OR_RETURN(request.training_data, FileWithDigest(context, path));
  return Ok();
}

Result<control::RegisterRequest> RequestOf(Context& context, const Args& args,
                                           const control::Registrar& registrar) {
  control::RegisterRequest request;
  request.model = args.positional(0);
  request.artifact_path = args.positional(1);
  while (request.artifact_path.size() > 1 && request.artifact_path.ends_with('/')) {
    request.artifact_path.pop_back();
  }
  request.label = args.Text("label");
  request.source = args.Text("source");
  const bool force = args.Has("force");
  ASSIGN_OR_RETURN(request.change,
                   ChangeOf(context, args, force ? Reason::kRequired : Reason::kOptional));
  request.change.force = force;
  ASSIGN_OR_RETURN(request.metrics_json, MetricsJson(args.All("metric")));
  if (args.Has("golden-tolerance")) {
    ASSIGN_OR_RETURN(request.golden_tolerance,
                     ParseReal(args.Text("golden-tolerance"), "--golden-tolerance"));
  }
  if (args.Has("golden")) {
    ASSIGN_OR_RETURN(request.golden, ReadTableFile(context, args.Text("golden"), std::nullopt));
  }
  RETURN_IF_ERROR(ReadTraining(context, args, registrar, request));
  return request;
}

Result<ExitCode> RunRegister(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const LocalStore store, OpenLocalStore(context, "version register"));
  control::Registrar registrar = RegistrarOf(context, store);
  ASSIGN_OR_RETURN(const control::RegisterRequest request, RequestOf(context, args, registrar));
  Progress progress(context, "scoring training rows",
                    request.training ? request.training->rows() : 0);
  registrar.progress = [&progress](std::size_t rows) { progress.Advance(rows); };
  ASSIGN_OR_RETURN(const control::Registered registered,
                   control::RegisterVersion(registrar, request));
  const records::VersionRecord& version = registered.version;
  Listing listing("mooring.version/1", VersionFields());
  listing.record = true;
  ASSIGN_OR_RETURN(const auto aliases, store.registry->Aliases(version.model));
  listing.Add(VersionRow(version, aliases));
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  for (const std::string& warning : registered.warnings) context.Warn(warning);
  const std::string number = std::to_string(version.number);
  if (version.state == State::kRefused) {
    context.Hint("version " + number + " is refused: " + version.state_reason);
    return ExitCode::kFindings;
  }
  context.Hint("registered version " + number + " of " + version.model +
               "; golden rows: " + registered.golden_rows_from);
  context.Hint("next: mooring version promote " + version.model + " " + number + " --reason TEXT");
  return ExitCode::kDone;
}

std::vector<Flag> RegisterFlags() {
  return Join(
      {{{.name = "training-data",
         .value = "FILE",
         .summary = "CSV or Parquet: the reference that live windows are compared with",
         .completes = Completes::kFile},
        {.name = "label", .value = "COLUMN", .summary = "outcome column of the training data"},
        {.name = "holdout",
         .value = "FILE",
         .summary = "CSV or Parquet: labelled rows it was not trained on; live quality is held "
                    "against them",
         .completes = Completes::kFile},
        {.name = "golden",
         .value = "FILE",
         .summary = "CSV of golden rows: inputs, and outputs as they were where it was trained",
         .completes = Completes::kFile},
        {.name = "golden-tolerance",
         .value = "X",
         .summary = "relative difference allowed to outputs in --golden (default 0: same bits)"},
        {.name = "metric",
         .value = "NAME=N",
         .summary = "measured elsewhere, such as auc=0.71",
         .repeated = true},
        {.name = "source", .value = "TEXT", .summary = "where it came from: a run, a commit"},
        {.name = "force", .summary = "a candidate in spite of findings in its training data"},
        {.name = "reason", .value = "TEXT", .summary = "why; kept in the history"},
        {.name = "author",
         .value = "NAME",
         .summary = "who registers it (default: the system's user)",
         .setting = "author"}},
       LocalFlags(),
       OutputFlags()});
}

}  // namespace

Command VersionRegisterCommand() {
  return {
      .name = "version register",
      .summary = "bring a new version of a model: a file or a directory saved by MLflow",
      .text =
          "The model is compiled, bound to the contract in force and made to predict its golden "
          "rows\nfrom the stored bytes; the reference profile is learned from the training "
          "data, which are\nvalidated. Bad training data make the version refused (exit code "
          "1). Nothing serves until\nit is promoted.",
      .examples = {{"mooring version register churn model.ubj --training-data train.csv --label "
                    "churned",
                    "with everything that watching needs"},
                   {"mooring version register credit mlruns/1/abc/artifacts/model",
                    "an MLflow model directory"}},
      .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel},
                    {.name = "PATH",
                     .summary = "model file or directory",
                     .completes = Completes::kFile}},
      .flags = RegisterFlags(),
      .run = RunRegister};
}

}  // namespace mooring::app::cli
