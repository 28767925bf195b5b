// WindowReport: what one window of live rows looked like beside its reference, and what was judged.
// The same report comes from the live watch, from files (offline.h) and out of the registry.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

enum class WindowVerdict : std::uint8_t { kOk, kDrift, kNotEnoughData };
std::string_view VerdictName(WindowVerdict verdict);  // "ok", "drift", "not_enough_data"

// The name under which the model's score is profiled beside its inputs.
inline constexpr std::string_view kScoreColumn = "score";

// One feature (or the score) of a window against the reference. Figures that do not exist for a
// feature's type are NaN.
struct FeatureDrift {
  std::string feature;
  std::uint64_t reference_rows = 0, rows = 0;  // with a value
  double psi = 0;            // population stability index over deciles of the reference
  double psi_adjusted = 0;   // without what chance alone adds: psi - (B-1)(1/n + 1/m)
  double js = 0;             // Jensen–Shannon distance, natural logarithm
  double ks = 0;             // Kolmogorov–Smirnov D over the frozen edges; numbers only
  double wasserstein = 0;    // in standard deviations of the reference; numbers only
  double missing_share = 0, unseen_share = 0, out_of_range_share = 0;
  bool drifted = false;
};

struct WindowReport {
  std::string model;
  VersionNumber version = 0;
  Time start, end;
  std::uint64_t rows = 0;
  WindowVerdict verdict = WindowVerdict::kNotEnoughData;
  std::string reason;                  // why, in a few words: "distance 0.43 > 0.2"
  double drifted_share = 0;            // of the features; the score is judged apart
  std::vector<FeatureDrift> features;  // in the reference's order, the score last
};

// {"reason", "drifted_share", "features": [{…}]}; NaN is null.
std::string EvidenceJson(const WindowReport& report);
records::StoredVerdict ToStored(const WindowReport& report);
// The way back; kDataLoss when the evidence is not what EvidenceJson writes.
Result<WindowReport> FromStored(const records::StoredVerdict& stored);

}  // namespace mooring::monitoring
