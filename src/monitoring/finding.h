// Finding: what the watch says about one cause in one window, in a form that alert rules can read
// without knowing statistics. A stored verdict carries its findings as JSON; control folds them
// into alerts.
//
// A cause is (model, kind of verdict, kind of finding, subject). A verdict lists every cause that
// is not plainly well; a cause that its kind of verdict no longer lists is clear. A verdict without
// enough data says nothing either way.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::monitoring {

// Kinds of stored verdicts (records::StoredVerdict::kind): what looked at the window.
inline constexpr std::string_view kDriftVerdict = "drift";            // inputs and scores
inline constexpr std::string_view kQualityVerdict = "quality";        // outcomes and estimates
inline constexpr std::string_view kServiceVerdict = "service_level";  // latency, availability
inline constexpr std::string_view kStreamVerdict = "stream";          // sequential tests

enum class Level : std::uint8_t {
  kClear,  // well below the bound at which the cause is over
  kHold,   // between: neither raises an alert nor ends one
  kWarn,   // worth a look
  kAlert,  // significant and big
};
std::string_view LevelName(Level level);           // "clear", "hold", "warn", "alert"
Result<Level> LevelOfName(std::string_view name);  // kDataLoss for any other word

struct Finding {
  // What it is about: "feature_drift", "dataset_drift", "score_drift", "class_drift",
  // "slice_drift", "correlation_change", "multivariate_drift", "missing", "unseen", "out_of_range",
  // "missing_column", "new_column",
  // "constant", "duplicated_feature", "refused_inputs", "volume", "freshness", "quality",
  // "slice_quality", "estimate", "concept_drift", "calibration", "business", "latency",
  // "availability", "error_budget", "sequential".
  std::string kind;
  std::string subject;  // feature, "output:setosa", "origin=ATL", "distance × minute", metric; ""
                        // the whole model
  Level level = Level::kClear;
  // Proof so strong that no second window is waited for (p < 1e-6, a proven bound).
  bool certain = false;
  std::string what;       // one sentence: "distance moved up by 0.52 deviations"
  std::string statistic;  // name of what `value` is: "psi_adjusted"
  double value = std::numeric_limits<double>::quiet_NaN();
  double threshold = std::numeric_limits<double>::quiet_NaN();
  double p_value = std::numeric_limits<double>::quiet_NaN();  // corrected for looking at many
  std::uint64_t n = 0;   // rows behind it, after correction for serial dependence
  std::string sureness;  // "q = 0.0004 over 25 features", "at most one false alarm in 100,000"
  std::string cost;      // what it may cost, when it is known: "about 1,240.00 USD a day"
  std::string help;      // the command that helps
};

// [{…}]; NaN is null, empty texts are left out.
std::string FindingsJson(const std::vector<Finding>& findings);
// kDataLoss when it is not what FindingsJson writes.
Result<std::vector<Finding>> ParseFindings(std::string_view json);

}  // namespace mooring::monitoring
