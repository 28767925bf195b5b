#include "records/contract/expression_syntax.h"

#include <string>

#include "base/limits.h"

namespace mooring::records {

Status CheckExpressionSyntax(std::string_view text) {
  const auto wrong = [](std::string message) {
    return Error(Code::kInvalidArgument, std::move(message));
  };
  if (text.size() > limits::kExpressionBytes) {
    return wrong("expression is longer than " + std::to_string(limits::kExpressionBytes) +
                 " bytes");
  }
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' && ++depth > limits::kExpressionDepth) {
      return wrong("parentheses nest more than " + std::to_string(limits::kExpressionDepth) +
                   " deep");
    }
    if (text[i] == ')' && depth-- == 0) {
      return wrong("')' at character " + std::to_string(i + 1) + " closes nothing");
    }
  }
  if (depth > 0) return wrong("a '(' is never closed");
  return Ok();
}

}  // namespace mooring::records
