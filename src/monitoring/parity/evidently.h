// Evidently's data drift preset, as version 0.7.21 computes it: which test looks at which column,
// whether it drifted, whether the table has. A selectable policy for those who move over and want
// to see the verdicts they know; our own defaults differ for reasons that
// docs/decisions/0007-where-we-differ-from-evidently-and-nannyml.md names.
//
//   const EvidentlyReport report = RunEvidentlyPreset(reference, current, {}).value();
//   if (report.dataset_drift) …
//
// Choice by default (D distinct values of both sides together, n rows of the reference): numbers
// with D > 5 take ks up to n = 1000 and wasserstein beyond; everything else takes z for D <= 2 and
// chisquare otherwise up to n = 1000, jensenshannon beyond. The table has drifted when the share of
// drifted columns is at least `drift_share`. Nulls, NaN and infinities are left out; timestamps are
// not looked at.
//
// Thread safety: pure function. Complexity: a sort a column; see evidently_tests.h for MMD.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/table/batch.h"
#include "monitoring/parity/evidently_tests.h"

namespace mooring::monitoring {

struct EvidentlyOptions {
  double drift_share = 0.5;
  // Instead of the choice by default; by column goes before by type. A test that does not take the
  // column's type leaves an error in its row.
  std::optional<EvidentlyTest> numbers = {}, categories = {};
  std::map<std::string, EvidentlyTest, std::less<>> by_column = {};
  std::optional<double> threshold = {};  // of all, instead of each test's own
  std::uint64_t seed = 0;                // of permutations
};

struct EvidentlyColumn {
  std::string column;
  EvidentlyTest test = EvidentlyTest::kKs;
  double score = 0;  // NaN with an error
  double threshold = 0;
  bool drifted = false;
  std::string error;  // why there is no score; "" otherwise
};

struct EvidentlyReport {
  std::vector<EvidentlyColumn> columns;  // in the reference's order
  std::size_t drifted = 0;
  double share = 0;  // of all columns looked at
  bool dataset_drift = false;
};

// kInvalidArgument when a column of the reference is not in `current`, is text in one and numbers
// in the other, or there is none to look at.
Result<EvidentlyReport> RunEvidentlyPreset(const data::Batch& reference, const data::Batch& current,
                                           const EvidentlyOptions& options);

}  // namespace mooring::monitoring
