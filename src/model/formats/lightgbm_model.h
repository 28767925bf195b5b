// Reads LightGBM's text model (versions v2 to v4) into an Ensemble of float64, whose sums and
// comparisons are LightGBM's own. Facts of the text: docs/formats/lightgbm.md.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

// Inputs are float64 columns with the model's feature names; text categories where the model kept
// pandas' own lists.
Result<Ensemble> ReadLightgbmModel(std::string_view text);

}  // namespace mooring::model
