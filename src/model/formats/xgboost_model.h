// Reads XGBoost's model document (JSON and UBJSON hold the same one) of versions 1.7 up to 3.3 into
// an Ensemble. Fields that nobody here knows are refused where they could change a prediction: a
// newer XGBoost must not be misread in silence.
//
// Facts of the document: docs/formats/xgboost.md.
#pragma once

#include <string>

#include "model/formats/document.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

// XGBoost's estimators in Python predict otherwise than the bare Booster that they save.
struct XgboostReading {
  // An estimator of any kind: "best_iteration" ends the ensemble, and a number may stand for
  // missing.
  bool is_estimator = false;
  // An XGBClassifier: the label comes first.
  bool is_classifier = false;
  // libxgboost will run it: vector leaves and any objective are fine, all else is checked as ever.
  // The ensemble must not be evaluated.
  bool for_library = false;
};

// The document's text or bytes, whichever of the two forms it has. kInvalidArgument for damaged
// ones.
Result<Document> ReadXgboostDocument(ByteSpan bytes);

// `inputs` and `columns` of the ensemble are one float32 input a feature, named as the document
// says, or f0, f1, … where it does not.
Result<Ensemble> ReadXgboostModel(const Document& document, const XgboostReading& reading);

}  // namespace mooring::model
