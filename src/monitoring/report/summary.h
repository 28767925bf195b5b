// Summary: what a report says before any figure: one word, one sentence that needs no statistics,
// and in a line each what happened, how big it is, how sure that is, and what to do. The HTML page
// begins with it. Thread safety: pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "monitoring/finding.h"
#include "monitoring/window_report.h"

namespace mooring::monitoring {

struct ReportInput;

struct Summary {
  enum class Tone : std::uint8_t { kGood, kBad, kOpen };
  Tone tone = Tone::kOpen;
  std::string word;      // "✓ OK", "● DRIFT", "● WORSE", "● ALERT", "? NOT KNOWN", …
  std::string sentence;  // "3 of 25 features of flight-cover are no longer like …"
  std::string what, how_big, how_sure, cost, help;
};

Summary Summarise(const ReportInput& input);

// The whole in one word, which decides a command's exit code too: "worse" (quality), "drift",
// "alert" (a finding of level alert although the window has not drifted: a third of a column is
// missing), "ok", "not_known" (nothing to compare with), "not_enough_data". A drifted feature
// alone is no alert: how many may drift is the rule's (`share`).
std::string_view RunVerdict(const ReportInput& input);
bool IsBad(std::string_view run_verdict);  // worse, drift, alert

// The gravest finding that makes "alert" of a report; null without one.
const Finding* AlertOf(const std::vector<Finding>& findings);

// Findings of drift and of quality, the gravest first; of the same level in the order they had.
std::vector<Finding> FindingsOf(const ReportInput& input);

// The drifted feature that is farthest; else, when `any`, the farthest of all; null without one.
const FeatureDrift* FarthestFeature(const WindowReport& report, bool any);

// How many inputs (all but the model's own outputs) there are, and how many have drifted.
struct DriftCount {
  std::size_t inputs = 0, drifted = 0;
  bool score = false;  // an output has
};
DriftCount CountDrift(const WindowReport& report);

}  // namespace mooring::monitoring
