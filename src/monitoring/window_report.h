// WindowReport: what one window of live rows looked like beside its reference, and what was judged.
// The same report comes from the live watch, from files (offline.h) and out of the registry, and
// goes into tables, JSON and the HTML page.
//
// Thread safety: values. Figures that do not exist (of a text's distance, of an empty side) are
// NaN.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "monitoring/finding.h"
#include "records/contract/contract.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

enum class WindowVerdict : std::uint8_t { kOk, kDrift, kNotEnoughData };
std::string_view VerdictName(WindowVerdict verdict);  // "ok", "drift", "not_enough_data"

// The name under which the model's score is profiled beside its inputs.
inline constexpr std::string_view kScoreColumn = "score";

inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// One bar of a feature's distribution: a range of numbers, or a category.
struct Bar {
  std::string label;  // "≤ 12.5", "> 12.5 to ≤ 30", "≥ 9 to < 12", "ATL", "other", "unseen"
  std::uint64_t reference = 0, current = 0;
  bool operator==(const Bar&) const = default;
};

// One feature (or output: class_outputs.h) of a window against the reference.
struct FeatureDrift {
  std::string feature;
  std::uint64_t reference_rows = 0, rows = 0;  // with a value
  // How much it differs.
  double psi = kNone;           // population stability index over deciles of the reference
  double psi_adjusted = kNone;  // without what chance alone adds: psi - (B-1)(1/n + 1/m)
  double js = kNone;            // Jensen–Shannon distance, natural logarithm
  double ks = kNone;            // Kolmogorov–Smirnov D over the frozen edges; numbers only
  double wasserstein = kNone;   // in standard deviations of the reference; numbers only
  double mean = kNone, reference_mean = kNone;  // numbers only
  double missing_share = 0, unseen_share = 0, out_of_range_share = 0;
  double reference_missing_share = 0;
  // How sure that is: both samples random, rows counted as often as they are independent.
  std::string test;               // "chi2" over the same groups; empty: none
  double effective_rows = kNone;  // rows / ((1 + r) / (1 - r)), r the serial correlation
  double p_value = kNone;
  double q_value = kNone;  // Benjamini–Hochberg over the window's features
  // What follows, by the contract's policy; and by each plain rule, whatever the policy.
  bool drifted = false;
  bool psi_drifted = false;  // psi above the bound
  bool p_drifted = false;    // p below the level
  Level level = Level::kClear;
  std::vector<Bar> bars;
};

// A slice of the window against the same slice of the reference.
struct SliceDrift {
  std::string slice;                              // "origin=ATL", "500 <= distance < 1500"
  std::uint64_t rows = 0;                         // gathered over windows until there are enough
  double share = kNone, reference_share = kNone;  // of all rows of the same time
  std::uint32_t drifted_features = 0;
  std::string feature;                           // the farthest
  double psi_adjusted = kNone, q_value = kNone;  // of that feature
  WindowVerdict verdict = WindowVerdict::kNotEnoughData;
};

// The correlation of two numeric features.
struct PairChange {
  std::string first, second;
  double reference = kNone, current = kNone;  // Pearson's r
  double q_value = kNone;
  Level level = Level::kClear;
};

// All numeric features together: how badly the reference's main axes explain the window's rows.
struct MultivariateDrift {
  std::string method;  // "pca_reconstruction", "domain_classifier"
  double value = kNone, reference = kNone, threshold = kNone, p_value = kNone;
  std::vector<std::string> drivers;  // the features that carry it, the strongest first
  Level level = Level::kClear;
};

// What requests were refused for: the first value of each that broke a rule of the contract.
struct RefusedCause {
  std::string feature, rule;  // "distance", "max"; "" an input that the contract does not have
  std::uint64_t requests = 0;
  bool operator==(const RefusedCause&) const = default;
};

// Requests of the window's time, of the version.
struct RefusedRequests {
  std::uint64_t asked = 0, refused = 0;  // decided and refused; refused by validation
  double usual_share = kNone;            // refused in the windows before; NaN: none are known
  std::vector<RefusedCause> causes;      // the most frequent first
};

struct WindowReport {
  std::string model;
  VersionNumber version = 0;
  Time start, end;
  std::uint64_t rows = 0;
  WindowVerdict verdict = WindowVerdict::kNotEnoughData;
  std::string reason;                  // why, in a few words: "distance: adjusted PSI 0.43 > 0.2"
  std::string reference = "training";  // what it was held against
  records::DriftPolicy policy = records::DriftPolicy::kCorrected;
  double drifted_share = 0;            // of the inputs; outputs are judged apart
  double psi_share = 0, p_share = 0;   // by the plain rules
  std::vector<FeatureDrift> features;  // in the reference's order, outputs last
  std::vector<SliceDrift> slices;
  std::vector<PairChange> pairs;  // those that changed, the greatest change first
  std::vector<MultivariateDrift> multivariate;
  RefusedRequests refused;
  std::vector<Finding> findings;
};

// {"reason", "drifted_share", "features": [{…}], …} without the findings; NaN is null. "refused" is
// there when requests were.
std::string EvidenceJson(const WindowReport& report);
records::StoredVerdict ToStored(const WindowReport& report);
// The way back; kDataLoss when the evidence is not what EvidenceJson writes.
Result<WindowReport> FromStored(const records::StoredVerdict& stored);

}  // namespace mooring::monitoring
