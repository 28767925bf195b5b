// What the multivariate tests say, as findings that alert rules read. Findings of windows that are
// plainly well are kClear; the caller keeps what it wants to store.
//
// Kinds and subjects: "multivariate_drift" of "reconstruction" and of "classifier",
// "correlation_change" of "first × second".
// Levels: an alert is significant and big, as each test's header says; a warning significant and
// half as big; certain when p < kCertainP as well.
//
// Thread safety: pure functions.
#pragma once

#include <vector>

#include "monitoring/finding.h"
#include "monitoring/multivariate/domain_classifier.h"
#include "monitoring/multivariate/pair_changes.h"
#include "monitoring/multivariate/pca_reconstruction.h"

namespace mooring::monitoring {

inline constexpr double kCertainP = 1e-6;

struct ReconstructionRule {
  double alpha = 0.001;        // of z, two-sided
  double least_change = 0.05;  // of the mean error, relative to the reference's
};
Finding ReconstructionFinding(const ReconstructionScore& score, const ReconstructionRule& rule);

Finding DomainFinding(const DomainVerdict& verdict, const DomainOptions& options);

// One for each pair that is significant and at least half of `least_change` apart.
std::vector<Finding> PairFindings(const std::vector<PairComparison>& pairs,
                                  const PairOptions& options);

}  // namespace mooring::monitoring
