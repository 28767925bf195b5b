// XGBoost models that libxgboost itself must run: trees with a vector in each leaf
// (multi_strategy='multi_output_tree') and objectives that our evaluator does not know. Everything
// else goes to the evaluator, which needs no library (xgboost_model.h).
//
// What the evaluator checks of a model is checked of these too (trees without cycles, features in
// range, finite numbers), but the library parses the bytes again and reads more of them: register
// only what you trained. Its version decides what it can load: vector leaves need XGBoost 2.0 or
// newer.
#pragma once

#include <string>

#include "model/formats/document.h"
#include "model/formats/formats.h"

namespace mooring::model {

// Whether only the library can run the model.
bool NeedsXgboostLibrary(const Document& document);

// Checks the model. Flat bytes of the format "xgboost-library": input names and the model's own
// bytes.
Result<std::string> CompileBooster(const Document& document, ByteSpan model);

// Loads them. Predictions are Booster.predict's, from the scoring pool, one call at a time.
// kFailedPrecondition without the library, kInvalidArgument when it refuses the model.
const Format& XgboostLibraryFormat();

}  // namespace mooring::model
