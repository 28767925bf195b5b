// Expressions of a contract, checked before any model is there: compiled against the columns that
// the contract itself declares.
//
// Thread safety: pure. Failure: kInvalidArgument or kTooLarge with what is wrong and at which
// character.
#pragma once

#include <string_view>

#include "base/result.h"
#include "records/contract/contract.h"

namespace mooring::records {

enum class ExpressionScope {
  kInputs,    // a check of a row
  kDecision,  // inputs and the output
  kLimit,     // those, `score` and `amount`
  kAnything,  // what comes from elsewhere too: unknown columns are taken for numbers
};

// Whether a column is named in the text.
bool Names(std::string_view text, std::string_view column);

Status CheckExpression(const Contract& contract, std::string_view text, ExpressionScope scope);

}  // namespace mooring::records
