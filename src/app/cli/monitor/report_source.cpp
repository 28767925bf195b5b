#include "app/cli/monitor/report_source.h"

#include <algorithm>

#include "app/cli/monitor/report_flags.h"
#include "app/cli/store/incidents.h"
#include "app/cli/tables/table_file.h"
#include "monitoring/offline.h"

namespace mooring::app::cli {
namespace {

using monitoring::ReportInput;
using monitoring::WindowReport;
using records::StoredVerdict;

// Files without a column in common would show "ok" for nothing at all.
Status CheckShared(const data::Batch& reference, const data::Batch& current) {
  for (const data::Field& field : reference.schema().fields()) {
    if (current.Find(field.name) != nullptr) return Ok();
  }
  return Error(Code::kInvalidArgument, "the files have no column in common")
      .Why("columns are matched by name, exactly as the first line of a CSV spells them");
}

// Through a server the contract's text is not to be had; its bounds are then the usual ones.
records::MonitorRule RuleInForce(records::Registry& store, const std::string& contract_hash) {
  if (contract_hash.empty()) return {};
  const auto text = store.ContractText(contract_hash);
  if (!text.ok()) return {};
  const auto contract = records::ParseContract(*text);
  return contract.ok() ? contract->monitor : records::MonitorRule{};
}

Status CheckVersion(records::Registry& store, const std::string& model, VersionNumber version) {
  if (version == 0) return Ok();
  // A version that does not exist is no version without windows.
  const auto found = store.Version(model, version);
  return found.ok() ? Ok() : Status(found.error());
}

Error NoWindow(const WantedWindows& wanted) {
  const std::string of = wanted.version != 0 ? " version " + std::to_string(wanted.version) : "";
  if (wanted.kind == monitoring::kQualityVerdict) {
    return Error(Code::kNotFound, "no window of '" + wanted.model + "'" + of + " was scored yet")
        .Why("a window is scored when outcomes of its decisions come")
        .Help("mooring outcomes import");
  }
  return Error(Code::kNotFound, "no window of '" + wanted.model + "'" + of + " has been closed yet")
      .Why(
          "a window closes after as many rows or as much time as the contract's monitor.window "
          "says: 1000 rows or 1h unless said")
      .Help("mooring monitor status");
}

// Of the asked kind and version; the version of the newest when none is asked for.
Result<std::vector<StoredVerdict>> Newest(records::Registry& store, const WantedWindows& wanted,
                                          std::string_view kind, VersionNumber& version) {
  if (version == 0) {
    ASSIGN_OR_RETURN(const auto last, store.Verdicts(wanted.model, {.limit = 1, .kind = kind}));
    if (last.empty()) return last;
    version = last.front().version;
    if (wanted.windows == 1) return last;
  }
  return store.Verdicts(wanted.model, {.limit = wanted.windows, .kind = kind, .version = version});
}

Status AddDrift(const std::vector<StoredVerdict>& verdicts, ReportInput& input) {
  for (const StoredVerdict& verdict : verdicts) {
    ASSIGN_OR_RETURN(WindowReport report, monitoring::FromStored(verdict));
    input.history.push_back(std::move(report));
  }
  std::ranges::reverse(input.history);  // the oldest first
  if (!input.history.empty()) input.drift = input.history.back();
  return Ok();
}

Status AddQuality(const std::vector<StoredVerdict>& verdicts, ReportInput& input) {
  for (const StoredVerdict& verdict : verdicts) {
    ASSIGN_OR_RETURN(monitoring::QualityReport report, monitoring::QualityFromStored(verdict));
    input.scored.push_back(std::move(report));
  }
  std::ranges::reverse(input.scored);
  if (!input.scored.empty()) input.quality = input.scored.back();
  return Ok();
}

std::string OwnerOf(const records::ModelRecord& model) {
  if (model.owner_team.empty() || model.owner_person.empty()) {
    return model.owner_team + model.owner_person;
  }
  return model.owner_team + ", " + model.owner_person;
}

}  // namespace

Status CheckTwoFiles(const Args& args, std::string_view command) {
  if (args.Has("reference") && args.Has("current") && args.positionals() == 0) return Ok();
  return Error(Code::kInvalidArgument, "files are compared by --reference and --current together")
      .Help("mooring " + std::string(command) + " --reference train.csv --current today.csv");
}

Result<TwoTables> ReadTwoTables(Context& context, const Args& args, std::string_view command) {
  RETURN_IF_ERROR(CheckTwoFiles(args, command));
  ASSIGN_OR_RETURN(TwoTables tables,
                   ReadTwoTableFiles(context, args.Text("reference"), args.Text("current")));
  RETURN_IF_ERROR(CheckShared(tables.reference, tables.current));
  return tables;
}

Result<ReportInput> ReportOfFiles(Context& context, const Args& args, std::string_view command) {
  RETURN_IF_ERROR(CheckTwoFiles(args, command));
  ReportInput input;
  ASSIGN_OR_RETURN(input.rule, RuleOf(args));
  ASSIGN_OR_RETURN(const TwoTables tables, ReadTwoTables(context, args, command));
  ASSIGN_OR_RETURN(input.drift,
                   monitoring::CompareTables(tables.reference, tables.current, input.rule));
  if (input.drift->model.empty()) input.drift->reference = "file";
  return input;
}

Result<ModelReport> ReportOfModel(records::Registry& store, const WantedWindows& wanted) {
  ASSIGN_OR_RETURN(const records::ModelRecord record, store.Model(wanted.model));
  RETURN_IF_ERROR(CheckVersion(store, record.name, wanted.version));
  ModelReport found;
  VersionNumber version = wanted.version;
  for (const std::string_view kind : {monitoring::kDriftVerdict, monitoring::kQualityVerdict}) {
    if (!wanted.kind.empty() && wanted.kind != kind) continue;
    ASSIGN_OR_RETURN(const auto verdicts, Newest(store, wanted, kind, version));
    RETURN_IF_ERROR(kind == monitoring::kDriftVerdict ? AddDrift(verdicts, found.input)
                                                      : AddQuality(verdicts, found.input));
    found.verdicts.insert(found.verdicts.end(), verdicts.begin(), verdicts.end());
  }
  if (found.verdicts.empty()) return NoWindow(wanted);
  found.input.facts = {record.name, version, OwnerOf(record), record.purpose};
  found.input.rule = RuleInForce(store, record.contract_hash);
  return found;
}

Result<std::vector<monitoring::OpenAlert>> OpenAlertsOf(Context& context,
                                                        const std::string& model) {
  std::vector<monitoring::OpenAlert> alerts;
  const bool local = context.settings.Text("server").empty();
  // Asking must not make a file.
  if (local && !context.files->Exists(DataPaths(context.settings.Text("data_dir")).incidents)) {
    return alerts;
  }
  control::DeskCall call{.what = control::DeskCall::What::kAlerts};
  call.model = model;
  call.limit = 1000;
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  ASSIGN_OR_RETURN(const Json::Array* items, answer.GetArray("alerts"));
  for (const Json& item : *items) {
    monitoring::OpenAlert alert;
    ASSIGN_OR_RETURN(alert.what, item.GetString("what"));
    ASSIGN_OR_RETURN(alert.state, item.GetString("state"));
    ASSIGN_OR_RETURN(alert.help, item.GetString("help"));
    ASSIGN_OR_RETURN(const std::string_view severity, item.GetString("severity"));
    alert.level = severity == "critical" ? monitoring::Level::kAlert : monitoring::Level::kWarn;
    ASSIGN_OR_RETURN(const std::string_view since, item.GetString("since"));
    ASSIGN_OR_RETURN(alert.since, ParseTime(since));
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

std::string WindowName(const WindowReport& report) {
  if (report.model.empty()) return std::to_string(report.rows) + " rows";
  return report.model + " version " + std::to_string(report.version) + ", " +
         std::to_string(report.rows) + " rows up to " + FormatTime(report.end);
}

std::vector<Flag> FileFlags() {
  return {{.name = "reference",
           .value = "FILE",
           .summary = "CSV or Parquet",
           .completes = Completes::kFile},
          {.name = "current",
           .value = "FILE",
           .summary = "CSV or Parquet",
           .completes = Completes::kFile}};
}

}  // namespace mooring::app::cli
