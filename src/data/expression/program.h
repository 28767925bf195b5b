// Program: an expression as instructions for a stack machine. What the compiler writes and the
// evaluator reads; others use expression.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/expression/decimal.h"
#include "data/table/schema.h"

namespace mooring::data {

enum class Op : std::uint8_t {
  kConstant,
  kColumn,  // push
  kTextEqual,
  kTextDiffer,  // push; the argument is a place in text_pairs
  kNegate,
  kNot,
  kAbs,
  kLog,
  kExp,
  kRound,
  kFloor,
  kCeil,  // one operand
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kMin,
  kMax,  // two
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kDiffer,
  kAnd,
  kOr,    // two
  kIf,    // three: condition, then, else
  kText,  // only while compiling: a place in texts
};

enum class Kind : std::uint8_t { kNumber, kBool, kText };

struct Instruction {
  Op op;
  std::uint32_t argument = 0;
};

struct Constant {
  double real = 0;
  std::optional<Decimal> exact;
};

struct TextOperand {
  std::optional<std::size_t> column;  // else the literal
  std::string literal;
};

struct Program {
  std::string text;
  Kind kind = Kind::kNumber;
  std::vector<Instruction> code;
  std::vector<Constant> constants;
  std::vector<TextOperand> texts;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> text_pairs;
  std::vector<std::pair<std::size_t, Type>> columns;  // used, with their types, once each
};

// What can wait below an operation: at most seven operands a level of nesting (or, and, comparison,
// sum, product, two arguments), times limits::kExpressionDepth.
inline constexpr std::size_t kStackValues = 512;

}  // namespace mooring::data
