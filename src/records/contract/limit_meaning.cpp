#include "records/contract/limit_meaning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/limits.h"
#include "base/text/nearest.h"
#include "records/contract/currency.h"
#include "records/contract/expressions.h"
#include "records/contract/key_parts.h"
#include "records/contract/value.h"

namespace mooring::records {
namespace {

using data::Decimal;

// The keys of each kind beyond those that all have, as choices are written.
struct KindKeys {
  LimitKind kind;
  std::string_view needs, may;
};
constexpr std::array<KindKeys, 12> kKindKeys = {{
    {LimitKind::kBound, "", "min|max|money"},
    {LimitKind::kCollar, "within", "of|at_least|money"},
    {LimitKind::kSum, "over|max", "min|weight|zone|buckets|money|scope|per|keys"},
    {LimitKind::kCount, "over", "zone|buckets|scope|per|keys"},
    {LimitKind::kRate, "", "burst|scope|per|keys"},
    {LimitKind::kShare, "over|max", "after|zone|buckets|scope|per|keys"},
    {LimitKind::kOpenExposure, "max", "weight|horizon|money|scope|per|keys"},
    {LimitKind::kDrawdown, "max", "over|zone|buckets|worst|money|scope|per|keys"},
    {LimitKind::kRepeat, "over", "zone|buckets|scope|per|keys"},
    {LimitKind::kGrowth, "over|max", "at_least|weeks|weight|zone|buckets|money|scope|per|keys"},
    {LimitKind::kFreshness, "", ""},
    {LimitKind::kQuality, "", "factor"},
}};
constexpr std::string_view kAllKeys =
    "of|min|max|within|at_least|over|zone|buckets|weight|burst|after|horizon|worst|weeks|factor|"
    "scope|per|keys|money";

bool IsZeroOrMore(const Decimal& number) { return *number.Compare(Decimal()) >= 0; }

std::string LimitPath(std::size_t i) { return fmt::format("limits[{}]", i); }

class LimitCheck {
 public:
  LimitCheck(const Contract& contract, std::size_t place, PlacedErrors& errors)
      : contract_(contract),
        rule_(contract.limits[place]),
        path_(LimitPath(place)),
        errors_(errors) {}

  void Run() {
    if (errors_.Failed(path_) || !OneKind()) return;
    Keys();
    Thresholds();
    Window();
    Columns();
    Kind();
    Then();
  }

 private:
  bool Has(std::string_view key) const { return errors_.Has(At(key)); }
  std::string At(std::string_view key) const { return path_ + "." + std::string(key); }
  void Add(std::string_view key, std::string message, std::string help = {}) {
    if (errors_.Failed(At(key))) return;
    errors_.AddAt(key.empty() ? path_ : At(key), std::move(message), std::move(help));
  }

  bool OneKind() {
    std::vector<std::string_view> kinds;
    std::string all;
    for (const KindKeys& keys : kKindKeys) {
      const std::string_view name = LimitKindName(keys.kind);
      if (Has(name)) kinds.push_back(name);
      all += (all.empty() ? "" : ", ") + std::string(name);
    }
    if (kinds.empty()) Add("", "names no kind of limit", "one of " + all);
    if (kinds.size() > 1) {
      Add("", fmt::format("is both a {} and a {}", kinds[0], kinds[1]), "make them two limits");
    }
    // A kind that could not be read would make the other keys look wrong.
    return kinds.size() == 1 && !errors_.FailedUnder(At(kinds[0]));
  }

  void Keys() {
    const KindKeys& own = kKindKeys[static_cast<std::size_t>(rule_.kind)];
    const auto needs = SplitChoices(own.needs), may = SplitChoices(own.may);
    for (const std::string_view key : needs) {
      if (!Has(key)) Add("", fmt::format("'{}' is missing", key));
    }
    for (const std::string_view key : SplitChoices(kAllKeys)) {
      const bool known =
          std::ranges::find(needs, key) != needs.end() || std::ranges::find(may, key) != may.end();
      if (!known && Has(key)) {
        Add(key, fmt::format("does not belong to a limit of kind {}", LimitKindName(rule_.kind)));
      }
    }
    if (Has("keys") && !Has("per") && rule_.kind != LimitKind::kRepeat &&
        rule_.scope != LimitScope::kCaller) {
      Add("keys", "there are no keys", "add 'per: […]'");
    }
  }

  // A threshold in the units of the quantity.
  void Threshold(std::string_view key, const std::optional<Decimal>& number, bool signed_) {
    if (!number) return;
    const int digits = DigitsOf(rule_, contract_), written = number->digits_behind_point();
    if (written > digits) {
      const std::string& currency = contract_.decision.currency;
      const bool money = CurrencyDigits(currency) == digits;
      Add(key, money ? fmt::format("has {} digits behind the point, {} has {}", written, currency,
                                   digits)
                     : fmt::format("has more than {} digits behind the point", digits));
    } else if (!number->InUnitsOf(digits)) {
      Add(key, "does not fit in 64 bits of minor units");
    } else if (!signed_ && !IsZeroOrMore(*number)) {
      Add(key, "is below zero");
    }
  }

  void Thresholds() {
    const bool net = rule_.kind == LimitKind::kSum && rule_.weight == LimitWeight::kNet;
    const bool any_sign = rule_.kind == LimitKind::kBound;
    if (rule_.kind == LimitKind::kShare || rule_.kind == LimitKind::kGrowth) {
      Fraction();
    } else if (rule_.kind != LimitKind::kCount && rule_.kind != LimitKind::kRepeat) {
      Threshold("max", rule_.max, any_sign);
      Threshold("min", rule_.min, any_sign || net);
    }
    if (rule_.kind != LimitKind::kGrowth) {
      Threshold("within", rule_.within_absolute, false);
    }
    Threshold("at_least", rule_.at_least, false);
    const auto& constant = rule_.collar.constant;
    Threshold(Has("collar.start") ? "collar.start" : "collar.constant", constant, true);
    if (rule_.min && rule_.max && *rule_.min->Compare(*rule_.max) > 0) {
      Add("max", "is below min");
    }
    if (net && !Has("min")) Add("", "'min' is missing", "a net sum stays between min and max");
    if (rule_.kind == LimitKind::kSum && !net && Has("min")) {
      Add("min", "only a sum of weight net has a least");
    }
    if (net && rule_.min && rule_.min->Compare(Decimal()) > 0) {
      Add("min", "is above zero: no first decision could be admitted");
    }
    if (rule_.weight == LimitWeight::kNet && rule_.kind != LimitKind::kSum) {
      Add("weight", "only a sum may be net");
    }
  }

  void Fraction() {
    constexpr int kDigits = 9;
    if (!rule_.max) return;
    const bool share = rule_.kind == LimitKind::kShare;
    if (rule_.max->digits_behind_point() > kDigits) {
      Add("max", "has more than 9 digits behind the point");
    } else if (*rule_.max->Compare(Decimal()) <= 0) {
      Add("max", share ? "allows nothing" : "is not above zero");
    } else if (share && *rule_.max->Compare(Decimal(1)) > 0) {
      Add("max", "is above 100%");
    }
  }

  void Window() {
    using Kind = LimitWindow::Kind;
    const Kind kind = rule_.window.kind;
    const bool calendar = kind == Kind::kDay || kind == Kind::kWeek || kind == Kind::kMonth;
    if (errors_.Failed(At("over"))) return;
    if (Has("zone") && !calendar) Add("zone", "only day, week and month have a time zone");
    if (Has("buckets") && (kind != Kind::kSliding || !Has("over"))) {
      Add("buckets", "only a sliding window such as 24h has buckets");
    }
    if (rule_.kind == LimitKind::kGrowth && kind == Kind::kLifetime) {
      Add("over", "a lifetime has no earlier weeks", "use day or a window such as 6h");
    }
  }

  const InputRule* Input(std::string_view key, const std::string& name) {
    const InputRule* input = contract_.FindInput(name);
    if (input != nullptr) return input;
    std::vector<std::string_view> known;
    for (const InputRule& one : contract_.inputs) known.push_back(one.name);
    const std::size_t most = std::min<std::size_t>(known.size(), 256);
    Add(key, Quoted(name) + " is not an input", DidYouMean(name, std::span(known).first(most)));
    return nullptr;
  }

  void Columns() {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < rule_.per.size(); ++i) {
      const std::string key = fmt::format("per[{}]", i);
      Input(key, rule_.per[i]);
      if (!seen.insert(rule_.per[i]).second) Add(key, Quoted(rule_.per[i]) + " stands twice");
    }
    if (!rule_.age_input.empty()) {
      const InputRule* input = Input("freshness.column", rule_.age_input);
      if (input != nullptr && input->type != data::Type::kTimestamp) {
        Add("freshness.column", Quoted(input->name) + " is no timestamp");
      }
    }
    if (!rule_.collar.input.empty()) {
      const InputRule* input = Input("collar.input", rule_.collar.input);
      if (input != nullptr && !data::IsNumeric(input->type)) {
        Add("collar.input", Quoted(input->name) + " is no number");
      }
    }
  }

  void Kind() {
    switch (rule_.kind) {
      case LimitKind::kBound:
        if (!Has("min") && !Has("max")) Add("", "bounds nothing", "give min, max or both");
        return;
      case LimitKind::kCollar: return Collar();
      case LimitKind::kOpenExposure:
        if (!contract_.outcome) {
          Add("open_exposure", "nothing would ever close a decision", "add 'outcome: {name: …}'");
        }
        return;
      case LimitKind::kDrawdown: return Drawdown();
      case LimitKind::kFreshness:
        if (Has("freshness.row") != Has("freshness.column")) {
          Add("freshness", "row and column go together");
        }
        if (!Has("freshness.model") && !Has("freshness.outcomes") && !Has("freshness.reference") &&
            !Has("freshness.row")) {
          Add("freshness", "asks for no age");
        }
        return;
      case LimitKind::kQuality:
        if (rule_.factor && rule_.latch) Add("latch", "a factor does not latch");
        return;
      default: return;
    }
  }

  void Collar() {
    using Kind = CollarReference::Kind;
    const auto written = std::array{"input", "constant", "median"};
    const auto references = std::ranges::count_if(
        written, [&](std::string_view key) { return Has("collar." + std::string(key)); });
    const bool of_version = !Has("collar.start") && references == 0;
    const bool map =
        of_version && rule_.collar.kind != Kind::kChampion && rule_.collar.kind != Kind::kPrevious;
    if (references > 1 || map) Add("collar", "has more than one reference");
    if (references == 0 && Has("collar.start")) Add("collar", "has no reference");
    if (Has("collar.median") != Has("collar.start")) {
      Add("collar", "median and start go together",
          "start is the reference until there are enough decisions");
    }
    if (of_version && Has("of")) {
      Add("of", "the decision of another version is compared with the decision itself");
    }
  }

  void Drawdown() {
    const bool effect = !contract_.effect.value.empty();
    if (!effect) Add("drawdown", "needs the result of a decision", "add 'effect: {value: …}'");
    if (!contract_.outcome) {
      Add("drawdown", "no result would ever be known", "add 'outcome: {name: …}'");
    }
    // Results are read from the journal, where the values themselves are not.
    for (const std::string& hidden : contract_.privacy.pseudonymise) {
      if (!contract_.effect.value.empty() && Names(contract_.effect.value, hidden)) {
        Add("drawdown", "the effect is of " + Quoted(hidden) + ", which is pseudonymised");
      }
      if (Names(rule_.when, hidden)) {
        Add("when", Quoted(hidden) + " is pseudonymised, and results are told from the journal");
      }
    }
    if (hard() != Has("worst")) {
      Add("drawdown", hard() ? "hard needs 'worst'" : "soft knows no worst",
          hard() ? "an expression: what a decision may cost at most" : "write 'drawdown: hard'");
    }
  }
  bool hard() const { return rule_.drawdown_hard; }

  void Then() {
    if (rule_.then != LimitAction::kClamp) return;
    if (rule_.kind != LimitKind::kBound) {
      Add("then", "only a bound can clamp", "fallback, review or deny");
    } else if (!rule_.quantity.empty()) {
      const bool amount = !contract_.decision.amount.empty();
      Add("then", "only the decision itself can be clamped",
          amount ? "bound: amount" : "bound: score");
    } else if (rule_.latch) {
      Add("latch", "what is clamped is not stopped");
    }
  }

  const Contract& contract_;
  const LimitRule& rule_;
  std::string path_;
  PlacedErrors& errors_;
};

class ChainCheck {
 public:
  ChainCheck(const Contract& contract, std::string path, PlacedErrors& errors)
      : contract_(contract), path_(std::move(path)), errors_(errors) {}

  void Run(const std::vector<FallbackStep>& chain) {
    using Kind = FallbackStep::Kind;
    std::set<Kind> versions;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const FallbackStep& step = chain[i];
      const std::string at = fmt::format("{}[{}]", path_, i);
      const bool closing = step.kind == Kind::kDeny && i > 0 && chain[i - 1].kind != Kind::kDeny;
      if (i > 0 && AlwaysAnswers(chain[i - 1]) && !closing) {
        errors_.AddAt(at, "is never reached", "the step before always answers");
        return;
      }
      const bool version = step.kind == Kind::kPrevious || step.kind == Kind::kChampion;
      if (version && !versions.insert(step.kind).second) {
        errors_.AddAt(at, fmt::format("{} stands twice",
                                      step.kind == Kind::kPrevious ? "previous" : "champion"));
      }
      Step(step, at);
    }
  }

 private:
  static bool AlwaysAnswers(const FallbackStep& step) {
    using Kind = FallbackStep::Kind;
    const bool fixed =
        step.kind == Kind::kConstant ||
        (step.kind == Kind::kRules && !step.lines.empty() && step.lines.back().when.empty());
    return step.kind == Kind::kDeny || step.kind == Kind::kReview ||
           (fixed && step.consumes_nothing);
  }

  void Step(const FallbackStep& step, const std::string& at) {
    const auto has = [&](std::string_view key) { return errors_.Has(at + "." + std::string(key)); };
    const bool map = step.kind != FallbackStep::Kind::kPrevious &&
                     step.kind != FallbackStep::Kind::kChampion &&
                     step.kind != FallbackStep::Kind::kDeny;
    if (!map) return;
    const int kinds = has("constant") + has("rules") + has("review");
    if (kinds != 1) {
      errors_.AddAt(at, kinds == 0 ? "names no step" : "names more than one step",
                    "one of constant, rules, review");
    }
    if (has("consumes") && has("review")) {
      errors_.AddAt(at + ".consumes", "a person's decision is none of ours");
    }
    Value(step.constant, has("constant"), at + ".constant");
    if (step.at_deadline) Value(*step.at_deadline, true, at + ".review.default.constant");
    for (std::size_t i = 0; i < step.lines.size(); ++i) {
      const std::string line = fmt::format("{}.rules[{}]", at, i);
      Value(step.lines[i].value, true, line + ".value");
      if (i > 0 && step.lines[i - 1].when.empty()) {
        errors_.AddAt(line, "is never reached", "the line before always holds");
      }
    }
  }

  void Value(double value, bool given, const std::string& at) {
    if (!given || errors_.Failed(at)) return;
    const DecisionRule& rule = contract_.decision;
    if ((rule.min && value < *rule.min) || (rule.max && value > *rule.max)) {
      errors_.AddAt(at, "is outside decision.bounds");
    }
  }

  const Contract& contract_;
  std::string path_;
  PlacedErrors& errors_;
};

// Entries of the file and rules are the same in number unless one of them is no map at all.
bool AllAreMaps(const Contract& contract, const PlacedErrors& errors) {
  return !errors.Has(LimitPath(contract.limits.size()));
}

// What would be answered needs no expression.
void SettleQuantity(LimitRule& rule, const Contract& contract) {
  const bool amount = !contract.decision.amount.empty();
  const auto is_input = [&](std::string_view name) { return contract.FindInput(name) != nullptr; };
  const std::string& name = contract.output.name;
  if (rule.quantity.empty() || is_input(rule.quantity)) return;
  if (amount) {
    if (rule.quantity == "amount" && name != "amount") rule.quantity.clear();
    return;
  }
  const bool of_answer = rule.kind == LimitKind::kBound || rule.kind == LimitKind::kCollar;
  if (rule.quantity == "score" && (name != "score" || of_answer)) rule.quantity.clear();
  if (rule.quantity == name && of_answer) rule.quantity.clear();
}

}  // namespace

void SettleLimits(Contract& contract, const PlacedErrors& errors) {
  const auto otherwise = contract.fallback_by_cause.find(kFallbackOtherwise);
  if (otherwise != contract.fallback_by_cause.end()) {
    contract.fallback = std::move(otherwise->second);
    contract.fallback_by_cause.erase(otherwise);
  }
  if (!AllAreMaps(contract, errors)) return;
  for (std::size_t i = 0; i < contract.limits.size(); ++i) {
    LimitRule& rule = contract.limits[i];
    if (!errors.Has(LimitPath(i) + ".latch")) rule.latch = LatchesByDefault(rule.kind);
    if (rule.kind == LimitKind::kDrawdown && !errors.Has(LimitPath(i) + ".over")) {
      rule.window.kind = LimitWindow::Kind::kLifetime;
    }
    if (rule.kind == LimitKind::kCollar)
      rule.within_absolute = rule.within_relative ? rule.at_least : rule.within_absolute;
    SettleQuantity(rule, contract);
  }
}

void CheckLimits(const Contract& contract, PlacedErrors& errors) {
  if (!AllAreMaps(contract, errors)) return;
  if (contract.limits.size() > limits::kLimits) {
    errors.AddAt("limits", fmt::format("{} are too many", contract.limits.size()),
                 fmt::format("at most {}", limits::kLimits));
    return;
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < contract.limits.size(); ++i) {
    const std::string& name = contract.limits[i].name;
    if (!name.empty() && !names.insert(name).second) {
      errors.AddAt(LimitPath(i) + ".name", Quoted(name) + " is taken");
    }
    LimitCheck(contract, i, errors).Run();
  }
}

void CheckFallback(const Contract& contract, PlacedErrors& errors) {
  // Steps of a chain that could not be read stand elsewhere.
  if (errors.FailedUnder("fallback")) return;
  const bool by_cause = errors.Has("fallback.otherwise");
  ChainCheck(contract, by_cause ? "fallback.otherwise" : "fallback", errors).Run(contract.fallback);
  for (const auto& [cause, chain] : contract.fallback_by_cause) {
    ChainCheck(contract, fmt::format("fallback.{}", FallbackCauseName(cause)), errors).Run(chain);
  }
}

}  // namespace mooring::records
