#include "model/formats/xgboost_objective.h"

#include <array>
#include <cmath>
#include <string>

namespace mooring::model {
namespace {

constexpr auto kIdentity = Transform::kIdentity;
constexpr auto kMargin = ScoreSpace::kMargin;

constexpr std::array kObjectives = {
    XgboostObjective{"reg:squarederror", kIdentity, kMargin},
    XgboostObjective{"reg:linear", kIdentity, kMargin},
    XgboostObjective{"reg:squaredlogerror", kIdentity, kMargin},
    XgboostObjective{"reg:pseudohubererror", kIdentity, kMargin},
    XgboostObjective{"reg:absoluteerror", kIdentity, kMargin},
    XgboostObjective{"reg:quantileerror", kIdentity, kMargin},
    XgboostObjective{"reg:logistic", Transform::kSigmoid, ScoreSpace::kProbability},
    XgboostObjective{"binary:logistic", Transform::kSigmoid, ScoreSpace::kProbability},
    XgboostObjective{"binary:logitraw", kIdentity, kMargin},
    XgboostObjective{"binary:hinge", Transform::kHinge, kMargin},
    XgboostObjective{"multi:softmax", Transform::kArgmax, kMargin},
    XgboostObjective{"multi:softprob", Transform::kSoftmax, kMargin},
    XgboostObjective{"count:poisson", Transform::kExp, ScoreSpace::kLogarithm},
    XgboostObjective{"reg:gamma", Transform::kExp, ScoreSpace::kLogarithm},
    XgboostObjective{"reg:tweedie", Transform::kExp, ScoreSpace::kLogarithm},
    XgboostObjective{"survival:cox", Transform::kExp, ScoreSpace::kLogarithm},
    XgboostObjective{"survival:aft", Transform::kExp, ScoreSpace::kLogarithm},
    XgboostObjective{"rank:pairwise", kIdentity, kMargin},
    XgboostObjective{"rank:ndcg", kIdentity, kMargin},
    XgboostObjective{"rank:map", kIdentity, kMargin},
};

}  // namespace

Result<XgboostObjective> FindObjective(std::string_view name) {
  for (const XgboostObjective& objective : kObjectives) {
    if (objective.name == name) return objective;
  }
  return Error(Code::kUnsupported, "objective '" + std::string(name.substr(0, 64)) + "'")
      .Why("how it turns margins into predictions is not known here")
      .Help("train with one of XGBoost's built-in objectives, or convert the model to ONNX");
}

float BaseMargin(const XgboostObjective& objective, float base_score) {
  switch (objective.base_score) {
    case ScoreSpace::kMargin: return base_score;
    case ScoreSpace::kProbability: return -std::log(1.0F / base_score - 1.0F);
    case ScoreSpace::kLogarithm: return std::log(base_score);
  }
  return base_score;
}

}  // namespace mooring::model
