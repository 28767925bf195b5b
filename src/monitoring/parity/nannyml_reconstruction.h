// NannyML's reconstruction error, chunk by chunk, by multivariate/pca_reconstruction.h with 65 % of
// the variance. Parity mode; see nannyml.h.
//
// Value: mean distance between a standardised row and its reconstruction; sampling error: the
// chunk's deviation (n - 1) / sqrt n; alert unless strictly inside the reference's band, which is
// cut at 0.
//
// Thread safety: pure function. Failure: kInvalidArgument for tables that do not fit each other.
#pragma once

#include <vector>

#include "monitoring/parity/nannyml_rows.h"

namespace mooring::monitoring {

// Rows with column "" and method "reconstruction_error".
Result<std::vector<NannyRow>> NannyReconstruction(const data::Batch& reference,
                                                  const data::Batch& analysis,
                                                  std::size_t chunk_size);

}  // namespace mooring::monitoring
