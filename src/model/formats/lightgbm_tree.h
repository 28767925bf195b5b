// One tree of a LightGBM text, its nodes laid out anew: children side by side, after their parent.
#pragma once

#include "model/formats/lightgbm_text.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

// Appends the tree's category sets to `ensemble`.
Result<Tree> ReadLightgbmTree(const LightgbmSection& section, Ensemble& ensemble);

}  // namespace mooring::model
