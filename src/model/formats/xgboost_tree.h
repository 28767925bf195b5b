// One tree of an XGBoost document, its nodes laid out anew: children side by side, after their
// parent.
#pragma once

#include "model/formats/document.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

// Appends the tree's category sets to `ensemble`. `for_library` takes vector leaves, without their
// values: only the form is of interest then. `weight` is DART's: each leaf becomes (0 + leaf)
// * weight in float32, as libxgboost predicts a tree by itself and then weighs it.
Result<Tree> ReadXgboostTree(const Document& document, bool for_library,
                             std::optional<float> weight, Ensemble& ensemble);

}  // namespace mooring::model
