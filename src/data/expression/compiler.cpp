#include "data/expression/compiler.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "base/text/nearest.h"
#include "data/expression/lexer.h"

namespace mooring::data {
namespace {

struct Function {
  std::string_view name;
  Op op;
  int arguments;  // -2: two or more
};
constexpr std::array kFunctions = {
    Function{"if", Op::kIf, 3},       Function{"min", Op::kMin, -2},
    Function{"max", Op::kMax, -2},    Function{"abs", Op::kAbs, 1},
    Function{"log", Op::kLog, 1},     Function{"exp", Op::kExp, 1},
    Function{"round", Op::kRound, 1}, Function{"floor", Op::kFloor, 1},
    Function{"ceil", Op::kCeil, 1},
};

struct Operator {
  std::string_view spelling;
  Op op;
};
constexpr std::array kComparisons = {
    Operator{"<", Op::kLess},          Operator{"<=", Op::kLessEqual}, Operator{">", Op::kGreater},
    Operator{">=", Op::kGreaterEqual}, Operator{"==", Op::kEqual},     Operator{"!=", Op::kDiffer},
};
constexpr std::array kSums = {Operator{"+", Op::kAdd}, Operator{"-", Op::kSubtract}};
constexpr std::array kProducts = {Operator{"*", Op::kMultiply}, Operator{"/", Op::kDivide},
                                  Operator{"%", Op::kRemainder}};

std::string_view KindName(Kind kind) {
  return kind == Kind::kText ? "text" : (kind == Kind::kBool ? "a condition" : "a number");
}

// Recursive descent, one function a level of precedence; each leaves the code of its operand behind
// and gives its kind.
class Compiler {
 public:
  Compiler(std::string_view text, const Schema& schema, const ExpressionPlace& place)
      : lexer_(text), schema_(schema), place_(place) {
    program_.text = text;
  }

  Result<Program> Compile() {
    RETURN_IF_ERROR(Advance());
    if (token_.kind == Token::Kind::kEnd) return Wrong("there is no expression");
    ASSIGN_OR_RETURN(program_.kind, Disjunction());
    if (token_.kind != Token::Kind::kEnd) return Wrong("unexpected '" + Spelled() + "'");
    if (program_.kind == Kind::kText)
      return WrongAt(0, "the result is text").Why("it must be a number or a condition");
    return std::move(program_);
  }

 private:
  // One level of nesting, given back when it ends.
  struct Level {
    explicit Level(std::size_t& depth) : depth_(depth) { ++depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --depth_; }
    std::size_t& depth_;
  };

  std::string Where(std::size_t at) const {
    return std::string(place_.name) + ":" + std::to_string(place_.line) + ":" +
           std::to_string(place_.column + at);
  }
  Error WrongAt(std::size_t at, std::string message) const {
    return Error(Code::kInvalidArgument, std::move(message)).Where(Where(at));
  }
  Error Wrong(std::string message) const { return WrongAt(token_.at, std::move(message)); }
  std::string Spelled() const { return std::string(token_.spelling.substr(0, 64)); }

  Status Advance() {
    Result<Token> next = lexer_.Next();
    if (!next.ok()) return std::move(next).error().Where(Where(lexer_.error_at()));
    token_ = *next;
    return Ok();
  }
  bool IsSymbol(std::string_view symbol) const {
    return token_.kind == Token::Kind::kSymbol && token_.spelling == symbol;
  }
  bool IsWord(std::string_view word) const {
    return token_.kind == Token::Kind::kName && token_.spelling == word;
  }
  Status Expect(std::string_view symbol) {
    if (IsSymbol(symbol)) return Advance();
    const std::string found = token_.kind == Token::Kind::kEnd ? "the end" : "'" + Spelled() + "'";
    return Wrong("expected '" + std::string(symbol) + "' but found " + found);
  }
  template <typename Table>
  const Operator* Find(const Table& table) const {
    const auto found =
        std::ranges::find_if(table, [&](const Operator& o) { return IsSymbol(o.spelling); });
    return found == table.end() ? nullptr : &*found;
  }
  void Emit(Op op, std::size_t argument = 0) {
    program_.code.push_back({op, static_cast<std::uint32_t>(argument)});
  }
  Status NeedNumber(Kind kind, std::size_t at) const {
    if (kind != Kind::kText) return Ok();
    return WrongAt(at, "text where a number is wanted");
  }
  Status NeedCondition(Kind kind, std::size_t at) const {
    if (kind == Kind::kBool) return Ok();
    return WrongAt(at, std::string(KindName(kind)) + " where a condition is wanted")
        .Help("compare it with something");
  }

  Result<Kind> Disjunction() {
    const Level level(depth_);
    if (depth_ > limits::kExpressionDepth) {
      return Error(Code::kTooLarge, "expression is nested too deep")
          .Where(Where(token_.at))
          .Why("the limit is " + std::to_string(limits::kExpressionDepth));
    }
    return Junction("||", "or", Op::kOr);
  }

  Result<Kind> Junction(std::string_view symbol, std::string_view word, Op op) {
    const auto operand = [&] {
      return op == Op::kOr ? Junction("&&", "and", Op::kAnd) : Negation();
    };
    std::size_t at = token_.at;
    ASSIGN_OR_RETURN(Kind kind, operand());
    while (IsSymbol(symbol) || IsWord(word)) {
      RETURN_IF_ERROR(NeedCondition(kind, at));
      RETURN_IF_ERROR(Advance());
      at = token_.at;
      ASSIGN_OR_RETURN(kind, operand());
      RETURN_IF_ERROR(NeedCondition(kind, at));
      Emit(op);
    }
    return kind;
  }

  Result<Kind> Negation() {
    bool negated = false, any = false;
    while (IsWord("not")) {
      RETURN_IF_ERROR(Advance());
      negated = !negated;
      any = true;
    }
    const std::size_t at = token_.at;
    ASSIGN_OR_RETURN(const Kind kind, Comparison());
    if (any) RETURN_IF_ERROR(NeedCondition(kind, at));
    if (negated) Emit(Op::kNot);
    return kind;
  }

  Result<Kind> Comparison() {
    const std::size_t left_at = token_.at;
    ASSIGN_OR_RETURN(const Kind left, Sums());
    const Operator* comparison = Find(kComparisons);
    if (comparison == nullptr) return left;
    const std::size_t at = token_.at;
    RETURN_IF_ERROR(Advance());
    const std::size_t right_at = token_.at;
    ASSIGN_OR_RETURN(const Kind right, Sums());
    if (Find(kComparisons) != nullptr)
      return Wrong("comparisons do not chain").Help("join two with and");
    if (left == Kind::kText && right == Kind::kText) return CompareTexts(comparison->op, at);
    RETURN_IF_ERROR(NeedNumber(left, left_at));
    RETURN_IF_ERROR(NeedNumber(right, right_at));
    Emit(comparison->op);
    return Kind::kBool;
  }

  // Each text operand is the one instruction kText, so the last two are the operands.
  Result<Kind> CompareTexts(Op op, std::size_t at) {
    if (op != Op::kEqual && op != Op::kDiffer) {
      return WrongAt(at, "text has no order").Help("compare it with == or !=");
    }
    const std::uint32_t right = program_.code.back().argument;
    program_.code.pop_back();
    const std::uint32_t left = program_.code.back().argument;
    program_.code.pop_back();
    program_.text_pairs.emplace_back(left, right);
    Emit(op == Op::kEqual ? Op::kTextEqual : Op::kTextDiffer, program_.text_pairs.size() - 1);
    return Kind::kBool;
  }

  template <typename Table, typename Operand>
  Result<Kind> Chain(const Table& table, const Operand& operand) {
    std::size_t at = token_.at;
    ASSIGN_OR_RETURN(Kind kind, operand());
    while (const Operator* found = Find(table)) {
      RETURN_IF_ERROR(NeedNumber(kind, at));
      RETURN_IF_ERROR(Advance());
      at = token_.at;
      ASSIGN_OR_RETURN(kind, operand());
      RETURN_IF_ERROR(NeedNumber(kind, at));
      Emit(found->op);
      kind = Kind::kNumber;
    }
    return kind;
  }
  Result<Kind> Sums() {
    return Chain(kSums, [this] { return Products(); });
  }
  Result<Kind> Products() {
    return Chain(kProducts, [this] { return Unary(); });
  }

  Result<Kind> Unary() {
    std::vector<Op> signs;  // applied from the inside out
    while (IsSymbol("-") || IsSymbol("!")) {
      signs.push_back(IsSymbol("-") ? Op::kNegate : Op::kNot);
      RETURN_IF_ERROR(Advance());
    }
    const std::size_t at = token_.at;
    ASSIGN_OR_RETURN(Kind kind, Primary());
    for (auto sign = signs.rbegin(); sign != signs.rend(); ++sign) {
      if (*sign == Op::kNegate) {
        RETURN_IF_ERROR(NeedNumber(kind, at));
        kind = Kind::kNumber;
      } else {
        RETURN_IF_ERROR(NeedCondition(kind, at));
      }
      Emit(*sign);
    }
    return kind;
  }

  Result<Kind> Primary() {
    const Token token = token_;
    switch (token.kind) {
      case Token::Kind::kNumber: return Number();
      case Token::Kind::kText:
        program_.texts.push_back(
            {.column = {}, .literal = token.Unquoted(program_.text[token.at])});
        Emit(Op::kText, program_.texts.size() - 1);
        RETURN_IF_ERROR(Advance());
        return Kind::kText;
      case Token::Kind::kQuotedName:
        RETURN_IF_ERROR(Advance());
        return ColumnNamed(token, token.Unquoted('`'));
      case Token::Kind::kName: RETURN_IF_ERROR(Advance()); return Named(token);
      case Token::Kind::kEnd: return Wrong("the expression ends too early");
      case Token::Kind::kSymbol: break;
    }
    if (!IsSymbol("(")) return Wrong("unexpected '" + Spelled() + "'");
    RETURN_IF_ERROR(Advance());
    ASSIGN_OR_RETURN(const Kind kind, Disjunction());
    RETURN_IF_ERROR(Expect(")"));
    return kind;
  }

  Result<Kind> Number() {
    Constant constant;
    const std::string_view text = token_.spelling;
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), constant.real);
    if (failed != std::errc() || end != text.data() + text.size() ||
        !std::isfinite(constant.real)) {
      return Wrong("'" + Spelled() + "' is not a number that can be held");
    }
    constant.exact = Decimal::Parse(text);
    program_.constants.push_back(constant);
    Emit(Op::kConstant, program_.constants.size() - 1);
    RETURN_IF_ERROR(Advance());
    return Kind::kNumber;
  }

  Result<Kind> Named(const Token& name) {
    if (!IsSymbol("(")) return ColumnNamed(name, std::string(name.spelling));
    const auto function = std::ranges::find_if(
        kFunctions, [&](const Function& f) { return f.name == name.spelling; });
    if (function == kFunctions.end()) {
      std::vector<std::string_view> known;
      for (const Function& f : kFunctions) known.push_back(f.name);
      return WrongAt(name.at, "unknown function '" + std::string(name.spelling.substr(0, 64)) + "'")
          .Help(DidYouMean(name.spelling, known));
    }
    return Call(*function, name.at);
  }

  Result<Kind> Call(const Function& function, std::size_t at) {
    RETURN_IF_ERROR(Advance());
    int count = 0;
    Kind result = Kind::kNumber;
    while (!IsSymbol(")")) {
      if (count != 0) RETURN_IF_ERROR(Expect(","));
      const std::size_t argument_at = token_.at;
      ASSIGN_OR_RETURN(const Kind kind, Disjunction());
      const bool condition = function.op == Op::kIf && count == 0;
      RETURN_IF_ERROR(condition ? NeedCondition(kind, argument_at) : NeedNumber(kind, argument_at));
      // `if` of two conditions is a condition.
      if (function.op == Op::kIf && count == 1) result = kind;
      if (function.op == Op::kIf && count == 2 && kind != result) result = Kind::kNumber;
      if (++count > 1 && function.arguments < 0) Emit(function.op);
    }
    const bool fits =
        function.arguments < 0 ? count >= -function.arguments : count == function.arguments;
    if (!fits) {
      return WrongAt(at,
                     std::string(function.name) + " has " + std::to_string(count) + " arguments")
          .Why("it takes " + (function.arguments < 0 ? std::string("two or more")
                                                     : std::to_string(function.arguments)));
    }
    if (function.arguments > 0) Emit(function.op);
    RETURN_IF_ERROR(Advance());
    return result;
  }

  Result<Kind> ColumnNamed(const Token& token, const std::string& name) {
    const std::optional<std::size_t> place = schema_.Find(name);
    if (!place.has_value()) {
      std::vector<std::string_view> known;
      for (const Field& field : schema_.fields()) known.push_back(field.name);
      return WrongAt(token.at, "unknown column '" + name.substr(0, limits::kNameBytes) + "'")
          .Help(DidYouMean(name, known));
    }
    const Type type = schema_.field(*place).type;
    const std::pair<std::size_t, Type> used(*place, type);
    if (std::ranges::find(program_.columns, used) == program_.columns.end())
      program_.columns.push_back(used);
    if (type == Type::kString || type == Type::kCategory) {
      program_.texts.push_back({.column = *place, .literal = {}});
      Emit(Op::kText, program_.texts.size() - 1);
      return Kind::kText;
    }
    Emit(Op::kColumn, *place);
    return type == Type::kBool ? Kind::kBool : Kind::kNumber;
  }

  Lexer lexer_;
  const Schema& schema_;
  const ExpressionPlace& place_;
  Token token_;
  Program program_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Program> CompileProgram(std::string_view text, const Schema& schema,
                               const ExpressionPlace& place) {
  if (text.size() > limits::kExpressionBytes) {
    return Error(Code::kTooLarge, "expression of " + std::to_string(text.size()) + " bytes")
        .Why("the limit is " + std::to_string(limits::kExpressionBytes));
  }
  return Compiler(text, schema, place).Compile();
}

}  // namespace mooring::data
