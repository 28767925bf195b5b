// CheckExpressionSyntax: whether a contract's expression could be one, before the columns are
// known.
//
// Names of columns are checked when a contract meets a model. Thread safety: pure.
#pragma once

#include <string_view>

#include "base/result.h"

namespace mooring::records {

// kInvalidArgument that says what is wrong and where in the expression.
Status CheckExpressionSyntax(std::string_view text);

}  // namespace mooring::records
