#include "app/cli/monitor/report_flags.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text/json_writer.h"
#include "monitoring/report/junit_report.h"
#include "monitoring/report/summary.h"

namespace mooring::app::cli {
namespace {

using monitoring::WindowReport;
using monitoring::WindowVerdict;
using records::DriftPolicy;

// A number of (above, most].
Result<double> NumberOf(const Args& args, std::string_view flag, double usual, double most,
                        std::string_view why) {
  if (!args.Has(flag)) return usual;
  const std::string text = args.Text(flag);
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (whole && number >= 0 && number <= most && (number > 0 || flag == "share")) return number;
  return Error(Code::kInvalidArgument, "'" + text + "' is no value of --" + std::string(flag))
      .Why(std::string(why));
}

constexpr std::array<std::pair<std::string_view, DriftPolicy>, 3> kPolicies = {{
    {"corrected", DriftPolicy::kCorrected},
    {"psi", DriftPolicy::kPsi},
    {"p_value", DriftPolicy::kPValue},
}};

constexpr std::size_t kFindingsHinted = 10;

// Why the run's verdict is what it is, in a few words.
std::string ReasonOf(const monitoring::ReportInput& input) {
  const std::string_view verdict = monitoring::RunVerdict(input);
  if (verdict == "alert") {
    const auto findings = monitoring::FindingsOf(input);
    return monitoring::AlertOf(findings)->what;
  }
  if (verdict == "worse" || !input.drift) return input.quality ? input.quality->reason : "";
  return input.drift->reason;
}

Cell Rule(bool drifted) { return Cell(drifted ? "drift" : "ok"); }

Cell LevelCell(monitoring::Level level) {
  using monitoring::Level;
  const Colour colour = level == Level::kAlert  ? Colour::kRed
                        : level == Level::kWarn ? Colour::kYellow
                                                : Colour::kPlain;
  return {std::string(monitoring::LevelName(level)), colour};
}

}  // namespace

std::vector<Flag> RuleFlags() {
  return {
      {.name = "psi", .value = "X", .summary = "drift is a PSI above this (files; default 0.2)"},
      {.name = "p-value", .value = "X", .summary = "drift is a p below this (files; default 0.05)"},
      {.name = "share",
       .value = "X",
       .summary = "of the features that may drift (files; default 0.1)"},
      {.name = "policy",
       .value = "RULE",
       .summary = "corrected: significant and big; or one plain rule (files)",
       .choices = {"corrected", "psi", "p_value"}},
      {.name = "min-rows",
       .value = "N",
       .summary = "fewer rows, of either side, are not judged (files; default 200)"},
  };
}

Result<records::MonitorRule> RuleOf(const Args& args) {
  records::MonitorRule rule;
  ASSIGN_OR_RETURN(rule.psi,
                   NumberOf(args, "psi", rule.psi, 1e6, "a number above 0; 0.2 is customary"));
  ASSIGN_OR_RETURN(rule.p_value, NumberOf(args, "p-value", rule.p_value, 1,
                                          "a chance above 0, up to 1; 0.05 is customary"));
  ASSIGN_OR_RETURN(rule.share, NumberOf(args, "share", rule.share, 1, "a share from 0 to 1"));
  const std::string policy = args.Text("policy", kPolicies[0].first);
  for (const auto& [name, value] : kPolicies) {
    if (name == policy) rule.policy = value;
  }
  ASSIGN_OR_RETURN(const auto rows, args.Number("min-rows", 1, 1'000'000'000));
  if (rows) rule.window_min_rows = static_cast<std::uint32_t>(*rows);
  return rule;
}

Status RefuseRuleFlags(const Args& args) {
  for (const Flag& flag : RuleFlags()) {
    if (!args.Has(flag.name)) continue;
    return Error(Code::kInvalidArgument, "--" + std::string(flag.name) + " goes with files only")
        .Why("windows of a model were judged by its contract (monitor.drift)")
        .Help("change the contract: mooring apply");
  }
  return Ok();
}

std::vector<Flag> ReportOutputFlags() {
  std::vector<Flag> flags = OutputFlags();
  for (Flag& flag : flags) {
    if (flag.name != "output") continue;
    flag.summary = "table (terminal), plain (pipe), json, jsonl, csv, html, junit";
    flag.choices = {"table", "plain", "json", "jsonl", "csv", "html", "junit"};
  }
  flags.push_back({.name = "html",
                   .value = "FILE",
                   .summary = "write the report as one HTML file too",
                   .completes = Completes::kFile});
  return flags;
}

// A feature of too few rows is not "ok".
Cell VerdictCell(const WindowReport& report, const monitoring::FeatureDrift& feature) {
  if (report.verdict == WindowVerdict::kNotEnoughData) {
    return Cell(monitoring::VerdictName(report.verdict));
  }
  return {std::string(feature.drifted ? "drift" : "ok"),
          feature.drifted ? Colour::kRed : Colour::kGreen};
}

void AddColumnRows(const WindowReport& report, Listing& listing) {
  for (const monitoring::Finding& finding : report.findings) {
    if (finding.kind != "missing_column" && finding.kind != "new_column") continue;
    std::vector<Cell> row(listing.fields.size());
    row[0] = finding.subject;
    row[1] = Cell(finding.kind, LevelCell(finding.level).colour);
    if (listing.fields[2].name == "level") row[2] = LevelCell(finding.level);
    listing.Add(std::move(row));
  }
}

Listing DriftListing(const WindowReport& report) {
  Listing listing(
      "mooring.drift/1",
      {{"feature", "input, or score"},
       {"verdict", "ok or drift, by the policy; not_enough_data; missing_column or new_column"},
       {"level", "clear, hold, warn or alert"},
       {"psi", "population stability index"},
       {"psi_adjusted", "without what chance alone adds"},
       {"q_value", "p corrected for looking at all features"},
       {"p_value", "how often chance alone would show as much"},
       {"test", "that gave p"},
       {"psi_rule", "the plain rule: psi above the bound"},
       {"p_rule", "the plain rule: p below the level"},
       {"js", "Jensen-Shannon distance, natural logarithm"},
       {"ks", "Kolmogorov-Smirnov D"},
       {"wasserstein", "in standard deviations of the reference"},
       {"missing", "share of rows"},
       {"unseen", "share of rows with a new category"},
       {"out_of_range", "share of rows beyond the reference"},
       {"rows", "with a value", false},
       {"reference_rows", "with a value", false},
       {"effective_rows", "as many as they are independent", false},
       {"mean", "of the window", false},
       {"reference_mean", "of the reference", false}});
  for (const monitoring::FeatureDrift& feature : report.features) {
    listing.Add({feature.feature,
                 VerdictCell(report, feature),
                 LevelCell(feature.level),
                 feature.psi,
                 feature.psi_adjusted,
                 feature.q_value,
                 feature.p_value,
                 feature.test,
                 Rule(feature.psi_drifted),
                 Rule(feature.p_drifted),
                 feature.js,
                 feature.ks,
                 feature.wasserstein,
                 feature.missing_share,
                 feature.unseen_share,
                 feature.out_of_range_share,
                 feature.rows,
                 feature.reference_rows,
                 feature.effective_rows,
                 feature.mean,
                 feature.reference_mean});
  }
  AddColumnRows(report, listing);
  return listing;
}

Status PrintReport(Context& context, const Args& args, const monitoring::ReportInput& input,
                   const Listing& listing) {
  if (args.Has("html")) {
    const std::string file = args.Text("html");
    RETURN_IF_ERROR(context.files->WriteFileDurably(file, AsBytes(monitoring::HtmlReport(input))));
    context.Hint("report: " + file);
  }
  const std::string format = args.Text("output");
  if (format == "html") {
    context.Print(monitoring::HtmlReport(input));
  } else if (format == "junit") {
    context.Print(monitoring::JunitReport(input.drift ? &*input.drift : nullptr,
                                          input.quality ? &*input.quality : nullptr));
  } else {
    return PrintListing(context, args, listing, VerdictMembers(input));
  }
  return Ok();
}

ExitCode ExitOf(const monitoring::ReportInput& input) {
  return monitoring::IsBad(monitoring::RunVerdict(input)) ? ExitCode::kFindings : ExitCode::kDone;
}

std::string VerdictMembers(const monitoring::ReportInput& input) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("verdict", monitoring::RunVerdict(input));
  json.Member("reason", ReasonOf(input)).Key("findings");
  json.Raw(monitoring::FindingsJson(monitoring::FindingsOf(input))).EndObject();
  return text.substr(1, text.size() - 2);
}

void HintVerdict(Context& context, const monitoring::ReportInput& input,
                 const std::string& window) {
  const std::string reason = ReasonOf(input);
  context.Hint(window + ": " + std::string(monitoring::RunVerdict(input)) +
               (reason.empty() ? "" : " (" + reason + ")"));
}

std::vector<std::string> BesideTheTable(const WindowReport& report) {
  constexpr std::array<std::string_view, 3> kInTheTable = {"feature_drift", "dataset_drift",
                                                           "score_drift"};
  std::vector<std::string> lines;
  std::size_t more = 0;
  for (const monitoring::Finding& finding : report.findings) {
    const bool shown = std::ranges::find(kInTheTable, finding.kind) != kInTheTable.end();
    if (shown || finding.level < monitoring::Level::kWarn) continue;
    if (lines.size() == kFindingsHinted) {
      ++more;
      continue;
    }
    lines.push_back(std::string(monitoring::LevelName(finding.level)) + " " + finding.kind + ": " +
                    finding.what);
  }
  if (more != 0) lines.push_back("and " + std::to_string(more) + " more findings");
  return lines;
}

void HintFindings(Context& context, const WindowReport& report) {
  for (const std::string& line : BesideTheTable(report)) context.Hint(line);
}

}  // namespace mooring::app::cli
