#include "serving/stop_limits/limit_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <numeric>

#include "base/crypto/digest.h"
#include "records/contract/currency.h"
#include "records/contract/limit_max.h"
#include "serving/stop_limits/limit_window.h"
#include "serving/stop_limits/median_ring.h"

namespace mooring::serving {

namespace {

using data::Decimal;
using records::LimitKind;
using records::LimitRule;
using Rounding = Decimal::Rounding;

Error Unfit(const LimitRule& rule, std::string_view what) {
  return Error(Code::kFailedPrecondition, fmt::format("limits.{}: {}", rule.name, what))
      .Where(fmt::format("contract.yaml:{}:{}", rule.line, rule.column));
}

Result<std::int64_t> InUnits(const LimitRule& rule, std::string_view key, const Decimal& number,
                             int digits, Rounding rounding = Rounding::kDown) {
  if (const auto units = number.InUnitsOf(digits, rounding)) return *units;
  return Unfit(rule, fmt::format("{} does not fit in 64 bits", key));
}

Result<Ratio> RatioOf(const LimitRule& rule, std::string_view key, const Decimal& number) {
  std::int64_t whole = 1;
  for (int i = 0; i < records::kShareDigits; ++i) whole *= 10;
  ASSIGN_OR_RETURN(const std::int64_t part, InUnits(rule, key, number, records::kShareDigits));
  const std::int64_t common = std::gcd(part, whole);
  return Ratio{part / common, whole / common};
}

int StageOf(LimitKind kind) {
  switch (kind) {
    case LimitKind::kFreshness: return 0;
    case LimitKind::kQuality: return 1;
    case LimitKind::kBound: return 2;
    case LimitKind::kRepeat: return 3;
    case LimitKind::kCollar: return 4;
    case LimitKind::kRate: return 5;
    default: return 6;
  }
}

Status CompileBound(const LimitSet& set, CompiledLimit& limit) {
  const LimitRule& rule = limit.rule;
  if (rule.min) {
    ASSIGN_OR_RETURN(limit.min, InUnits(rule, "min", *rule.min, limit.digits, Rounding::kUp));
    ASSIGN_OR_RETURN(limit.clamp_min,
                     InUnits(rule, "min", *rule.min, set.decision_digits(), Rounding::kUp));
  }
  if (rule.max) {
    ASSIGN_OR_RETURN(limit.max, InUnits(rule, "max", *rule.max, limit.digits));
    ASSIGN_OR_RETURN(limit.clamp_max, InUnits(rule, "max", *rule.max, set.decision_digits()));
  }
  return Ok();
}

Status CompileCollar(CompiledLimit& limit) {
  const LimitRule& rule = limit.rule;
  if (rule.within_absolute) {
    ASSIGN_OR_RETURN(limit.within, InUnits(rule, "within", *rule.within_absolute, limit.digits));
  }
  if (rule.within_relative) {
    ASSIGN_OR_RETURN(limit.within_share, RatioOf(rule, "within", *rule.within_relative));
  }
  if (rule.collar.constant) {
    ASSIGN_OR_RETURN(limit.constant, InUnits(rule, "collar", *rule.collar.constant, limit.digits));
  }
  if (rule.collar.kind == records::CollarReference::Kind::kMedian) {
    if (rule.collar.decisions == 0) return Unfit(rule, "a median of no decisions");
    limit.median = std::make_shared<MedianRing>(rule.collar.decisions);
  }
  return Ok();
}

Status CompileRate(CompiledLimit& limit) {
  const LimitRule& rule = limit.rule;
  if (rule.rate_count < 1 || rule.rate_period.count() < 1 || rule.burst < 1) {
    return Unfit(rule, "a rate needs a count, a period and a burst above zero");
  }
  // Rounded up: never more than was said.
  limit.shape.interval_ns = (rule.rate_period.count() - 1) / rule.rate_count + 1;
  if (__builtin_mul_overflow(rule.burst - 1, limit.shape.interval_ns, &limit.shape.tolerance_ns) ||
      limit.shape.tolerance_ns > std::numeric_limits<std::int64_t>::max() / 4) {
    return Unfit(rule, "burst is too large for the rate");
  }
  if (__builtin_mul_overflow(rule.rate_count, kRateUnits, &limit.shape.max)) {
    return Unfit(rule, "a rate of so many decisions is none");
  }
  return Ok();
}

Status CompileShare(CompiledLimit& limit) {
  const LimitRule& rule = limit.rule;
  if (!rule.max) return Unfit(rule, "max is missing");
  ASSIGN_OR_RETURN(const Ratio share, RatioOf(rule, "max", *rule.max));
  limit.shape.share_part = share.part;
  limit.shape.share_whole = share.whole;
  ASSIGN_OR_RETURN(limit.shape.max, InUnits(rule, "max", *rule.max, records::kShareDigits));
  limit.shape.after = rule.after;
  return Ok();
}

Status CompileGrowth(CompiledLimit& limit) {
  const LimitRule& rule = limit.rule;
  if (!rule.max) return Unfit(rule, "max is missing");
  ASSIGN_OR_RETURN(const Ratio growth, RatioOf(rule, "max", *rule.max));
  limit.shape.growth_part = growth.part;
  limit.shape.growth_whole = growth.whole;
  ASSIGN_OR_RETURN(limit.shape.max, InUnits(rule, "max", *rule.max, records::kShareDigits));
  limit.shape.reference_weeks = rule.reference_weeks;
  if (rule.at_least) {
    ASSIGN_OR_RETURN(limit.shape.at_least, InUnits(rule, "at_least", *rule.at_least, limit.digits));
  }
  return Ok();
}

Status CompileSum(CompiledLimit& limit) {
  const LimitRule& rule = limit.rule;
  if (!rule.max) return Unfit(rule, "max is missing");
  ASSIGN_OR_RETURN(limit.shape.max, InUnits(rule, "max", *rule.max, limit.digits));
  if (rule.weight == records::LimitWeight::kNet && rule.kind == LimitKind::kSum) {
    limit.shape.net = true;
    if (!rule.min) return Unfit(rule, "weight net needs min and max");
    ASSIGN_OR_RETURN(limit.shape.min, InUnits(rule, "min", *rule.min, limit.digits, Rounding::kUp));
  }
  limit.shape.horizon_us =
      std::chrono::duration_cast<std::chrono::microseconds>(rule.horizon).count();
  return Ok();
}

Status CompileKind(const LimitSet& set, CompiledLimit& limit) {
  switch (limit.rule.kind) {
    case LimitKind::kBound: return CompileBound(set, limit);
    case LimitKind::kCollar: return CompileCollar(limit);
    case LimitKind::kRate: return CompileRate(limit);
    case LimitKind::kShare: return CompileShare(limit);
    case LimitKind::kGrowth: return CompileGrowth(limit);
    case LimitKind::kFreshness: return Ok();
    case LimitKind::kQuality:
      limit.stops = !limit.rule.factor.has_value();
      if (limit.rule.factor) {
        ASSIGN_OR_RETURN(limit.factor, RatioOf(limit.rule, "factor", *limit.rule.factor));
      }
      return Ok();
    default: return CompileSum(limit);
  }
}

Status CompileKeys(const LimitSet::Options& options, CompiledLimit& limit) {
  const auto& hidden = options.contract->privacy.pseudonymise;
  for (const std::string& name : limit.rule.per) {
    const auto place = options.inputs->Find(name);
    if (!place) return Unfit(limit.rule, fmt::format("per: '{}' is not an input", name));
    const bool pseudonymised = std::ranges::find(hidden, name) != hidden.end();
    if (pseudonymised && options.pseudonymiser == nullptr) {
      return Unfit(limit.rule, fmt::format("per: '{}' is pseudonymised and there is no key", name));
    }
    limit.keys.push_back({*place, name, pseudonymised});
  }
  if (limit.rule.age_input.empty()) return Ok();
  limit.age_column = options.inputs->Find(limit.rule.age_input);
  const bool fits =
      limit.age_column && options.inputs->field(*limit.age_column).type == data::Type::kTimestamp;
  return fits ? Ok() : Status(Unfit(limit.rule, "the age of a row is of a timestamp input"));
}

// Counts of decisions are the same everywhere; money is of its currency, the rest are millionths.
std::string UnitOf(const LimitRule& rule, const records::Contract& contract, int digits) {
  constexpr int kMillionths = 6;
  if (rule.kind == LimitKind::kCount || rule.kind == LimitKind::kRate ||
      rule.kind == LimitKind::kShare || rule.kind == LimitKind::kRepeat) {
    return "";
  }
  if (digits == kMillionths) return "millionths";
  const bool result = rule.kind == LimitKind::kDrawdown && !contract.effect.currency.empty();
  return result ? contract.effect.currency : contract.decision.currency;
}

// What the budget of a rule is like, whatever its kind.
Status CompileBudget(const LimitSet& set, CompiledLimit& limit) {
  const LimitRule& rule = limit.rule;
  TermShape& shape = limit.shape;
  shape.kind = rule.kind;
  shape.latch = rule.latch;
  shape.advisory = rule.advisory;
  shape.keys = rule.keys;
  shape.hard = rule.kind == LimitKind::kDrawdown && !rule.worst.empty();
  shape.keyed = !limit.keys.empty() || rule.kind == LimitKind::kRepeat ||
                rule.scope == records::LimitScope::kCaller;
  shape.family = FamilyOf(rule, set.model(), set.version(), limit.unit);
  limit.has_budget = HasBudget(rule.kind) || rule.latch;
  if (!HasBudget(rule.kind)) {
    if (rule.latch) shape.kind = LimitKind::kCount;
    shape.max = std::numeric_limits<std::int64_t>::max();
    return Ok();
  }
  // Exposures have a horizon and rates a burst in a window's place.
  const bool windowless = rule.kind == LimitKind::kRate || rule.kind == LimitKind::kOpenExposure ||
                          rule.window.kind == records::LimitWindow::Kind::kLifetime;
  if (windowless) return Ok();
  auto window = WindowClock::Make(rule.window);
  if (!window.ok()) return Unfit(rule, window.error().message());
  limit.window = std::move(window).value();
  shape.window = limit.window.get();
  return Ok();
}

struct Texts {
  std::string_view key, text;
  std::optional<data::Expression> CompiledLimit::*into;
};

std::string ReferenceText(const LimitRule& rule) {
  const bool of_input =
      rule.kind == LimitKind::kCollar && rule.collar.kind == records::CollarReference::Kind::kInput;
  return of_input ? "`" + rule.collar.input + "`" : std::string();
}

template <typename Each>
Status ForEachText(const LimitRule& rule, Each each) {
  const std::string reference = ReferenceText(rule);
  // A drawdown's quantity is its result, over other columns.
  const std::string quantity = rule.kind == LimitKind::kDrawdown ? std::string() : rule.quantity;
  for (const Texts& one : {Texts{"quantity", quantity, &CompiledLimit::quantity},
                           Texts{"when", rule.when, &CompiledLimit::when},
                           Texts{"worst", rule.worst, &CompiledLimit::worst},
                           Texts{"collar", reference, &CompiledLimit::reference}}) {
    if (one.text.empty()) continue;
    RETURN_IF_ERROR(each(one, fmt::format("limits.{}.{}", rule.name, one.key)));
  }
  return Ok();
}

}  // namespace

std::optional<std::int64_t> Ratio::Of(std::int64_t number) const {
  const __int128 product = static_cast<__int128>(number) * part;
  __int128 floor = product / whole;
  if (product % whole < 0) --floor;
  if (floor > std::numeric_limits<std::int64_t>::max() ||
      floor < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(floor);
}

// The last InForce, and of which controls it was made.
struct LimitSet::Cache {
  std::mutex mutex;
  const LimitControls* of = nullptr;
  std::uint64_t revision = 0;
  std::shared_ptr<const LimitsInForce> in_force;
};

LimitSet::LimitSet() : cache_(std::make_unique<Cache>()) {}
LimitSet::~LimitSet() = default;

Result<std::shared_ptr<const LimitSet>> LimitSet::Compile(const Options& options) {
  CHECK(options.contract != nullptr && options.inputs != nullptr);
  const records::Contract& contract = *options.contract;
  const std::shared_ptr<LimitSet> set(new LimitSet());
  set->model_ = contract.model;
  set->output_ = contract.output.name;
  set->version_ = options.version;
  set->has_amount_ = !contract.decision.amount.empty();
  constexpr int kWithoutCurrency = 2, kOfScore = 6;
  set->decision_digits_ =
      set->has_amount_
          ? records::CurrencyDigits(contract.decision.currency).value_or(kWithoutCurrency)
          : kOfScore;
  set->version_made_ = options.version_made;
  set->reference_made_ = options.reference_made;
  set->pseudonymiser_ = options.pseudonymiser;
  RETURN_IF_ERROR(set->CompileAll(options));
  RETURN_IF_ERROR(set->CompileResults(options));
  set->Order();
  set->rules_ = set->CanonicalRules();
  return std::shared_ptr<const LimitSet>(set);
}

Status LimitSet::CompileAll(const Options& options) {
  const records::Contract& contract = *options.contract;
  ASSIGN_OR_RETURN(columns_, LimitColumns::Make(contract, *options.inputs, decision_digits_));
  for (const LimitRule& rule : contract.limits) {
    RETURN_IF_ERROR(ForEachText(rule, [&](const Texts& one, const std::string& name) {
      return columns_->Use(one.text, name);
    }));
  }
  RETURN_IF_ERROR(columns_->Seal());
  for (const LimitRule& rule : contract.limits) {
    CompiledLimit limit;
    limit.rule = rule;
    limit.place = static_cast<std::uint16_t>(limits_.size());
    limit.digits = DigitsOf(rule, contract);
    limit.unit = UnitOf(rule, contract, limit.digits);
    RETURN_IF_ERROR(ForEachText(rule, [&](const Texts& one, const std::string& name) -> Status {
      ASSIGN_OR_RETURN(limit.*one.into, columns_->Compile(one.text, name));
      return Ok();
    }));
    RETURN_IF_ERROR(CompileKeys(options, limit));
    RETURN_IF_ERROR(CompileBudget(*this, limit));
    RETURN_IF_ERROR(CompileKind(*this, limit));
    limits_.push_back(std::move(limit));
  }
  return Ok();
}

Status LimitSet::CompileResults(const Options& options) {
  const records::Contract& contract = *options.contract;
  const auto text_of = [&](const LimitRule& rule) -> const std::string& {
    return rule.quantity.empty() ? contract.effect.value : rule.quantity;
  };
  const auto of_results = [](const CompiledLimit& limit) {
    return limit.rule.kind == LimitKind::kDrawdown;
  };
  if (!contract.outcome || std::ranges::none_of(limits_, of_results)) return Ok();
  ASSIGN_OR_RETURN(auto columns,
                   LimitColumns::MakeOfResults(contract, *options.inputs, decision_digits_));
  for (const CompiledLimit& limit : limits_) {
    const std::string& text = text_of(limit.rule);
    if (!of_results(limit) || text.empty()) continue;
    RETURN_IF_ERROR(columns->Use(text, fmt::format("limits.{}.result", limit.rule.name)));
  }
  RETURN_IF_ERROR(columns->Seal());
  for (CompiledLimit& limit : limits_) {
    const std::string& text = text_of(limit.rule);
    if (!of_results(limit) || text.empty()) continue;
    ASSIGN_OR_RETURN(limit.result,
                     columns->Compile(text, fmt::format("limits.{}.result", limit.rule.name)));
  }
  result_columns_ = std::move(columns);
  using Task = records::OutputRule::Task;
  const bool binary = contract.output.task == Task::kBinary;
  result_source_ = {contract.outcome->name, binary ? contract.output.positive : std::string()};
  return Ok();
}

bool LimitSet::Reads(const data::Schema& recorded) const {
  const auto key_fits = [&](const KeyColumn& key) {
    return key.place < recorded.size() && recorded.field(key.place).name == key.name;
  };
  for (const CompiledLimit& limit : limits_) {
    if (!std::ranges::all_of(limit.keys, key_fits)) return false;
  }
  const bool results = result_columns_ == nullptr || result_columns_->Fits(recorded);
  return results && columns_->Fits(recorded);
}

void LimitSet::Order() {
  std::ranges::stable_sort(limits_, {},
                           [](const CompiledLimit& limit) { return StageOf(limit.rule.kind); });
  order_.resize(limits_.size());
  for (std::size_t i = 0; i < limits_.size(); ++i) order_[limits_[i].place] = i;
}

records::LimitStateId LimitSet::StateOf(const CompiledLimit& limit, const LimitCandidate& candidate,
                                        const std::int64_t* decision) const {
  const bool other = limit.rule.scope == records::LimitScope::kVersion &&
                     candidate.version != version_ && candidate.version != 0;
  const records::LimitStateId family =
      other ? FamilyOf(limit.rule, model_, candidate.version, limit.unit) : limit.shape.family;
  if (!limit.divided()) return family;
  const bool by_caller = limit.rule.scope == records::LimitScope::kCaller;
  return serving::StateOf({.family = family,
                           .caller = by_caller ? &candidate.caller : nullptr,
                           .columns = limit.keys,
                           .inputs = candidate.inputs,
                           .row = candidate.row,
                           .decision = decision,
                           .pseudonymiser = candidate.recorded ? nullptr : pseudonymiser_});
}

std::string LimitSet::CanonicalRules() const {
  Canonical text;
  text.Add("mooring limit set 1").Add(model_).Add(static_cast<std::int64_t>(limits_.size()));
  for (const CompiledLimit& limit : limits_) {
    const LimitRule& rule = limit.rule;
    const TermShape& shape = limit.shape;
    const records::LimitStateId budget = FamilyOf(rule, model_, 0, limit.unit);
    text.Add(rule.name).Add(static_cast<std::int64_t>(budget.high));
    text.Add(static_cast<std::int64_t>(budget.low)).Add(limit.digits);
    text.Add(LimitActionName(rule.then)).Add(rule.latch).Add(rule.advisory);
    for (const auto& bound : {limit.min, limit.max, limit.constant}) {
      text.Add(bound.has_value()).Add(bound.value_or(0));
    }
    text.Add(limit.within).Add(limit.within_share.part).Add(limit.within_share.whole);
    text.Add(static_cast<std::int64_t>(rule.collar.kind)).Add(rule.collar.input);
    text.Add(std::int64_t{rule.collar.decisions}).Add(limit.factor.part).Add(limit.factor.whole);
    text.Add(limit.stops).Add(shape.min).Add(shape.max).Add(shape.share_part);
    text.Add(shape.share_whole).Add(shape.after).Add(shape.interval_ns).Add(shape.tolerance_ns);
    text.Add(shape.growth_part).Add(shape.growth_whole).Add(shape.at_least);
    text.Add(std::int64_t{shape.reference_weeks}).Add(shape.horizon_us);
    text.Add(static_cast<std::int64_t>(shape.keys)).Add(rule.age_input);
    for (const auto age : {rule.model_age, rule.outcome_age, rule.reference_age, rule.input_age}) {
      text.Add(age.count());
    }
    text.Add(static_cast<std::int64_t>(rule.verdicts.size()));
    for (const std::string& verdict : rule.verdicts) text.Add(verdict);
  }
  return text.bytes();
}

std::shared_ptr<const LimitsInForce> LimitSet::InForce(const LimitControls& controls) const {
  const std::lock_guard lock(cache_->mutex);
  if (cache_->in_force != nullptr && cache_->of == &controls &&
      cache_->revision == controls.revision) {
    return cache_->in_force;
  }
  auto made = std::make_shared<LimitsInForce>();
  Canonical text;
  text.Add(rules_);
  for (const CompiledLimit& limit : limits_) {
    LimitsInForce::One& one = made->limits.emplace_back();
    const auto found = controls.limits.find(model_ + "/" + limit.rule.name);
    if (found != controls.limits.end()) {
      one = {found->second.max, found->second.released_at, found->second.ramp};
    }
    text.Add(one.max.has_value()).Add(one.max.value_or(0)).Add(one.released_at);
    text.Add(static_cast<std::int64_t>(one.ramp.size()));
    for (const auto& step : one.ramp) text.Add(step.from).Add(step.part).Add(step.whole);
  }
  const auto watched = controls.watch.find(model_);
  if (watched != controls.watch.end()) made->watch = watched->second;
  for (const auto& standing : made->watch.standing) {
    text.Add(standing.verdict).Add(std::int64_t{standing.version});
  }
  const Digest digest = Sha256Of(std::as_bytes(std::span(text.bytes())));
  made->hash.assign(reinterpret_cast<const char*>(digest.data()), digest.size());
  cache_->of = &controls;
  cache_->revision = controls.revision;
  cache_->in_force = std::move(made);
  return cache_->in_force;
}

}  // namespace mooring::serving
