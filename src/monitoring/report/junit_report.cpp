#include "monitoring/report/junit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "monitoring/report/page.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kTextShown = 2000;  // characters of one text

struct Case {
  std::string suite = {}, name = {};
  std::string failure = {}, evidence = {};  // "" failure: passed
  bool skipped = false;
};

std::string Named(std::string_view name, double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}: {}\n", name, value);
}

// A drifted feature within the share that the rule allows fails no run.
Case CaseOf(const FeatureDrift& f, WindowVerdict verdict) {
  Case one{.suite = "drift.feature", .name = f.feature};
  if (!f.drifted || verdict != WindowVerdict::kDrift) return one;
  one.failure = fmt::format("{} drifted: adjusted PSI {}", f.feature, Figure(f.psi_adjusted));
  if (!std::isnan(f.q_value)) one.failure += ", q = " + ChanceText(f.q_value);
  one.evidence = Named("psi", f.psi) + Named("psi_adjusted", f.psi_adjusted) + Named("js", f.js) +
                 Named("ks", f.ks) + Named("wasserstein", f.wasserstein) +
                 Named("p_value", f.p_value) + Named("q_value", f.q_value) + Named("mean", f.mean) +
                 Named("reference_mean", f.reference_mean) +
                 Named("missing_share", f.missing_share) + Named("unseen_share", f.unseen_share) +
                 Named("out_of_range_share", f.out_of_range_share) +
                 fmt::format("rows: {}\nreference_rows: {}\n", f.rows, f.reference_rows);
  return one;
}

Case CaseOf(const Finding& finding, std::string_view kind) {
  Case one{.suite = fmt::format("{}.{}", kind, finding.kind),
           .name = finding.subject.empty() ? finding.kind : finding.subject};
  if (finding.level != Level::kAlert) return one;
  one.failure = finding.what.empty() ? finding.kind : finding.what;
  one.evidence = Named(finding.statistic.empty() ? "value" : finding.statistic, finding.value) +
                 Named("threshold", finding.threshold) + Named("p_value", finding.p_value) +
                 fmt::format("n: {}\n", finding.n);
  if (!finding.sureness.empty()) one.evidence += "sure: " + finding.sureness + "\n";
  if (!finding.cost.empty()) one.evidence += "cost: " + finding.cost + "\n";
  if (!finding.help.empty()) one.evidence += "help: " + finding.help + "\n";
  return one;
}

Case WindowCase(std::string_view kind, bool failed, bool skipped, const std::string& reason) {
  Case one{.suite = fmt::format("{}.window", kind), .name = "window", .skipped = skipped};
  if (failed) one.failure = reason.empty() ? "the window is not as its reference" : reason;
  if (skipped) one.evidence = reason;
  return one;
}

std::vector<Case> CasesOf(const WindowReport& report) {
  std::vector<Case> cases;
  cases.push_back(WindowCase(kDriftVerdict, report.verdict == WindowVerdict::kDrift,
                             report.verdict == WindowVerdict::kNotEnoughData, report.reason));
  for (const FeatureDrift& feature : report.features)
    cases.push_back(CaseOf(feature, report.verdict));
  for (const Finding& finding : report.findings) {
    const bool told = finding.kind == "feature_drift" || finding.kind == "score_drift" ||
                      finding.kind == "class_drift";
    if (!told) cases.push_back(CaseOf(finding, kDriftVerdict));
  }
  return cases;
}

std::vector<Case> CasesOf(const QualityReport& report) {
  std::vector<Case> cases;
  const bool judged = report.verdict == "ok" || report.verdict == "worse";
  cases.push_back(WindowCase(kQualityVerdict, report.verdict == "worse", !judged, report.reason));
  for (const Finding& finding : report.findings) cases.push_back(CaseOf(finding, kQualityVerdict));
  return cases;
}

// Line by line: Escaped makes one line of several.
std::string EscapedLines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += Escaped(text.substr(0, end), kTextShown) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string SuiteXml(const std::string& name, const std::vector<Case>& cases) {
  std::size_t failures = 0, skipped = 0;
  std::string body;
  for (const Case& one : cases) {
    body += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", Escaped(one.suite, 200),
                        Escaped(one.name, 200));
    if (one.skipped) {
      ++skipped;
      body +=
          fmt::format("><skipped message=\"{}\"/></testcase>\n", Escaped(one.evidence, kTextShown));
    } else if (!one.failure.empty()) {
      ++failures;
      body += fmt::format("><failure message=\"{}\">{}</failure></testcase>\n",
                          Escaped(one.failure, kTextShown), EscapedLines(one.evidence));
    } else {
      body += "/>\n";
    }
  }
  return fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" "
      "errors=\"0\">\n{}  </testsuite>\n",
      Escaped(name, 300), cases.size(), failures, skipped, body);
}

std::string SuiteName(std::string_view kind, const std::string& model, VersionNumber version) {
  if (model.empty()) return fmt::format("mooring {}", kind);
  return fmt::format("mooring {} {} version {}", kind, model, version);
}

}  // namespace

std::string JunitReport(const WindowReport* drift, const QualityReport* quality) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mooring\">\n";
  if (drift != nullptr) {
    xml += SuiteXml(SuiteName(kDriftVerdict, drift->model, drift->version), CasesOf(*drift));
  }
  if (quality != nullptr) {
    xml +=
        SuiteXml(SuiteName(kQualityVerdict, quality->model, quality->version), CasesOf(*quality));
  }
  return xml + "</testsuites>\n";
}

std::string JunitReport(const WindowReport& report) { return JunitReport(&report, nullptr); }
std::string JunitReport(const QualityReport& report) { return JunitReport(nullptr, &report); }

}  // namespace mooring::monitoring
