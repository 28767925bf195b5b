#include "serving/fallback_chain.h"

#include <fmt/format.h>

#include <limits>

#include "data/expression/decimal.h"

namespace mooring::serving {
namespace {

using records::FallbackCause;
using records::FallbackStep;
using Kind = FallbackStep::Kind;

// Values are rounded as amounts are, so that one equal to a bound is inside.
Result<FixedValue> ValueOf(double number, bool has_amount, int digits) {
  if (!has_amount) return FixedValue{number, 0};
  const auto minor = data::Decimal::UnitsOf(number, digits);
  if (minor) return FixedValue{std::numeric_limits<double>::quiet_NaN(), *minor};
  return Error(Code::kFailedPrecondition,
               fmt::format("fallback value {} is too large for money", number));
}

struct Compiler {
  const data::Schema& inputs;
  bool has_amount = false;
  int digits = 0;

  Result<FallbackLineCompiled> Line(const std::string& when, double number) const {
    FallbackLineCompiled line;
    ASSIGN_OR_RETURN(line.value, ValueOf(number, has_amount, digits));
    if (when.empty()) return line;
    auto condition = data::Expression::Compile(when, inputs, {.name = "fallback"});
    if (!condition.ok()) {
      return Error(Code::kFailedPrecondition, "a fallback's condition does not fit the inputs")
          .Why(condition.error().message());
    }
    line.when = std::move(condition).value();
    return line;
  }

  Result<FallbackStepCompiled> Step(const FallbackStep& step) const {
    FallbackStepCompiled compiled{step.kind, step.consumes_nothing, {}};
    if (step.kind == Kind::kConstant) {
      ASSIGN_OR_RETURN(compiled.lines.emplace_back(), Line("", step.constant));
    }
    for (const records::FallbackLine& line : step.lines) {
      ASSIGN_OR_RETURN(compiled.lines.emplace_back(), Line(line.when, line.value));
    }
    return compiled;
  }
};

}  // namespace

records::RowDecision FixedValue::Decision() const {
  records::RowDecision decision;
  decision.verdict = records::Verdict::kFallback;
  decision.score = score;
  decision.amount_minor = amount_minor;
  return decision;
}

std::optional<FixedValue> FallbackStepCompiled::ValueFor(const data::Batch& inputs,
                                                         std::size_t row) const {
  for (const FallbackLineCompiled& line : lines) {
    if (!line.when) return line.value;
    const auto holds = line.when->Evaluate(inputs, row);
    if (holds.has_value() && *holds != 0) return line.value;
  }
  return std::nullopt;
}

Result<std::shared_ptr<const FallbackChains>> FallbackChains::Compile(
    const records::Contract& contract, const data::Schema& inputs, bool has_amount,
    int minor_digits) {
  const Compiler compiler{inputs, has_amount, minor_digits};
  auto chains = std::make_shared<FallbackChains>();
  for (std::size_t cause = 0; cause < chains->chains_.size(); ++cause) {
    for (const FallbackStep& step : contract.FallbackFor(static_cast<FallbackCause>(cause))) {
      ASSIGN_OR_RETURN(chains->chains_[cause].emplace_back(), compiler.Step(step));
    }
  }
  return std::shared_ptr<const FallbackChains>(std::move(chains));
}

}  // namespace mooring::serving
