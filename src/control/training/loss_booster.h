// LossBooster: the boosted trees that learn the losses of a regression model (monitoring's dle.h),
// and the way to open them again where windows are watched.
//
// It learns from columns that are numbers, truth values, or categories with a dictionary of at most
// kMostCategories values; text, moments and other categories are left out. To predict, columns are
// found by name: one that is absent counts as missing, categories go by their text.
//
// Deterministic: same rows, same losses, same library, same bytes. From more rows than most_rows a
// sample by the seed is taken, in the order of the rows.
//
// Thread safety: pure; predictors from any thread. Failure: kFailedPrecondition without
// libxgboost (to train; opening needs no library), kInvalidArgument for losses beyond a float.
// Cost: 20 000 rows of 25 columns 0.4 s to train, 104 kB stored; 0.4 µs a row to predict.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "monitoring/quality/dle.h"

namespace mooring::control {

inline constexpr std::size_t kMostCategories = 1000;

struct LossBoosterOptions {
  std::string library_directory = {};
  std::size_t most_rows = 20'000;
  int rounds = 60;
  int depth = 4;
  std::uint32_t seed = 1;
};

monitoring::TrainRegressor LossBooster(LossBoosterOptions options);
// Of the bytes that it stores: an XGBoost model in UBJSON. kDataLoss for others.
Result<monitoring::LossPredictor> OpenLossBooster(std::string_view bytes);

}  // namespace mooring::control
