// The Predictor over packed trees and linear models, whatever format they came from.
#pragma once

#include <memory>

#include "model/formats/tree_ensemble/flat_trees.h"
#include "model/predictor.h"

namespace mooring::model {

// Validates, then predicts out of the bytes in place; `owner` keeps them alive.
Result<std::unique_ptr<Predictor>> LoadTrees(ByteSpan flat, std::shared_ptr<const void> owner,
                                             std::string_view format);

}  // namespace mooring::model
