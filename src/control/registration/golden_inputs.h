// Where a version's golden rows come from when nobody gives any: MLflow's input example, the first
// training rows, or rows made up from the signature. Any inputs will do that reach the model:
// golden rows prove that the same bytes still give the same answers, not that the answers are good.
// Thread safety: pure.
#pragma once

#include <optional>

#include "base/result.h"
#include "data/table/batch.h"
#include "model/artifact.h"
#include "model/predictor.h"

namespace mooring::control {

inline constexpr std::size_t kGoldenRowsTaken = 100;  // of training data
inline constexpr std::size_t kGoldenRowsMadeUp = 16;

// The input example that MLflow saved beside the model (pandas "split" or a list of records), as
// the model's inputs; nullopt when there is none or it does not fit the signature.
std::optional<data::Batch> InputExample(const model::Artifact& artifact,
                                        const model::Signature& signature);

// Rows of seeded numbers around zero, known categories and nulls where they are allowed; always the
// same for the same signature.
data::Batch MadeUpRows(const model::Signature& signature);

}  // namespace mooring::control
