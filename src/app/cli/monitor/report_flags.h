// What `monitor drift`, `report`, `quality` and `profile compare` share: by which rule windows of
// files are judged (--psi, --share, --p-value, --policy), and the ways a report is put out beside a
// listing: -o html, -o junit, --html FILE.
//
// Thread safety: one command.
#pragma once

#include <string>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "monitoring/report/html_report.h"
#include "records/contract/contract.h"

namespace mooring::app::cli {

// --psi, --share, --p-value, --policy, --min-rows: of files; a model's contract says its own.
std::vector<Flag> RuleFlags();
// kInvalidArgument for a value out of its range.
Result<records::MonitorRule> RuleOf(const Args& args);
// kInvalidArgument when a rule flag was given where the contract rules.
Status RefuseRuleFlags(const Args& args);

// OutputFlags with html and junit among the formats, and --html FILE.
std::vector<Flag> ReportOutputFlags();

// Prints the listing, or the whole report as HTML or JUnit, by -o; writes --html FILE first.
Status PrintReport(Context& context, const Args& args, const monitoring::ReportInput& input,
                   const Listing& listing);

// "ok" or "drift" in its colour; "not_enough_data" when the report says so.
Cell VerdictCell(const monitoring::WindowReport& report, const monitoring::FeatureDrift& feature);
// To a listing that begins with feature and verdict: a row for every column that only one side has,
// its verdict "missing_column" or "new_column".
void AddColumnRows(const monitoring::WindowReport& report, Listing& listing);
// A row a feature: "mooring.drift/1".
Listing DriftListing(const monitoring::WindowReport& report);

// "verdict":"alert","reason":"…","findings":[…] – what JSON says beside the rows.
std::string VerdictMembers(const monitoring::ReportInput& input);
// kFindings when the window drifted, decisions became worse, or a finding is an alert
// (monitoring::RunVerdict).
ExitCode ExitOf(const monitoring::ReportInput& input);
// "1000 rows: drift (distance: adjusted PSI 0.43 > 0.2)", "…: alert (30.0 % of fare is missing; it
// was 0.0 %)", on stderr.
void HintVerdict(Context& context, const monitoring::ReportInput& input, const std::string& window);
// What was found that no row of the listing shows (missing values, duplicated features, refused
// requests, …), a line each, on stderr; the lines themselves for tests.
void HintFindings(Context& context, const monitoring::WindowReport& report);
std::vector<std::string> BesideTheTable(const monitoring::WindowReport& report);

}  // namespace mooring::app::cli
