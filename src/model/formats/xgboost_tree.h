// One tree of an XGBoost document, its nodes laid out anew: children side by side, after their parent.
#pragma once

#include "model/formats/document.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

// Appends the tree's category sets to `ensemble`. `weight` multiplies the leaves in float32 (DART).
Result<Tree> ReadXgboostTree(const Document& document, float weight, Ensemble& ensemble);

}  // namespace mooring::model
