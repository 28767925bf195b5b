#include "app/cli/monitor/drift_ways.h"

#include <array>
#include <string>

#include "app/cli/monitor/report_flags.h"

namespace mooring::app::cli {
namespace {

std::string Dashed(std::string_view flag) { return "--" + std::string(flag); }

Result<DriftWay> Asked(const Args& args) {
  std::string first;
  for (const std::string_view flag : {"exact", "classifier", "slices", "like"}) {
    if (!args.Has(flag)) continue;
    if (!first.empty()) {
      return Error(Code::kInvalidArgument, first + " and " + Dashed(flag) + " are two questions")
          .Help("ask one at a time");
    }
    first = Dashed(flag);
  }
  if (args.Has("exact")) return DriftWay::kExact;
  if (args.Has("classifier")) return DriftWay::kClassifier;
  if (args.Has("slices")) return DriftWay::kSlices;
  if (!args.Has("like")) return DriftWay::kWatch;
  return args.Text("like") == "nannyml" ? DriftWay::kNannyML : DriftWay::kEvidently;
}

// A flag that means nothing to the way that was asked for.
Status Refuse(const Args& args, std::string_view flag, std::string_view goes_with) {
  if (!args.Has(flag)) return Ok();
  return Error(Code::kInvalidArgument, Dashed(flag) + " goes with " + std::string(goes_with))
      .Help("mooring monitor drift --help");
}

// --classifier, --slices and --like have rules and tables of their own.
Status CheckOwnRules(const Args& args, const std::string& way) {
  for (const Flag& flag : RuleFlags()) {
    if (!args.Has(flag.name)) continue;
    return Error(Code::kInvalidArgument, Dashed(flag.name) + " does not go with " + way)
        .Why(way + " has a rule of its own");
  }
  const std::string format = args.Text("output");
  if (!args.Has("html") && format != "html" && format != "junit") return Ok();
  return Error(Code::kInvalidArgument, way + " has no HTML and no JUnit report")
      .Help("-o table, plain, json, jsonl or csv");
}

Status CheckSlices(const Args& args) {
  RETURN_IF_ERROR(CheckOwnRules(args, "--slices"));
  if (args.positionals() != 0 && !args.Has("reference") && !args.Has("current")) return Ok();
  return Error(Code::kInvalidArgument, "--slices are those of a model's decisions")
      .Help("mooring monitor drift MODEL --slices");
}

}  // namespace

std::vector<Flag> WayFlags() {
  return {
      {.name = "exact", .summary = "from all rows; of MODEL: its window against --reference"},
      {.name = "classifier", .summary = "can boosted trees tell the two files' rows apart?"},
      {.name = "like",
       .value = "TOOL",
       .summary = "tests, numbers and verdict of another tool (files)",
       .choices = {"evidently", "nannyml"}},
      {.name = "slices", .summary = "slice by slice, from all decisions of MODEL in the lake"},
      {.name = "by",
       .value = "COLUMN",
       .summary = "slices are this column's values (default: those of the contract)"},
      {.name = "cuts", .value = "A,B", .summary = "slices are a number's ranges (--by)"},
      {.name = "chunk-size", .value = "N", .summary = "rows (--like nannyml; default 1000)"},
      {.name = "from",
       .value = "TIME",
       .summary = "of decisions, RFC 3339 (MODEL --exact, --slices)"},
      {.name = "to",
       .value = "TIME",
       .summary = "likewise; default: the newest closed window, all of --slices"},
  };
}

Result<DriftWay> WayOf(const Args& args) {
  ASSIGN_OR_RETURN(const DriftWay way, Asked(args));
  if (way != DriftWay::kNannyML) {
    RETURN_IF_ERROR(Refuse(args, "chunk-size", "--like nannyml"));
  }
  const bool slices = way == DriftWay::kSlices;
  const bool journal = slices || (way == DriftWay::kExact && args.positionals() != 0);
  if (!journal) {
    RETURN_IF_ERROR(Refuse(args, "from", "MODEL --exact or --slices"));
    RETURN_IF_ERROR(Refuse(args, "to", "MODEL --exact or --slices"));
  }
  if (!slices) RETURN_IF_ERROR(Refuse(args, "by", "--slices"));
  if (!args.Has("by")) RETURN_IF_ERROR(Refuse(args, "cuts", "--slices --by"));
  if (slices) RETURN_IF_ERROR(CheckSlices(args));
  if (way == DriftWay::kClassifier) RETURN_IF_ERROR(CheckOwnRules(args, "--classifier"));
  if (args.Has("like")) RETURN_IF_ERROR(CheckOwnRules(args, "--like"));
  const bool files = args.positionals() == 0 && way != DriftWay::kWatch;
  if (files) RETURN_IF_ERROR(Refuse(args, "version", "MODEL"));
  return way;
}

}  // namespace mooring::app::cli
