#include "monitoring/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "monitoring/class_outputs.h"
#include "monitoring/report/html_report.h"
#include "monitoring/report/page.h"

namespace mooring::monitoring {
namespace {

std::string NameOf(const ReportInput& input) {
  return input.facts.model.empty() ? "the current table" : input.facts.model;
}

std::string ReferenceName(const WindowReport& report) {
  if (report.reference == "training") return "the data it was trained on";
  return report.reference == "file" ? "the reference table"
                                    : "the reference (" + report.reference + ")";
}

// Measured, and beside nothing: whether it is good is not known.
bool ComparedWithNothing(const ReportInput& input) {
  return input.quality && input.quality->verdict == "ok" &&
         std::ranges::all_of(input.quality->metrics, [](const MetricValue& metric) {
           return std::isnan(metric.reference);
         });
}

bool QualityWorse(const ReportInput& input) {
  return input.quality && input.quality->verdict == "worse";
}

std::string DriftSentence(const ReportInput& input, const WindowReport& report) {
  const DriftCount count = CountDrift(report);
  const std::string name = NameOf(input);
  const std::string like =
      input.facts.model.empty() ? std::string("the reference table") : ReferenceName(report);
  if (report.verdict == WindowVerdict::kNotEnoughData) {
    return fmt::format(
        "There is too little data to say anything about {}: {}. This is not an "
        "all-clear.",
        name, report.reason.empty() ? "too few rows" : report.reason);
  }
  if (report.verdict == WindowVerdict::kOk) {
    if (count.drifted == 0) {
      return fmt::format("What {} sees is like {}: none of {} features has drifted.", name, like,
                         count.inputs);
    }
    return fmt::format(
        "What {} sees is like {}: {} of {} features differ, which is within what "
        "its contract allows.",
        name, like, count.drifted, count.inputs);
  }
  const FeatureDrift* most = FarthestFeature(report, false);
  std::string sentence;
  if (count.drifted != 0) {
    sentence = fmt::format("What {} sees has changed: {} of {} features {} no longer like {}", name,
                           count.drifted, count.inputs, count.drifted == 1 ? "is" : "are", like);
    if (most != nullptr && !OutputColumns(report.features).Has(most->feature))
      sentence += ", most of all " + most->feature;
    sentence += ".";
    if (count.score) sentence += " Its scores have shifted with them.";
    return sentence;
  }
  if (count.score) {
    return fmt::format("The scores of {} have shifted although no single input has drifted.", name);
  }
  return fmt::format("What {} sees has changed: {}.", name,
                     report.reason.empty() ? "see the findings" : report.reason);
}

std::string MetricText(const MetricValue& metric) {
  std::string text = metric.name + " is " + Figure(metric.value);
  if (!std::isnan(metric.lower) && !std::isnan(metric.upper)) {
    text += " (95 %: " + Figure(metric.lower) + " … " + Figure(metric.upper) + ")";
  }
  if (!std::isnan(metric.reference)) text += ", it was " + Figure(metric.reference);
  return text;
}

std::string QualitySentence(const ReportInput& input, const QualityReport& quality) {
  const std::string name = NameOf(input);
  const std::string first = quality.metrics.empty() ? "" : MetricText(quality.metrics.front());
  if (quality.verdict == "worse") {
    return fmt::format("Decisions of {} have become worse{}{}.", name, first.empty() ? "" : ": ",
                       first);
  }
  if (ComparedWithNothing(input)) {
    return fmt::format(
        "Whether its decisions are as good as before is not known: there is nothing to compare "
        "with{}{}.",
        first.empty() ? "" : "; ", first);
  }
  if (quality.verdict == "ok") {
    return fmt::format("Its decisions are as good as before{}{}.", first.empty() ? "" : ": ",
                       first);
  }
  return fmt::format("How good its decisions are is not known yet: {} of {} outcomes are here.",
                     CountText(quality.labelled), CountText(quality.rows));
}

void FillFromFinding(const Finding& finding, Summary& summary) {
  summary.what = finding.what;
  if (!finding.subject.empty() && finding.what.find(finding.subject) == std::string::npos) {
    summary.what = finding.subject + (finding.what.empty() ? "" : ": ") + finding.what;
  }
  if (!std::isnan(finding.value)) {
    summary.how_big = finding.statistic + " " + Figure(finding.value);
    if (!std::isnan(finding.threshold))
      summary.how_big += "; the bound is " + Figure(finding.threshold);
  }
  summary.how_sure = finding.sureness;
  if (summary.how_sure.empty() && !std::isnan(finding.p_value)) {
    summary.how_sure =
        "chance alone would show this with probability " + ChanceText(finding.p_value);
  }
  if (finding.n != 0) {
    summary.how_sure += (summary.how_sure.empty() ? "" : ", ") + CountText(finding.n) + " rows";
  }
  summary.cost = finding.cost;
  summary.help = finding.help;
}

// What a report without findings still knows: of the farthest feature.
void FillFromFeature(const ReportInput& input, const WindowReport& report, Summary& summary) {
  const FeatureDrift* most = FarthestFeature(report, true);
  if (most == nullptr) return;
  if (report.verdict == WindowVerdict::kDrift) summary.what = report.reason;
  if (!std::isnan(most->psi_adjusted)) {
    summary.how_big =
        fmt::format("the farthest is {}: adjusted PSI {}; the bound is {}", most->feature,
                    Figure(most->psi_adjusted), Figure(input.rule.psi));
  }
  if (std::isfinite(most->mean) && std::isfinite(most->reference_mean)) {
    summary.how_big +=
        fmt::format("; mean {}, it was {}", Figure(most->mean), Figure(most->reference_mean));
  }
  if (!std::isnan(most->q_value)) {
    summary.how_sure = fmt::format("q = {} over {} features, {} rows", ChanceText(most->q_value),
                                   report.features.size(), CountText(most->rows));
  } else if (!std::isnan(most->p_value)) {
    summary.how_sure =
        fmt::format("p = {}, {} rows", ChanceText(most->p_value), CountText(most->rows));
  } else {
    summary.how_sure = CountText(most->rows) + " rows against " + CountText(most->reference_rows);
  }
}

}  // namespace

const FeatureDrift* FarthestFeature(const WindowReport& report, bool any) {
  const FeatureDrift* most = nullptr;
  const auto key = [](const FeatureDrift& feature) {
    return std::pair(feature.drifted,
                     std::isnan(feature.psi_adjusted) ? -1e308 : feature.psi_adjusted);
  };
  for (const FeatureDrift& feature : report.features) {
    if (!any && !feature.drifted) continue;
    if (most == nullptr || key(feature) > key(*most)) most = &feature;
  }
  return most;
}

DriftCount CountDrift(const WindowReport& report) {
  DriftCount count;
  const OutputColumns outputs(report.features);
  for (const FeatureDrift& feature : report.features) {
    if (outputs.Has(feature.feature)) {
      count.score = count.score || feature.drifted;
      continue;
    }
    ++count.inputs;
    count.drifted += feature.drifted ? 1 : 0;
  }
  return count;
}

std::vector<Finding> FindingsOf(const ReportInput& input) {
  std::vector<Finding> findings;
  if (input.drift) findings = input.drift->findings;
  if (input.quality) {
    findings.insert(findings.end(), input.quality->findings.begin(), input.quality->findings.end());
  }
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
    return std::pair(a.level, a.certain) > std::pair(b.level, b.certain);
  });
  return findings;
}

const Finding* AlertOf(const std::vector<Finding>& findings) {
  const Finding* gravest = nullptr;
  for (const Finding& finding : findings) {
    if (finding.level != Level::kAlert || finding.kind == "feature_drift") continue;
    if (gravest == nullptr || (finding.certain && !gravest->certain)) gravest = &finding;
  }
  return gravest;
}

std::string_view RunVerdict(const ReportInput& input) {
  if (QualityWorse(input)) return "worse";
  if (input.drift && input.drift->verdict == WindowVerdict::kDrift) return "drift";
  if (AlertOf(FindingsOf(input)) != nullptr) return "alert";
  if (input.drift && input.drift->verdict == WindowVerdict::kOk) return "ok";
  if (ComparedWithNothing(input)) return "not_known";
  return input.quality && input.quality->verdict == "ok" ? "ok" : "not_enough_data";
}

bool IsBad(std::string_view run_verdict) {
  return run_verdict == "worse" || run_verdict == "drift" || run_verdict == "alert";
}

Summary Summarise(const ReportInput& input) {
  Summary summary;
  const bool drift = input.drift && input.drift->verdict == WindowVerdict::kDrift;
  const bool worse = QualityWorse(input);
  const std::string_view verdict = RunVerdict(input);
  summary.tone = IsBad(verdict)    ? Summary::Tone::kBad
                 : verdict == "ok" ? Summary::Tone::kGood
                                   : Summary::Tone::kOpen;
  summary.word = worse && drift           ? "● WORSE, AND DRIFT"
                 : worse                  ? "● WORSE"
                 : drift                  ? "● DRIFT"
                 : verdict == "alert"     ? "● ALERT"
                 : verdict == "ok"        ? "✓ OK"
                 : verdict == "not_known" ? "? NOT KNOWN"
                                          : "? NOT ENOUGH DATA";
  if (worse) summary.sentence = QualitySentence(input, *input.quality);
  if (input.drift) {
    summary.sentence += (summary.sentence.empty() ? "" : " ") + DriftSentence(input, *input.drift);
  }
  if (input.quality && !worse) {
    summary.sentence +=
        (summary.sentence.empty() ? "" : " ") + QualitySentence(input, *input.quality);
  }
  if (summary.sentence.empty()) summary.sentence = "No window has been judged yet.";
  const std::vector<Finding> findings = FindingsOf(input);
  if (verdict == "alert") {
    const Finding& gravest = *AlertOf(findings);
    FillFromFinding(gravest, summary);
    summary.sentence += " But there is an alert: " + summary.what + ".";
  } else if (!findings.empty() && findings.front().level >= Level::kWarn) {
    FillFromFinding(findings.front(), summary);
  } else if (input.drift) {
    FillFromFeature(input, *input.drift, summary);
  }
  if (summary.help.empty() && IsBad(verdict) && !input.facts.model.empty()) {
    summary.help = "mooring monitor drift " + input.facts.model;
  }
  return summary;
}

}  // namespace mooring::monitoring
