// QualityReport: how good a window's decisions turned out to be, as far as outcomes are known, and
// how good they are estimated to be until then. A window is scored again whenever outcomes come; a
// report is always of all that is known.
//
// Thread safety: values. Figures that do not exist are NaN. Shares are of 1.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "monitoring/finding.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// A measure with its 95 % interval, beside what it was on the reference.
struct MetricValue {
  std::string name;  // "log_loss", "auc", a business measure's own name
  double value = kUnknown, lower = kUnknown, upper = kUnknown;
  double reference = kUnknown;              // on the holdout, or of the first windows
  double warn = kUnknown, stop = kUnknown;  // bounds, when there are any
  std::uint64_t n = 0;                      // rows behind it
  bool higher_is_better = false;
  bool estimate = false;  // without outcomes; blind to a change of concept
  std::string problem;    // why there is no value, when something went wrong
  Level level = Level::kClear;
};

// One class, always there: a good accuracy can hide a class that is never found.
struct ClassQuality {
  std::string label;
  std::uint64_t support = 0, predicted = 0;
  double precision = kUnknown, precision_lower = kUnknown, precision_upper = kUnknown;
  double recall = kUnknown, recall_lower = kUnknown, recall_upper = kUnknown;
  double f1 = kUnknown;
};

// counts[truth][predicted], in the order of labels.
struct Confusion {
  std::vector<std::string> labels;
  std::vector<std::vector<std::uint64_t>> counts;
};

// A slice that the contract names, or one of the worst that a search found: its mean loss beside
// that of all other rows, or how far that is beyond what was expected
// (QualityReport::slices_beyond_expected); of the contract's every metric besides.
struct SliceQuality {
  std::string slice;
  std::uint64_t n = 0;
  double value = kUnknown;  // the watched metric; of a slice that was searched `loss`
  double loss = kUnknown, rest_loss = kUnknown;
  double lower = kUnknown, upper = kUnknown;  // of the difference
  double q_value = kUnknown;                  // corrected for all slices looked at
  bool searched = false;                      // found by the search, not named by the contract
  Level level = Level::kClear;
  std::vector<MetricValue> metrics = {};  // of a slice of the contract, the watched one first
};

struct ReliabilityBin {
  double predicted = kUnknown, observed = kUnknown;
  std::uint64_t n = 0;
};

struct Calibration {
  double error = kUnknown, reference_error = kUnknown;  // expected calibration error
  double slope = kUnknown, intercept = kUnknown;        // of the logit; 1 and 0 are right
  std::vector<ReliabilityBin> bins;
  Level level = Level::kClear;
};

// Estimate and reality of one metric over the matured windows: their gap is concept drift.
struct ConceptGap {
  std::string metric;
  double estimated = kUnknown, realised = kUnknown;
  double error = kUnknown;           // combined standard error
  std::uint32_t windows_beyond = 0;  // in a row, beyond three errors
  Level level = Level::kClear;
};

struct QualityReport {
  std::string model;
  VersionNumber version = 0;
  Time start, end;
  std::uint64_t rows = 0;
  std::uint64_t labelled = 0;
  bool mature = false;                                    // all outcomes are due
  double delay_p50_s = kUnknown, delay_p95_s = kUnknown;  // from decision to outcome, seconds
  std::string verdict;  // "ok", "worse", "waiting", "not_enough_data"
  std::string reason;
  std::string task;                  // "binary", "multiclass", "regression"
  std::vector<MetricValue> metrics;  // the watched one first
  std::vector<MetricValue> estimates;
  std::vector<MetricValue> business;
  Confusion confusion;
  std::vector<ClassQuality> classes;
  std::vector<SliceQuality> slices;  // the contract's, then the worst found
  // The slices' losses are beyond what was expected of them; otherwise losses as they are, and
  // some slices are harder than others at all times.
  bool slices_beyond_expected = false;
  Calibration calibration;
  ConceptGap gap;
  std::vector<Finding> findings;

  double coverage() const { return rows == 0 ? 0 : double(labelled) / double(rows); }
};

std::string EvidenceJson(const QualityReport& report);
records::StoredVerdict ToStored(const QualityReport& report);
// kDataLoss when the evidence is not what EvidenceJson writes.
Result<QualityReport> QualityFromStored(const records::StoredVerdict& stored);

}  // namespace mooring::monitoring
