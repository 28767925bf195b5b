// HtmlReport: one self-contained HTML file about a model's watch: the verdict first, in a sentence
// that needs no statistics; then what, how big, how sure and what to do; then every feature with
// reference and current window overlaid and its statistic over time; then how good decisions were.
//
// The page needs no network and forbids itself any, reads without its script, prints, follows the
// reader's light or dark setting, and escapes all that comes from outside. Its size is bounded: of
// more than kCardsShown features the worst have charts, of more than kRowsShown the worst are
// listed, and the page says so. 100 features of 24 bars with 30 windows of history take less than
// 2 MB. The same input gives the same bytes. Thread safety: pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "monitoring/finding.h"
#include "monitoring/quality/quality_report.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

inline constexpr std::size_t kCardsShown = 100;
inline constexpr std::size_t kRowsShown = 500;

struct ModelFacts {
  std::string model;  // "" for two files: nothing was served
  VersionNumber version = 0;
  std::string owner, purpose;
};

// An alert that is open now, as control tells it.
struct OpenAlert {
  std::string what;   // one sentence
  std::string state;  // "pending", "firing"
  Level level = Level::kAlert;
  Time since;
  std::string help;
};

struct ReportInput {
  ModelFacts facts;
  records::MonitorRule rule;             // for the bounds in charts
  std::optional<WindowReport> drift;     // the newest window
  std::vector<WindowReport> history;     // drift, the oldest first, the newest window too
  std::optional<QualityReport> quality;  // the newest scored window
  std::vector<QualityReport> scored;     // quality, the oldest first, the newest too
  std::vector<OpenAlert> alerts;
};

std::string HtmlReport(const ReportInput& input);

}  // namespace mooring::monitoring
