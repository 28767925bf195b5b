#include "monitoring/report/html_report.h"

#include <fmt/format.h>

#include "monitoring/report/drift_sections.h"
#include "monitoring/report/page.h"
#include "monitoring/report/quality_sections.h"
#include "monitoring/report/summary.h"

namespace mooring::monitoring {
namespace {

std::string NameOf(const ReportInput& input) {
  if (!input.facts.model.empty()) return input.facts.model;
  return input.drift ? "Two tables" : "A table";
}

std::string Heading(const ReportInput& input) {
  const ModelFacts& facts = input.facts;
  const std::string name = NameOf(input);
  std::string html = "<header><h1>" + Escaped(name, 128);
  if (facts.version != 0)
    html += fmt::format(" <span class=\"dim\">version {}</span>", facts.version);
  html += "</h1>";
  if (!facts.purpose.empty()) html += "<p>" + Escaped(facts.purpose) + "</p>";
  std::string line;
  if (input.drift && input.drift->end != Time{}) {
    line +=
        "Window " + MomentText(input.drift->start) + " – " + MomentText(input.drift->end) + ". ";
  }
  if (input.drift) line += CountText(input.drift->rows) + " rows. ";
  if (!input.drift && input.quality) {
    if (input.quality->end != Time{}) {
      line += "Window " + MomentText(input.quality->start) + " – " +
              MomentText(input.quality->end) + ". ";
    }
    line += CountText(input.quality->rows) + " rows. ";
  }
  if (!facts.owner.empty()) line += "Owner: " + facts.owner + ".";
  if (!line.empty()) html += "<p class=\"dim\">" + Escaped(line) + "</p>";
  return html + "</header>\n";
}

std::string Term(std::string_view name, const std::string& text, bool code = false) {
  if (text.empty()) return {};
  const std::string shown = Escaped(text, 1000);
  return fmt::format("<dt>{}</dt><dd>{}</dd>", name, code ? "<code>" + shown + "</code>" : shown);
}

std::string Banner(const Summary& summary) {
  return fmt::format(
             "<section class=\"verdict {}\" id=\"verdict\" aria-label=\"verdict\">"
             "<div class=\"word\">{}</div><div class=\"said\">{}</div><dl>",
             summary.tone == Summary::Tone::kGood  ? "ok"
             : summary.tone == Summary::Tone::kBad ? "bad"
                                                   : "wait",
             Escaped(summary.word), Escaped(summary.sentence, 1000)) +
         Term("What", summary.what) + Term("How big", summary.how_big) +
         Term("How sure", summary.how_sure) + Term("What it may cost", summary.cost) +
         Term("What to do", summary.help, true) + "</dl></section>\n";
}

std::string Alerts(const std::vector<OpenAlert>& alerts) {
  if (alerts.empty()) return {};
  std::string html =
      "<h2 id=\"alerts\">Open alerts</h2><div class=\"scroll\"><table><thead><tr><th>level</th>"
      "<th>state</th><th>since</th><th>what</th><th>command that helps</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(alerts.size(), kRowsShown); ++i) {
    const OpenAlert& alert = alerts[i];
    html += "<tr><td>" + LevelMark(alert.level) + "</td>" + TextCell(alert.state) +
            TextCell(MomentText(alert.since)) + TextCell(alert.what) + "<td>" +
            (alert.help.empty() ? "" : "<code>" + Escaped(alert.help) + "</code>") + "</td></tr>";
  }
  return html + "</tbody></table></div>\n";
}

// A value beside its bound: "0.43 > 0.2".
std::string Against(const Finding& finding) {
  if (std::isnan(finding.value)) return {};
  std::string text = finding.statistic + " " + Figure(finding.value);
  if (!std::isnan(finding.threshold)) text += ", bound " + Figure(finding.threshold);
  return text;
}

std::string SureText(const Finding& finding) {
  std::string text = finding.sureness;
  if (text.empty() && !std::isnan(finding.p_value)) text = "p = " + ChanceText(finding.p_value);
  if (finding.n != 0) text += (text.empty() ? "" : ", ") + CountText(finding.n) + " rows";
  return text;
}

std::string Findings(const ReportInput& input) {
  const std::vector<Finding> findings = FindingsOf(input);
  if (findings.empty()) return {};
  std::string html =
      "<h2 id=\"findings\">Findings</h2><div class=\"scroll\"><table class=\"sorts\"><thead><tr>"
      "<th>level</th><th>kind</th><th>of</th><th>what</th><th>how big</th><th>how sure</th>"
      "<th>cost</th><th>command that helps</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(findings.size(), kRowsShown); ++i) {
    const Finding& finding = findings[i];
    html += fmt::format("<tr><td data-v=\"{}\">", static_cast<int>(finding.level)) +
            LevelMark(finding.level) + (finding.certain ? " <b>certain</b>" : "") + "</td>" +
            TextCell(finding.kind) + TextCell(finding.subject) + TextCell(finding.what) +
            TextCell(Against(finding)) + TextCell(SureText(finding)) + TextCell(finding.cost) +
            "<td>" + (finding.help.empty() ? "" : "<code>" + Escaped(finding.help) + "</code>") +
            "</td></tr>";
  }
  html += "</tbody></table></div>\n";
  if (findings.size() > kRowsShown) {
    html +=
        fmt::format("<p class=\"dim\">{} more are in the JSON.</p>", findings.size() - kRowsShown);
  }
  return html;
}

std::string Navigation(const ReportInput& input) {
  std::string html = "<nav><a href=\"#verdict\">Verdict</a>";
  if (!FindingsOf(input).empty()) html += "<a href=\"#findings\">Findings</a>";
  if (input.drift) html += "<a href=\"#features\">Features</a>";
  if (input.quality) html += "<a href=\"#quality\">Quality</a>";
  return html + "<a href=\"#words\">Words</a></nav>\n";
}

constexpr std::string_view kWords =
    "<h2 id=\"words\">Words</h2><dl>"
    "<dt>PSI</dt><dd>population stability index over tenths of the reference; customary bound 0.2. "
    "The adjusted PSI is without what chance alone adds for samples of these sizes.</dd>"
    "<dt>JS, KS, W1</dt><dd>Jensen–Shannon distance (0 to 0.83), greatest gap between the "
    "distributions, and how far values moved in standard deviations of the reference.</dd>"
    "<dt>p, q</dt><dd>how often chance alone would show as much; q is corrected for looking at all "
    "features (Benjamini–Hochberg), and rows count as often as they are independent.</dd>"
    "<dt>Missing, unseen, out of range</dt><dd>shares of rows without a value, with a category "
    "that the reference never had, beyond its least and greatest value.</dd>"
    "<dt>Interval</dt><dd>95 %: what the value may be, given how few rows it rests on.</dd>"
    "<dt>Estimate</dt><dd>of quality, without outcomes; blind to a change of what inputs mean.</dd>"
    "</dl>\n";

}  // namespace

std::string HtmlReport(const ReportInput& input) {
  std::string body = Heading(input) + Banner(Summarise(input)) + Navigation(input) +
                     Alerts(input.alerts) + Findings(input);
  if (input.drift) body += DriftSections(input);
  if (input.quality) body += QualitySections(input);
  body += kWords;
  body += "<footer>Written by mooring. This file needs no network and sends nothing.</footer>\n";
  return Document(NameOf(input) + " – report", body);
}

}  // namespace mooring::monitoring
