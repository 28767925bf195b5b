#include "app/cli/monitor/quality_listing.h"

namespace mooring::app::cli {
namespace {

using monitoring::Level;
using monitoring::MetricValue;
using monitoring::QualityReport;

Cell LevelCell(Level level) {
  return {std::string(monitoring::LevelName(level)),
          level == Level::kAlert ? Colour::kRed : Colour::kPlain};
}

void AddMetrics(const std::vector<monitoring::MetricValue>& metrics, std::string_view kind,
                Listing& listing) {
  for (const monitoring::MetricValue& metric : metrics) {
    listing.Add({metric.name, kind, LevelCell(metric.level), metric.value, metric.lower,
                 metric.upper, metric.reference, metric.warn, metric.stop, metric.n,
                 metric.higher_is_better ? "higher" : "lower"});
  }
}

Listing Metrics(const QualityReport& report) {
  Listing listing("mooring.quality/1", {{"metric", "name; the watched one first"},
                                        {"kind", "realised, estimate or business"},
                                        {"level", "clear, hold, warn or alert"},
                                        {"value", "of this window"},
                                        {"lower", "of the 95 % interval"},
                                        {"upper", "of the 95 % interval"},
                                        {"reference", "what it was"},
                                        {"warn", "bound", false},
                                        {"stop", "bound", false},
                                        {"rows", "behind it"},
                                        {"better", "higher or lower", false}});
  AddMetrics(report.metrics, "realised", listing);
  AddMetrics(report.estimates, "estimate", listing);
  AddMetrics(report.business, "business", listing);
  return listing;
}

Listing Classes(const QualityReport& report) {
  Listing listing("mooring.quality.classes/1", {{"class", "of the outcome"},
                                                {"support", "rows that are of it"},
                                                {"predicted", "rows that were called it"},
                                                {"precision", "of those called it, that are"},
                                                {"precision_lower", "95 %"},
                                                {"precision_upper", "95 %"},
                                                {"recall", "of those that are, called it"},
                                                {"recall_lower", "95 %"},
                                                {"recall_upper", "95 %"},
                                                {"f1", "their harmonic mean"}});
  for (const monitoring::ClassQuality& one : report.classes) {
    listing.Add({one.label, one.support, one.predicted, one.precision, one.precision_lower,
                 one.precision_upper, one.recall, one.recall_lower, one.recall_upper, one.f1});
  }
  return listing;
}

Listing Confusion(const QualityReport& report) {
  Listing listing("mooring.quality.confusion/1",
                  {{"true", "what came"}, {"predicted", "what was said"}, {"rows", "how many"}});
  const monitoring::Confusion& confusion = report.confusion;
  for (std::size_t truth = 0; truth < confusion.counts.size(); ++truth) {
    for (std::size_t said = 0; said < confusion.counts[truth].size(); ++said) {
      if (truth >= confusion.labels.size() || said >= confusion.labels.size()) continue;
      listing.Add(
          {confusion.labels[truth], confusion.labels[said], Cell(confusion.counts[truth][said])});
    }
  }
  return listing;
}

Listing Slices(const QualityReport& report) {
  Listing listing("mooring.quality.slices/1", {{"slice", "rows that share a property"},
                                               {"level", "clear, hold, warn or alert"},
                                               {"from", "contract, or the search for the worst"},
                                               {"rows", "in it"},
                                               {"value", "of the watched metric"},
                                               {"value_lower", "95 %, of the contract's"},
                                               {"value_upper", "95 %, of the contract's"},
                                               {"loss", "mean of the slice"},
                                               {"rest_loss", "mean of all other rows"},
                                               {"lower", "of the difference, 95 %"},
                                               {"upper", "of the difference, 95 %"},
                                               {"q_value", "corrected for all slices looked at"}});
  for (const monitoring::SliceQuality& slice : report.slices) {
    const MetricValue watched = slice.metrics.empty() ? MetricValue() : slice.metrics.front();
    listing.Add({slice.slice, LevelCell(slice.level), slice.searched ? "search" : "contract",
                 slice.n, slice.value, watched.lower, watched.upper, slice.loss, slice.rest_loss,
                 slice.lower, slice.upper, slice.q_value});
  }
  return listing;
}

}  // namespace

Result<Listing> QualityListing(const QualityReport& report, std::string_view part) {
  if (part == "metrics") return Metrics(report);
  if (part == "classes") return Classes(report);
  if (part == "confusion") return Confusion(report);
  if (part == "slices") return Slices(report);
  return Error(Code::kInvalidArgument, "no part '" + std::string(part) + "' of a scored window");
}

}  // namespace mooring::app::cli
