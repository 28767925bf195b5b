#include "monitoring/report/quality_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "monitoring/report/charts.h"
#include "monitoring/report/drift_sections.h"
#include "monitoring/report/page.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kClassesShown = 40;

std::string IntervalText(double lower, double upper) {
  if (std::isnan(lower) || std::isnan(upper)) return "–";
  return Figure(lower) + " … " + Figure(upper);
}

std::string Duration(double seconds) {
  if (std::isnan(seconds)) return "–";
  if (seconds < 120) return Figure(seconds) + " s";
  if (seconds < 7200) return Figure(seconds / 60) + " min";
  if (seconds < 172'800) return Figure(seconds / 3600) + " h";
  return Figure(seconds / 86'400) + " d";
}

std::string Known(const QualityReport& report) {
  std::string html = fmt::format("<p>{} of {} outcomes are known ({})", CountText(report.labelled),
                                 CountText(report.rows), Escaped(ShareText(report.coverage())));
  if (!std::isnan(report.delay_p50_s)) {
    html += "; half of them came within " + Duration(report.delay_p50_s) + ", 95 % within " +
            Duration(report.delay_p95_s);
  }
  html += report.mature ? "; all that are due have had their time." : "; more may come.";
  if (!report.reason.empty()) html += " " + Escaped(report.reason) + ".";
  return html + "</p>\n";
}

std::string MetricRow(const MetricValue& metric) {
  std::string name = metric.name + (metric.estimate ? " (estimate)" : "");
  return "<tr>" + TextCell(name) + "<td>" + LevelMark(metric.level) + "</td>" +
         NumberCell(metric.value, Figure(metric.value)) +
         TextCell(IntervalText(metric.lower, metric.upper)) +
         NumberCell(metric.reference, Figure(metric.reference)) +
         NumberCell(metric.warn, Figure(metric.warn)) +
         NumberCell(metric.stop, Figure(metric.stop)) +
         TextCell(metric.higher_is_better ? "higher" : "lower") +
         NumberCell(static_cast<double>(metric.n), CountText(metric.n)) + "</tr>";
}

std::string MetricTable(std::string_view heading, const std::vector<MetricValue>& metrics) {
  if (metrics.empty()) return {};
  std::string html =
      fmt::format("<h3>{}</h3><div class=\"scroll\"><table class=\"sorts\"><thead><tr>", heading) +
      Heads({"metric", "level", "#value", "95 % interval", "#reference", "#warn", "#stop",
             "better is", "#rows"}) +
      "</tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(metrics.size(), kRowsShown); ++i) {
    html += MetricRow(metrics[i]);
  }
  return html + "</tbody></table></div>\n";
}

const MetricValue* Named(const std::vector<MetricValue>& metrics, std::string_view name) {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

std::string MetricOverTime(const ReportInput& input, const MetricValue& now,
                           std::vector<MetricValue> QualityReport::*part) {
  const bool bound = !std::isnan(now.stop) || !std::isnan(now.warn);
  Series series{.name = now.name,
                .limit = std::isnan(now.stop) ? now.warn : now.stop,
                .reference = now.reference,
                .limit_name = std::isnan(now.stop) ? "warn" : "stop",
                .below_is_bad = now.higher_is_better};
  for (const QualityReport& past : input.scored) {
    const MetricValue* then = Named(past.*part, now.name);
    if (then == nullptr) continue;
    series.points.push_back(
        {past.end, then->value, then->lower, then->upper, then->estimate || !past.mature});
  }
  const std::string chart = LineOverTime(series);
  if (chart.empty()) return {};
  return "<div class=\"card\"><h3>" + Escaped(now.name, 80) + "</h3><figure>" + chart +
         "<figcaption>with 95 % intervals; dotted: reference" +
         (bound ? std::string("; dashed: bound") : std::string()) +
         "; hollow: estimate, or outcomes still due</figcaption></figure></div>\n";
}

std::string OverTime(const ReportInput& input) {
  std::string cards;
  std::size_t drawn = 0;
  for (const auto part :
       {&QualityReport::metrics, &QualityReport::estimates, &QualityReport::business}) {
    for (const MetricValue& metric : (*input.quality).*part) {
      if (drawn++ < kClassesShown) cards += MetricOverTime(input, metric, part);
    }
  }
  return cards.empty() ? "" : "<div class=\"cards\">" + cards + "</div>\n";
}

std::string Gap(const ConceptGap& gap) {
  if (gap.metric.empty() || std::isnan(gap.estimated)) return {};
  std::string html = "<h3>Estimate and reality " + LevelMark(gap.level) + "</h3><p>" +
                     Escaped(gap.metric) + " was estimated as " + Figure(gap.estimated) +
                     " and came out as " + Figure(gap.realised);
  if (gap.error > 0) {
    html += fmt::format(": {} standard errors apart",
                        Figure(std::abs(gap.realised - gap.estimated) / gap.error));
  }
  return html + fmt::format(
                    "; beyond three errors for {} windows in a row. A gap that stays means "
                    "that the same inputs now mean something else.</p>\n",
                    gap.windows_beyond);
}

std::string Classes(const std::vector<ClassQuality>& classes) {
  if (classes.empty()) return {};
  std::string html =
      "<h3>Every class</h3><div class=\"scroll\"><table class=\"sorts\"><thead><tr>" +
      Heads({"class", "#true rows", "#predicted", "#precision", "95 % interval", "#recall",
             "95 % interval", "#F1"}) +
      "</tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(classes.size(), kRowsShown); ++i) {
    const ClassQuality& one = classes[i];
    html += "<tr>" + TextCell(one.label) +
            NumberCell(static_cast<double>(one.support), CountText(one.support)) +
            NumberCell(static_cast<double>(one.predicted), CountText(one.predicted)) +
            NumberCell(one.precision, Figure(one.precision)) +
            TextCell(IntervalText(one.precision_lower, one.precision_upper)) +
            NumberCell(one.recall, Figure(one.recall)) +
            TextCell(IntervalText(one.recall_lower, one.recall_upper)) +
            NumberCell(one.f1, Figure(one.f1)) + "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string ConfusionTable(const Confusion& confusion) {
  const std::size_t shown = std::min(confusion.labels.size(), kClassesShown);
  if (shown == 0 || confusion.counts.size() < shown) return {};
  std::string html =
      "<h3>Confusion matrix</h3><div class=\"scroll\"><table><caption>rows: what came "
      "true; columns: what was predicted; share of the row below</caption><thead>"
      "<tr><th scope=\"col\">true</th>";
  for (std::size_t i = 0; i < shown; ++i) {
    html += "<th scope=\"col\" class=\"n\">" + Escaped(confusion.labels[i], 40) + "</th>";
  }
  html += "</tr></thead><tbody>";
  for (std::size_t truth = 0; truth < shown; ++truth) {
    const auto& row = confusion.counts[truth];
    double total = 0;
    for (const std::uint64_t count : row) total += static_cast<double>(count);
    html += "<tr><th scope=\"row\">" + Escaped(confusion.labels[truth], 40) + "</th>";
    for (std::size_t said = 0; said < std::min(shown, row.size()); ++said) {
      const double share = total > 0 ? static_cast<double>(row[said]) / total : 0;
      html += fmt::format("<td class=\"n{}\">{}<br><span class=\"dim\">{}</span></td>",
                          truth == said    ? " right"
                          : row[said] != 0 ? " wrong"
                                           : "",
                          CountText(row[said]), Escaped(ShareText(share)));
    }
    html += "</tr>";
  }
  html += "</tbody></table></div>\n";
  if (shown < confusion.labels.size()) {
    html += fmt::format("<p class=\"dim\">The first {} of {} classes.</p>", shown,
                        confusion.labels.size());
  }
  return html;
}

std::string Slices(const QualityReport& report) {
  const std::vector<SliceQuality>& slices = report.slices;
  if (slices.empty()) return {};
  double low = 0, high = 0;
  for (const SliceQuality& slice : slices) {
    if (std::isfinite(slice.lower)) low = std::min(low, slice.lower);
    if (std::isfinite(slice.upper)) high = std::max(high, slice.upper);
  }
  const std::string_view caption =
      report.slices_beyond_expected
          ? "how far the loss of the slice is beyond what was expected of it"
          : "loss of the slice beside that of all other rows";
  std::string html = "<h3>Slices</h3><div class=\"scroll\"><table class=\"sorts\"><caption>" +
                     std::string(caption) +
                     "; q is corrected for all slices looked at</caption><thead><tr>" +
                     Heads({"slice", "level", "from", "#rows", "#metric", "its 95 %", "#loss",
                            "#loss of the rest", "difference", "95 % interval", "#q"}) +
                     "</tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(slices.size(), kRowsShown); ++i) {
    const SliceQuality& s = slices[i];
    html += "<tr>" + TextCell(s.slice) + "<td>" + LevelMark(s.level) + "</td>" +
            TextCell(s.searched ? "search" : "contract") +
            NumberCell(static_cast<double>(s.n), CountText(s.n)) +
            NumberCell(s.value, Figure(s.value)) +
            TextCell(s.metrics.empty()
                         ? ""
                         : IntervalText(s.metrics.front().lower, s.metrics.front().upper)) +
            NumberCell(s.loss, Figure(s.loss)) + NumberCell(s.rest_loss, Figure(s.rest_loss)) +
            "<td style=\"min-width:8rem\">" +
            IntervalMark(s.loss - s.rest_loss, s.lower, s.upper, low, high) + "</td>" +
            TextCell(IntervalText(s.lower, s.upper)) +
            NumberCell(s.q_value, ChanceText(s.q_value)) + "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string Reliability(const Calibration& calibration) {
  const std::string plot = ReliabilityPlot(calibration.bins);
  if (plot.empty()) return {};
  std::string html = "<h3>Calibration " + LevelMark(calibration.level) +
                     "</h3><div class=\"cards\"><figure class=\"card\">" + plot +
                     "<figcaption>each point: rows with about the same score; its size: how many; "
                     "dotted: perfect</figcaption></figure><div class=\"card\"><dl>";
  const auto add = [&](std::string_view name, double value) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>", name, Figure(value));
  };
  add("calibration error", calibration.error);
  add("of the reference", calibration.reference_error);
  add("slope (1 is right)", calibration.slope);
  add("intercept (0 is right)", calibration.intercept);
  return html + "</dl></div></div>\n";
}

}  // namespace

std::string QualitySections(const ReportInput& input) {
  const QualityReport& report = *input.quality;
  return "<h2 id=\"quality\">Quality of decisions</h2>" + Known(report) +
         MetricTable("Metrics", report.metrics) + MetricTable("Estimates", report.estimates) +
         MetricTable("Of the business", report.business) + OverTime(input) + Gap(report.gap) +
         Classes(report.classes) + ConfusionTable(report.confusion) + Slices(report) +
         Reliability(report.calibration);
}

}  // namespace mooring::monitoring
