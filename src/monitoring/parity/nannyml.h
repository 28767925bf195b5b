// NannyML's drift and data quality, as version 0.13.1 computes them, in one call. A selectable
// policy for those who move over and want the numbers and alerts they know; our own defaults differ
// for reasons that docs/decisions/0007-where-we-differ-from-evidently-and-nannyml.md names.
//
//   const auto rows = RunNannyML(training, last_week, {.chunk_size = 1000});
//   for (const NannyRow& row : *rows) if (!row.reference && row.alert) …
//
// The parts: nannyml_univariate.h (columns), nannyml_quality.h (rates and summary statistics),
// nannyml_reconstruction.h (all columns together); nannyml_rows.h has chunks, bands, alert rules.
// Not here: its domain classifier, which is LightGBM's (ours: multivariate/domain_classifier.h).
//
// Thread safety: pure function. Failure: kInvalidArgument for a chunk size of 0, empty tables,
// columns that do not agree, a reference column of numbers or texts without values.
#pragma once

#include <vector>

#include "monitoring/parity/nannyml_rows.h"

namespace mooring::monitoring {

struct NannyOptions {
  std::size_t chunk_size = 1000;
  bool univariate = true, quality = true, reconstruction = true;
};

Result<std::vector<NannyRow>> RunNannyML(const data::Batch& reference, const data::Batch& analysis,
                                         const NannyOptions& options);

}  // namespace mooring::monitoring
