#include "serving/stop_limits/row_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "serving/reasons.h"
#include "serving/stop_limits/limit_status.h"
#include "serving/stop_limits/median_ring.h"

namespace mooring::serving {
namespace {

using data::Decimal;
using records::LimitKind;
using Rounding = Decimal::Rounding;
using Source = LimitCandidate::Source;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr RowFinding kUncomputed{Refusing::kInvalid, kInvalidQuantity, 0};

// A whole number of 10^-from as one of 10^-to.
std::optional<std::int64_t> Rescaled(std::int64_t units, int from, int to, Rounding rounding) {
  for (; from < to; ++from) {
    if (__builtin_mul_overflow(units, std::int64_t{10}, &units)) return std::nullopt;
  }
  for (; from > to; --from) {
    const std::int64_t rest = units % 10;
    units /= 10;
    if (rest < 0 && rounding == Rounding::kDown) --units;
    if (rest > 0 && rounding == Rounding::kUp) ++units;
  }
  return units;
}

std::optional<std::int64_t> DecisionOf(const LimitSet& set, const records::RowDecision& decision,
                                       int digits, Rounding rounding) {
  if (!set.has_amount()) return Decimal::UnitsOf(decision.score, digits, rounding);
  return Rescaled(decision.amount_minor, set.decision_digits(), digits, rounding);
}

std::optional<std::int64_t> ValueOf(const data::Expression& expression, const LimitRow& row,
                                    int digits, Rounding rounding) {
  auto units = expression.EvaluateMoney(row.batch(), 0, digits, rounding);
  return units.ok() ? *units : std::nullopt;
}

double AsScore(std::int64_t units, int digits) {
  double whole = 1;
  for (int i = 0; i < digits; ++i) whole *= 10;
  return static_cast<double>(units) / whole;
}

std::optional<std::int64_t> Weighted(std::int64_t quantity, records::LimitWeight weight) {
  if (quantity == kLeast) return std::nullopt;
  switch (weight) {
    case records::LimitWeight::kGross: return quantity < 0 ? -quantity : quantity;
    case records::LimitWeight::kPositive: return std::max<std::int64_t>(quantity, 0);
    case records::LimitWeight::kNegative: return std::max<std::int64_t>(-quantity, 0);
    case records::LimitWeight::kNet: return quantity;
  }
  return std::nullopt;
}

// |a - b| ≤ allowed, whatever their size.
bool Near(std::int64_t a, std::int64_t b, std::int64_t allowed) {
  const __int128 distance = static_cast<__int128>(a) - b;
  return distance <= allowed && -distance <= allowed;
}

std::int64_t Micros(std::chrono::seconds age) {
  return std::chrono::duration_cast<std::chrono::microseconds>(age).count();
}

}  // namespace

std::optional<std::int64_t> QuantityOf(const LimitSet& set, const CompiledLimit& limit,
                                       const LimitRow& row, const records::RowDecision& decision,
                                       Rounding rounding) {
  return limit.quantity ? ValueOf(*limit.quantity, row, limit.digits, rounding)
                        : DecisionOf(set, decision, limit.digits, rounding);
}

RowLimits::RowLimits(const LimitSet& set, const LimitsInForce& in_force,
                     const LimitCandidate& candidate, Scratch& scratch)
    : set_(set),
      in_force_(in_force),
      candidate_(candidate),
      scratch_(scratch),
      row_(set.columns(), {.inputs = candidate.inputs,
                           .row = candidate.row,
                           .raw = candidate.score,
                           .score = candidate.decision->score,
                           .amount_minor = candidate.decision->amount_minor}) {
  scratch_.terms.clear();
  scratch_.medians.clear();
  scratch_.findings.assign(set.limits().size(), {});
}

void RowLimits::Run() {
  for (std::size_t i = 0; i < set_.limits().size(); ++i) One(i);
}

bool RowLimits::Applies(const CompiledLimit& limit, const LimitCandidate& candidate) {
  if (candidate.source != Source::kFixed) return true;
  const bool asks_people = limit.rule.then == records::LimitAction::kReview;
  if (candidate.by_person && asks_people && !HasBudget(limit.rule.kind)) return false;
  switch (limit.rule.kind) {
    case LimitKind::kBound: return true;
    case LimitKind::kFreshness: return limit.rule.input_age.count() > 0;
    case LimitKind::kCollar:  // both are about what a model says
    case LimitKind::kQuality: return false;
    default: return !candidate.consumes_nothing;
  }
}

void RowLimits::One(std::size_t index) {
  const CompiledLimit& limit = set_.limits()[index];
  if (!Applies(limit, candidate_)) return;
  if (limit.when) {
    // A condition that nobody can tell holds: the stricter of the two.
    const auto holds = limit.when->Evaluate(row_.batch(), 0);
    if (holds && *holds == 0) return;
  }
  const RowFinding finding = HasBudget(limit.rule.kind) ? RowFinding{} : Judge(index);
  scratch_.findings[limit.place] = finding;
  if (limit.has_budget || finding.refusing != Refusing::kNothing) AddTerm(index, finding);
}

RowFinding RowLimits::Judge(std::size_t index) {
  const CompiledLimit& limit = set_.limits()[index];
  switch (limit.rule.kind) {
    case LimitKind::kBound: return Bound(index);
    case LimitKind::kCollar: return Collar(limit);
    case LimitKind::kFreshness: return Freshness(limit);
    default: return Quality(limit);
  }
}

RowFinding RowLimits::Bound(std::size_t index) {
  const CompiledLimit& limit = set_.limits()[index];
  const auto quantity = QuantityRange(limit);
  if (!quantity) return kUncomputed;
  const std::optional<std::int64_t> max =
      in_force_.limits[index].max ? in_force_.limits[index].max : limit.max;
  const bool low = limit.min && quantity->low < *limit.min;
  const bool high = max && quantity->high > *max;
  if (!low && !high) return {};
  const std::int64_t bound = low ? *limit.min : *max;
  const bool moves = limit.rule.then == records::LimitAction::kClamp && !limit.rule.advisory;
  if (moves && Clamp(limit, max, low)) return {};
  return {Refusing::kBeyond, bound, bound};
}

bool RowLimits::Clamp(const CompiledLimit& limit, std::optional<std::int64_t> max, bool low) {
  const int digits = set_.decision_digits();
  std::optional<std::int64_t> to = limit.clamp_min;
  if (!low) to = Rescaled(*max, limit.digits, digits, Rounding::kDown);
  if (!to) return false;
  records::RowDecision& decision = *candidate_.decision;
  if (decision.verdict == records::Verdict::kAdmit) decision.verdict = records::Verdict::kClamp;
  decision.reason = static_cast<std::uint8_t>(low ? Reason::kBelowBounds : Reason::kAboveBounds);
  if (set_.has_amount()) {
    decision.amount_minor = *to;
    decision.score = std::numeric_limits<double>::quiet_NaN();  // the raw value does not leave
  } else {
    decision.score = AsScore(*to, digits);
  }
  row_.Move(decision.score, decision.amount_minor);
  clamped_ = true;
  // Bounds that leave no value between them cannot be met by moving.
  const auto moved = QuantityRange(limit);
  return moved && (!limit.min || moved->low >= *limit.min) && (!max || moved->high <= *max);
}

RowFinding RowLimits::Collar(const CompiledLimit& limit) {
  const auto quantity = QuantityRange(limit);
  if (!quantity) return kUncomputed;
  const auto reference = Reference(limit);
  if (!reference) return {Refusing::kUnavailable, 0, 0};
  const std::int64_t size = *reference < 0 && *reference != kLeast ? -*reference : *reference;
  const auto share = limit.within_share.Of(size);
  if (!share) return kUncomputed;
  const std::int64_t allowed = std::max(limit.within, *share);
  if (limit.median != nullptr) {
    scratch_.medians.push_back({limit.median.get(), quantity->low});
  }
  const bool near =
      Near(quantity->low, *reference, allowed) && Near(quantity->high, *reference, allowed);
  return near ? RowFinding{} : RowFinding{Refusing::kBeyond, 0, 0};
}

RowFinding RowLimits::Freshness(const CompiledLimit& limit) const {
  const records::LimitRule& rule = limit.rule;
  RowFinding worst;
  const auto ask = [&](std::chrono::seconds most, std::int64_t since) {
    if (most.count() == 0 || worst.refusing != Refusing::kNothing) return;
    std::int64_t age = 0;
    const bool known = since > 0 && !__builtin_sub_overflow(scratch_.now, since, &age);
    if (!known) {
      worst = {Refusing::kUnavailable, 0, most.count()};
    } else if (age > Micros(most) || age < -Micros(most)) {  // far in the future is no age
      worst = {Refusing::kBeyond, age / 1'000'000, most.count()};
    }
  };
  if (candidate_.source != Source::kFixed) {
    // Of the set's own version; another one's age is not known here, and its own set's to judge.
    if (candidate_.source == Source::kModel) ask(rule.model_age, set_.version_made());
    ask(rule.outcome_age, in_force_.watch.last_outcomes);
    ask(rule.reference_age, set_.reference_made());
  }
  if (limit.age_column) {
    const data::Column& column = candidate_.inputs->column(*limit.age_column);
    const bool null = column.IsNull(candidate_.row);
    if (null && rule.input_age.count() > 0) return kUncomputed;
    if (!null) ask(rule.input_age, column.Values<std::int64_t>()[candidate_.row]);
  }
  return worst;
}

bool RowLimits::Stands(const CompiledLimit& limit) const {
  return VerdictStands(limit, in_force_.watch, candidate_.version);
}

RowFinding RowLimits::Quality(const CompiledLimit& limit) const {
  return limit.stops && Stands(limit) ? RowFinding{Refusing::kBeyond, 1, 0} : RowFinding{};
}

std::int64_t RowLimits::MaxOf(std::size_t index) const {
  return MaxInForce(set_, in_force_, index, {candidate_.version, scratch_.now});
}

void RowLimits::AddTerm(std::size_t index, const RowFinding& finding) {
  const CompiledLimit& limit = set_.limits()[index];
  LimitTerm term;
  term.shape = &limit.shape;
  term.rule = limit.place;
  term.released_at = in_force_.limits[index].released_at;
  if (!HasBudget(limit.rule.kind)) {
    const bool refuses = finding.refusing != Refusing::kNothing;
    term.state = limit.has_budget ? set_.StateOf(limit, candidate_) : limit.shape.family;
    term.amount = refuses ? 1 : 0;
    term.max = refuses ? -1 : kMost;
    // Only what is beyond shuts a latch.
    term.invalid = refuses && (!limit.has_budget || finding.refusing != Refusing::kBeyond);
  } else {
    term.max = MaxOf(index);
    Spend(limit, term);
    if (term.invalid) scratch_.findings[limit.place] = kUncomputed;
  }
  scratch_.terms.push_back(term);
}

void RowLimits::Spend(const CompiledLimit& limit, LimitTerm& term) {
  const auto set = [&](std::optional<std::int64_t> amount) {
    term.invalid = !amount.has_value();
    term.amount = amount.value_or(0);
  };
  term.amount = 1;
  switch (limit.rule.kind) {
    case LimitKind::kShare: {
      const auto holds = limit.quantity->Evaluate(row_.batch(), 0);
      term.invalid = !holds.has_value();
      term.marked = holds.value_or(0) != 0;
      break;
    }
    case LimitKind::kRepeat: {
      const auto decision = Decision(set_.decision_digits(), Rounding::kHalfAwayFromZero);
      term.invalid = !decision.has_value();
      const std::int64_t same = decision.value_or(0);
      term.state = set_.StateOf(limit, candidate_, &same);
      term.latch = set_.StateOf(limit, candidate_);
      return;
    }
    case LimitKind::kDrawdown: {
      term.amount = 0;
      if (!limit.worst) break;
      const auto worst = Evaluate(*limit.worst, limit.digits, Rounding::kAwayFromZero);
      set(worst ? std::optional(std::max<std::int64_t>(*worst, 0)) : std::nullopt);
      break;
    }
    case LimitKind::kCount:
    case LimitKind::kRate: break;
    default: {
      const auto quantity = Quantity(limit, Rounding::kAwayFromZero);
      set(quantity ? Weighted(*quantity, limit.rule.weight) : std::nullopt);
    }
  }
  term.state = set_.StateOf(limit, candidate_);
}

std::optional<std::int64_t> RowLimits::Decision(int digits, Rounding rounding) const {
  return DecisionOf(set_, *candidate_.decision, digits, rounding);
}

std::optional<std::int64_t> RowLimits::Evaluate(const data::Expression& expression, int digits,
                                                Rounding rounding) const {
  return ValueOf(expression, row_, digits, rounding);
}

std::optional<std::int64_t> RowLimits::Quantity(const CompiledLimit& limit,
                                                Rounding rounding) const {
  return QuantityOf(set_, limit, row_, *candidate_.decision, rounding);
}

std::optional<RowLimits::Range> RowLimits::QuantityRange(const CompiledLimit& limit) const {
  const auto low = Quantity(limit, Rounding::kDown);
  if (!low) return std::nullopt;
  const bool whole = !limit.quantity && set_.has_amount();  // nothing was rounded
  const auto high = whole ? low : Quantity(limit, Rounding::kUp);
  if (!high) return std::nullopt;
  return Range{*low, *high};
}

std::optional<std::int64_t> RowLimits::Reference(const CompiledLimit& limit) {
  using Kind = records::CollarReference::Kind;
  const Kind kind = limit.rule.collar.kind;
  switch (kind) {
    case Kind::kInput: return Evaluate(*limit.reference, limit.digits, Rounding::kHalfAwayFromZero);
    case Kind::kConstant: return limit.constant;
    case Kind::kMedian: {
      const auto median = limit.median->Median();
      return median ? median : limit.constant;
    }
    default: break;
  }
  auto& known = references_[kind == Kind::kChampion ? 0 : 1];
  if (!known) {
    known = candidate_.reference ? candidate_.reference(kind) : std::optional<std::int64_t>();
  }
  if (!*known) return std::nullopt;
  return Rescaled(**known, set_.decision_digits(), limit.digits, Rounding::kHalfAwayFromZero);
}

}  // namespace mooring::serving
