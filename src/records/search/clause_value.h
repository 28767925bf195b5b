// One comparison of a filter, from its tokens to a Clause: its identifier, then its value by what
// the identifier takes, then whether the comparator fits. A part of filter.h.
//
// Failure: kInvalidArgument with MLflow's text. Thread safety: pure.
#pragma once

#include <span>

#include "base/result.h"
#include "records/search/lexer.h"
#include "records/search/query.h"

namespace mooring::records::search {

// Tokens of `operand comparison operand`, `name [NOT] IN (…)` or `operand IS [NOT] NULL`.
Result<Clause> ReadClause(Kind kind, std::span<const Token> tokens);

}  // namespace mooring::records::search
