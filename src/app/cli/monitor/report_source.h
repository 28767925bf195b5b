// Where reports come from: two files, or the stored verdicts of a model, in a data directory or
// through a server.
//
// Thread safety: one command.
#pragma once

#include <string>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "app/cli/tables/table_file.h"
#include "data/table/batch.h"
#include "monitoring/report/html_report.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {

// kInvalidArgument unless --reference and --current are both there, and no model.
Status CheckTwoFiles(const Args& args, std::string_view command);

// Of CheckTwoFiles. kInvalidArgument when they have no column in common.
Result<TwoTables> ReadTwoTables(Context& context, const Args& args, std::string_view command);

// --reference and --current, which must both be there and without a model; judged by RuleOf.
// kInvalidArgument when the files have no column in common.
Result<monitoring::ReportInput> ReportOfFiles(Context& context, const Args& args,
                                              std::string_view command);

struct ModelReport {
  monitoring::ReportInput input;
  std::vector<records::StoredVerdict> verdicts;  // behind it, newest first, of one version
};

struct WantedWindows {
  std::string model;
  VersionNumber version = 0;   // 0: the one that was judged last
  std::size_t windows = 60;    // of each kind
  std::string_view kind = {};  // "drift", "quality"; "": both
};
// The newest windows of one version. kNotFound when none was closed yet, or without the model or
// version.
Result<ModelReport> ReportOfModel(records::Registry& store, const WantedWindows& wanted);

// What fires or is pending of the model now, the worst first: of the incidents.db of the data
// directory, or through a server.
Result<std::vector<monitoring::OpenAlert>> OpenAlertsOf(Context& context, const std::string& model);

// "flight-cover version 3, 1000 rows up to 2026-…".
std::string WindowName(const monitoring::WindowReport& report);

std::vector<Flag> FileFlags();  // --reference, --current

}  // namespace mooring::app::cli
