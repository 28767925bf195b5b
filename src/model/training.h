// Train: a gradient-boosted tree model out of a batch, by libxgboost, as the bytes that
// Booster.save_model would write. Deterministic: same rows, same options, same library, same bytes.
//
//   ASSIGN_OR_RETURN(std::string model, Train({.rounds = 100}, features, labels));
//   // model is what `version register` takes; save it as model.ubj
//
// Columns become features in their order: numbers, booleans and categories (as codes, split as
// categories; the model remembers their dictionary, so it takes the same values when it serves).
// Nulls and unseen categories are missing.
//
// Thread safety: free function; blocks for as long as the training takes. Failure: kInvalidArgument
// for columns and labels that do not fit, kFailedPrecondition without libxgboost.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/table/batch.h"

namespace mooring::model {

struct TrainOptions {
  std::string objective = "binary:logistic";
  int rounds = 100;
  int depth = 6;
  double learning_rate = 0.1;
  std::uint32_t seed = 1;
  int threads = 1;
  bool as_json = false;  // UBJSON otherwise
  // Further parameters of XGBoost, by its own names ("subsample", "num_class", "booster").
  std::vector<std::pair<std::string, std::string>> parameters = {};
  std::string library_directory = {};
};

Result<std::string> Train(const TrainOptions& options, const data::Batch& features,
                          std::span<const float> labels);

// The same with what each feature contributed: the loss that splits on it saved, over all trees,
// one a column; 0 for a feature that no tree looks at. Of no meaning for linear boosters.
struct TrainedModel {
  std::string bytes;
  std::vector<double> gains;
};
Result<TrainedModel> TrainWithGains(const TrainOptions& options, const data::Batch& features,
                                    std::span<const float> labels);

}  // namespace mooring::model
