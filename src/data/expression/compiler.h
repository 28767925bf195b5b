// Compiler of the expression language: text and schema to a Program, types checked. Others use
// expression.h.
#pragma once

#include <string_view>

#include "base/result.h"
#include "data/expression/expression.h"
#include "data/expression/program.h"

namespace mooring::data {

Result<Program> CompileProgram(std::string_view text, const Schema& schema,
                               const ExpressionPlace& place);

}  // namespace mooring::data
