// Expression: the contract's small language, compiled once against a schema and evaluated on rows.
//
//   120 * probability * 1.3
//   if(distance > 3000 && origin == 'SVO', premium * 1.1, premium)
//
// Numbers (decimal), 'text' or "text" (a quote inside is doubled), column names (letters, digits,
// _; others in `backquotes`), + - * / %, comparisons, and/&&, or/||, not/!, parentheses, and the
// functions if(c, a, b), min(a, b…), max(a, b…), abs, log (natural), exp, round (half away from
// zero), floor, ceil. Precedence from loose to tight: or, and, not, comparison (does not chain), +
// -, * / %, unary - and !. Types are checked when compiling: text may only be compared for
// equality, conditions must be true or false; a bool counts as 0 or 1 where a number is wanted.
//
// Total: every row gives a number or null. Null comes from a null column, division or remainder by
// zero, log of what is not positive, and anything that is not finite; it goes through every
// operation, except that `false and null` is false and `true or null` is true. A condition that is
// null makes `if` null.
//
// Thread safety: const use from any thread. Ownership: a value; copies share the compiled form.
// Failure: Compile gives kInvalidArgument (kTooLarge over limits::kExpressionBytes or
// kExpressionDepth) with "name:line:column" of what is wrong. Cost: about 5 ns an operation and
// row, no allocation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/expression/decimal.h"
#include "data/table/batch.h"

namespace mooring::data {

struct Program;

// Where the text stands, for errors: columns are counted in bytes from the given one.
struct ExpressionPlace {
  std::string_view name = "expression";
  std::size_t line = 1;
  std::size_t column = 1;
};

class Expression {
 public:
  static Result<Expression> Compile(std::string_view text, const Schema& schema,
                                    const ExpressionPlace& place = {});

  const std::string& text() const;
  bool is_condition() const;  // true or false rather than a number
  // The columns it reads, by their place in the schema.
  std::vector<std::size_t> columns() const;

  // Batches must have the columns of the schema it was compiled for, in the same places.
  std::optional<double> Evaluate(const Batch& batch, std::size_t row) const;
  // All rows; null is NaN. Conditions give 0 or 1.
  void EvaluateAll(const Batch& batch, std::vector<double>& out) const;

  // Money in minor units (10^-minor_digits), rounded once at the end; nullopt for null. Whole
  // numbers, decimal literals, bools and float columns (each as the shortest decimal that reads
  // back to it) are exact through + - * min max abs round floor ceil if and comparisons; from
  // division, %, log and exp on, and beyond 128 bits or 30 digits behind the point, it is double
  // arithmetic. An amount beyond 64 bits is kTooLarge.
  Result<std::optional<std::int64_t>> EvaluateMoney(
      const Batch& batch, std::size_t row, int minor_digits = 2,
      Decimal::Rounding rounding = Decimal::Rounding::kHalfAwayFromZero) const;

 private:
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace mooring::data
