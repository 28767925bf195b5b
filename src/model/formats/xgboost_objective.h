// What an XGBoost objective does to base score and margins at prediction time.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

enum class ScoreSpace : std::uint8_t { kMargin, kProbability, kLogarithm };

struct XgboostObjective {
  std::string_view name;
  Transform transform;
  ScoreSpace base_score;  // the space in which the document writes base_score
};

// kUnsupported for objectives that nobody here knows, custom ones included.
Result<XgboostObjective> FindObjective(std::string_view name);

// base_score as a margin, in float32 as libxgboost computes it.
float BaseMargin(const XgboostObjective& objective, float base_score);

}  // namespace mooring::model
