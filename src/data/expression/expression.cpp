#include "data/expression/expression.h"

#include <array>
#include <cmath>
#include <memory>
#include <type_traits>

#include "base/limits.h"
#include "data/expression/compiler.h"
#include "data/expression/program.h"

namespace mooring::data {
namespace {

static_assert(kStackValues >= 7 * limits::kExpressionDepth);

constexpr double kNull = std::numeric_limits<double>::quiet_NaN();

double FiniteOrNull(double x) { return std::isfinite(x) ? x : kNull; }
double Truth(bool value) { return value ? 1 : 0; }

// Kleene's logic over 0, 1 and null.
double And(double a, double b) {
  if (a == 0 || b == 0) return 0;
  return std::isnan(a) || std::isnan(b) ? kNull : 1;
}
double Or(double a, double b) {
  if ((a == a && a != 0) || (b == b && b != 0)) return 1;
  return std::isnan(a) || std::isnan(b) ? kNull : 0;
}

double UnaryOf(Op op, double x) {
  switch (op) {
    case Op::kNegate: return -x;
    case Op::kNot: return std::isnan(x) ? kNull : Truth(x == 0);
    case Op::kAbs: return std::abs(x);
    case Op::kLog: return x > 0 ? std::log(x) : kNull;
    case Op::kExp: return FiniteOrNull(std::exp(x));
    case Op::kRound: return std::round(x);
    case Op::kFloor: return std::floor(x);
    case Op::kCeil: return std::ceil(x);
    default: CHECK(false);
  }
}

double BinaryOf(Op op, double a, double b) {
  if (op == Op::kAnd) return And(a, b);
  if (op == Op::kOr) return Or(a, b);
  if (std::isnan(a) || std::isnan(b)) return kNull;
  switch (op) {
    case Op::kAdd: return FiniteOrNull(a + b);
    case Op::kSubtract: return FiniteOrNull(a - b);
    case Op::kMultiply: return FiniteOrNull(a * b);
    case Op::kDivide: return FiniteOrNull(a / b);
    case Op::kRemainder: return FiniteOrNull(std::fmod(a, b));
    case Op::kMin: return b < a ? b : a;
    case Op::kMax: return b > a ? b : a;
    case Op::kLess: return Truth(a < b);
    case Op::kLessEqual: return Truth(a <= b);
    case Op::kGreater: return Truth(a > b);
    case Op::kGreaterEqual: return Truth(a >= b);
    case Op::kEqual: return Truth(a == b);
    case Op::kDiffer: return Truth(a != b);
    default: CHECK(false);
  }
}

// Arithmetic of doubles; NaN is null.
struct Reals {
  using Value = double;
  static Value Of(const Constant& constant) { return constant.real; }
  static Value Of(const Column& column, std::size_t row) {
    return FiniteOrNull(column.Number(row));
  }
  static Value Of(double x) { return x; }
  static Value Unary(Op op, Value x) { return UnaryOf(op, x); }
  static Value Binary(Op op, Value a, Value b) { return BinaryOf(op, a, b); }
  static Value If(Value condition, Value then, Value otherwise) {
    return std::isnan(condition) ? kNull : (condition != 0 ? then : otherwise);
  }
};

// Exact as long as it can be: a value that has no `exact` is the double, NaN for null.
struct Amounts {
  struct Value {
    double real = kNull;
    std::optional<Decimal> exact;
  };
  static Value Of(double x) { return {x, {}}; }
  static Value Of(const Decimal& exact) { return {exact.ToDouble(), exact}; }
  static Value Of(const Constant& constant) { return {constant.real, constant.exact}; }
  static Value Of(const Column& column, std::size_t row) {
    if (column.IsNull(row)) return {};
    switch (column.type()) {
      case Type::kInt32: return Of(Decimal(column.Values<std::int32_t>()[row]));
      case Type::kInt64:
      case Type::kTimestamp: return Of(Decimal(column.Values<std::int64_t>()[row]));
      case Type::kBool: return Of(Decimal(column.Values<std::uint8_t>()[row]));
      case Type::kFloat64: return OfReal(column.Values<double>()[row]);
      case Type::kFloat32: return OfReal(column.Values<float>()[row]);
      default: return Of(FiniteOrNull(column.Number(row)));
    }
  }
  // A caller's 1.005 is meant as 1.005, not as the double below it.
  static Value OfReal(auto number) {
    return {FiniteOrNull(static_cast<double>(number)), Decimal::Shortest(number)};
  }
  static Value Unary(Op op, const Value& x) {
    using Rounding = Decimal::Rounding;
    std::optional<Decimal> exact;
    if (x.exact.has_value()) {
      switch (op) {
        case Op::kNegate: exact = x.exact->Negated(); break;
        case Op::kAbs: exact = x.real < 0 ? x.exact->Negated() : x.exact; break;
        case Op::kRound: exact = x.exact->Rounded(0, Rounding::kHalfAwayFromZero); break;
        case Op::kFloor: exact = x.exact->Rounded(0, Rounding::kDown); break;
        case Op::kCeil: exact = x.exact->Rounded(0, Rounding::kUp); break;
        default: break;
      }
    }
    return exact.has_value() ? Of(*exact) : Of(UnaryOf(op, x.real));
  }
  static Value Binary(Op op, const Value& a, const Value& b) {
    if (a.exact.has_value() && b.exact.has_value()) {
      if (const auto exact = ExactBinary(op, *a.exact, *b.exact)) return Of(*exact);
    }
    return Of(BinaryOf(op, a.real, b.real));
  }
  static Value If(const Value& condition, const Value& then, const Value& otherwise) {
    if (std::isnan(condition.real)) return {};
    return condition.real != 0 ? then : otherwise;
  }

 private:
  static std::optional<Decimal> ExactBinary(Op op, const Decimal& a, const Decimal& b) {
    if (op == Op::kAdd) return a.Plus(b);
    if (op == Op::kSubtract) return a.Minus(b);
    if (op == Op::kMultiply) return a.Times(b);
    const std::optional<int> order = a.Compare(b);
    if (!order.has_value()) return std::nullopt;
    const auto truth = [](bool value) { return Decimal(value ? 1 : 0); };
    switch (op) {
      case Op::kMin: return *order <= 0 ? a : b;
      case Op::kMax: return *order >= 0 ? a : b;
      case Op::kLess: return truth(*order < 0);
      case Op::kLessEqual: return truth(*order <= 0);
      case Op::kGreater: return truth(*order > 0);
      case Op::kGreaterEqual: return truth(*order >= 0);
      case Op::kEqual: return truth(*order == 0);
      case Op::kDiffer: return truth(*order != 0);
      default: return std::nullopt;
    }
  }
};

double EqualTexts(const Program& program, Instruction instruction, const Batch& batch,
                  std::size_t row) {
  const auto& [left, right] = program.text_pairs[instruction.argument];
  std::array<std::string_view, 2> texts;
  for (const auto& [side, at] : {std::pair(left, 0U), std::pair(right, 1U)}) {
    const TextOperand& operand = program.texts[side];
    if (operand.column.has_value() && batch.column(*operand.column).IsNull(row)) return kNull;
    texts[at] = operand.column.has_value() ? batch.column(*operand.column).Text(row)
                                           : std::string_view(operand.literal);
  }
  return Truth((texts[0] == texts[1]) == (instruction.op == Op::kTextEqual));
}

template <typename Arithmetic>
typename Arithmetic::Value Run(const Program& program, const Batch& batch, std::size_t row) {
  using Value = typename Arithmetic::Value;
  static_assert(std::is_trivially_destructible_v<Value>);
  // Raw, because filling the whole stack would cost more than most expressions.
  alignas(Value) std::array<std::byte, kStackValues * sizeof(Value)> stack;
  auto* top = reinterpret_cast<Value*>(stack.data());  // one past the last
  for (const Instruction instruction : program.code) {
    switch (instruction.op) {
      case Op::kConstant:
        std::construct_at(top++, Arithmetic::Of(program.constants[instruction.argument]));
        break;
      case Op::kColumn:
        std::construct_at(top++, Arithmetic::Of(batch.column(instruction.argument), row));
        break;
      case Op::kTextEqual:
      case Op::kTextDiffer:
        std::construct_at(top++, Arithmetic::Of(EqualTexts(program, instruction, batch, row)));
        break;
      case Op::kIf:
        top -= 2;
        top[-1] = Arithmetic::If(top[-1], top[0], top[1]);
        break;
      case Op::kText: CHECK(false);  // the compiler leaves none
      default:
        if (instruction.op <= Op::kCeil) {
          top[-1] = Arithmetic::Unary(instruction.op, top[-1]);
        } else {
          --top;
          top[-1] = Arithmetic::Binary(instruction.op, top[-1], top[0]);
        }
    }
  }
  return top[-1];
}

void CheckColumns(const Program& program, const Batch& batch) {
  for (const auto& [place, type] : program.columns) {
    CHECK(place < batch.width() && batch.column(place).type() == type);
  }
}

}  // namespace

Result<Expression> Expression::Compile(std::string_view text, const Schema& schema,
                                       const ExpressionPlace& place) {
  ASSIGN_OR_RETURN(Program program, CompileProgram(text, schema, place));
  return Expression(std::make_shared<const Program>(std::move(program)));
}

const std::string& Expression::text() const { return program_->text; }
bool Expression::is_condition() const { return program_->kind == Kind::kBool; }

std::vector<std::size_t> Expression::columns() const {
  std::vector<std::size_t> places;
  for (const auto& [place, type] : program_->columns) places.push_back(place);
  return places;
}

std::optional<double> Expression::Evaluate(const Batch& batch, std::size_t row) const {
  CheckColumns(*program_, batch);
  const double value = Run<Reals>(*program_, batch, row);
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

void Expression::EvaluateAll(const Batch& batch, std::vector<double>& out) const {
  CheckColumns(*program_, batch);
  out.resize(batch.rows());
  for (std::size_t row = 0; row < out.size(); ++row) out[row] = Run<Reals>(*program_, batch, row);
}

Result<std::optional<std::int64_t>> Expression::EvaluateMoney(const Batch& batch, std::size_t row,
                                                              int minor_digits,
                                                              Decimal::Rounding rounding) const {
  CHECK(minor_digits >= 0 && minor_digits <= 9);
  CheckColumns(*program_, batch);
  const Amounts::Value value = Run<Amounts>(*program_, batch, row);
  if (value.exact.has_value()) {
    if (const auto units = value.exact->InUnitsOf(minor_digits, rounding)) {
      return std::optional(*units);
    }
  } else {
    if (std::isnan(value.real)) return std::optional<std::int64_t>();
    if (const auto units = Decimal::UnitsOf(value.real, minor_digits, rounding)) {
      return std::optional(*units);
    }
  }
  return Error(Code::kTooLarge, "amount of '" + program_->text.substr(0, 100) + "' is too large")
      .Why("it does not fit in 64 bits of minor units");
}

}  // namespace mooring::data
