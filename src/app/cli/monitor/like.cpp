#include <fmt/format.h>

#include <cmath>

#include "app/cli/monitor/drift_ways.h"
#include "app/cli/monitor/report_source.h"
#include "app/cli/output/listing.h"
#include "base/text/json_writer.h"
#include "monitoring/parity/evidently.h"
#include "monitoring/parity/nannyml.h"

namespace mooring::app::cli {
namespace {

using monitoring::NannyRow;

Cell Drifted(bool drifted) {
  return {std::string(drifted ? "drift" : "ok"), drifted ? Colour::kRed : Colour::kGreen};
}

Listing EvidentlyListing(const monitoring::EvidentlyReport& report) {
  Listing listing("mooring.like.evidently/1", {{"column", "of both files"},
                                               {"verdict", "ok or drift"},
                                               {"method", "as Evidently's reports call it"},
                                               {"score", "p-value or distance, by the method"},
                                               {"threshold", "of the method"},
                                               {"error", "why there is no score"}});
  for (const monitoring::EvidentlyColumn& column : report.columns) {
    listing.Add({column.column, Drifted(column.drifted),
                 std::string(monitoring::KindOf(column.test).report), column.score,
                 column.threshold, column.error});
  }
  return listing;
}

// NannyML's own names; measures of quality, which are not drift, count for no verdict.
std::string_view PartOf(const NannyRow& row) {
  if (row.method == "reconstruction_error") return "multivariate";
  for (const std::string_view quality :
       {"missing_rate", "unseen_rate", "range_rate", "average", "std", "median", "sum"}) {
    if (row.method == quality) return "quality";
  }
  return "univariate";
}

// The chunks of one measure of one column, in their order.
struct Measure {
  const NannyRow* newest = nullptr;
  std::size_t chunks = 0, alerts = 0;
  std::string json;  // of each chunk
};

void AddFigure(JsonWriter& json, std::string_view name, double value) {
  json.Key(name);
  std::isnan(value) ? json.Null() : json.Value(value);
}

std::string ChunkJson(const NannyRow& row) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("chunk", row.chunk.index).Member("start", row.chunk.begin);
  json.Member("end", row.chunk.end - 1);  // the last row's, as NannyML has it
  AddFigure(json, "value", row.value);
  AddFigure(json, "sampling_error", row.sampling_error);
  AddFigure(json, "lower_threshold", row.band.lower);
  AddFigure(json, "upper_threshold", row.band.upper);
  json.Member("alert", row.alert).EndObject();
  return text;
}

// Rows of one measure stand together, the reference's chunks before the current ones.
std::vector<Measure> MeasuresOf(const std::vector<NannyRow>& rows) {
  std::vector<Measure> measures;
  for (const NannyRow& row : rows) {
    if (row.reference) continue;
    const bool more = !measures.empty() && measures.back().newest->column == row.column &&
                      measures.back().newest->method == row.method;
    if (!more) measures.emplace_back();
    Measure& measure = measures.back();
    measure.newest = &row;
    ++measure.chunks;
    measure.alerts += row.alert ? 1 : 0;
    measure.json += (measure.json.empty() ? "" : ",") + ChunkJson(row);
  }
  return measures;
}

Listing NannyListing(const std::vector<Measure>& measures) {
  Listing listing("mooring.like.nannyml/1",
                  {{"column", "empty: all together"},
                   {"part", "univariate, multivariate or quality"},
                   {"method", "as NannyML calls it"},
                   {"verdict", "drift (quality: alert) when a chunk alerts"},
                   {"alerts", "chunks that alert"},
                   {"chunks", "of the current file"},
                   {"score", "of the newest chunk"},
                   {"lower", "threshold"},
                   {"upper", "threshold"},
                   {"values", "chunk by chunk", false}});
  for (const Measure& measure : measures) {
    const NannyRow& row = *measure.newest;
    const std::string_view part = PartOf(row);
    Cell verdict = Drifted(measure.alerts != 0);
    if (part == "quality" && measure.alerts != 0) verdict = Cell("alert", Colour::kYellow);
    listing.Add({row.column, part, row.method, std::move(verdict), std::uint64_t{measure.alerts},
                 std::uint64_t{measure.chunks}, row.value, row.band.lower, row.band.upper,
                 RawJson{"[" + measure.json + "]"}});
  }
  return listing;
}

}  // namespace

Result<ExitCode> RunEvidently(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const TwoTables tables,
                   ReadTwoTables(context, args, "monitor drift --like evidently"));
  const monitoring::EvidentlyOptions options;
  ASSIGN_OR_RETURN(const monitoring::EvidentlyReport report,
                   monitoring::RunEvidentlyPreset(tables.reference, tables.current, options));
  RETURN_IF_ERROR(PrintListing(context, args, EvidentlyListing(report)));
  context.Hint(
      fmt::format("Evidently 0.7.21 would say: {} ({} of {} columns have drifted, a share "
                  "of {:.3g}; drift is {:g} or more)",
                  report.dataset_drift ? "drift" : "no drift", report.drifted,
                  report.columns.size(), report.share, options.drift_share));
  return report.dataset_drift ? ExitCode::kFindings : ExitCode::kDone;
}

Result<ExitCode> RunNannyML(Context& context, const Args& args) {
  monitoring::NannyOptions options;
  ASSIGN_OR_RETURN(const auto size, args.Number("chunk-size", 1, 1'000'000'000));
  if (size) options.chunk_size = *size;
  ASSIGN_OR_RETURN(const TwoTables tables,
                   ReadTwoTables(context, args, "monitor drift --like nannyml"));
  ASSIGN_OR_RETURN(const std::vector<NannyRow> rows,
                   monitoring::RunNannyML(tables.reference, tables.current, options));
  const std::vector<Measure> measures = MeasuresOf(rows);
  RETURN_IF_ERROR(PrintListing(context, args, NannyListing(measures)));
  std::size_t drift = 0, quality = 0;
  for (const Measure& measure : measures) {
    (PartOf(*measure.newest) == "quality" ? quality : drift) += measure.alerts;
  }
  context.Hint(
      fmt::format("NannyML 0.13.1 would say: {} alerts of drift and {} of quality in "
                  "chunks of {} rows (it has no verdict on the whole: an alert of drift "
                  "counts as one here)",
                  drift, quality, options.chunk_size));
  return drift != 0 ? ExitCode::kFindings : ExitCode::kDone;
}

}  // namespace mooring::app::cli
