#include "records/contract/limit_rule.h"

#include <array>

#include "base/check.h"
#include "records/contract/contract.h"
#include "records/contract/currency.h"

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, 12> kKinds = {
    "bound",         "collar",   "sum",    "count",  "rate",      "share",
    "open_exposure", "drawdown", "repeat", "growth", "freshness", "quality"};
constexpr std::array<std::string_view, 4> kActions = {"clamp", "fallback", "review", "deny"};
constexpr std::array<std::string_view, 4> kScopes = {"all", "model", "version", "caller"};
constexpr std::array<std::string_view, 4> kWeights = {"gross", "positive", "negative", "net"};

template <std::size_t N, typename Word>
std::string_view NameIn(const std::array<std::string_view, N>& names, Word word) {
  const auto at = static_cast<std::size_t>(word);
  CHECK(at < N);
  return names[at];
}

// The score is no money, even where the decision that is made of it is.
bool IsScoreAlone(const LimitRule& rule, const Contract& contract) {
  if (rule.quantity.empty()) return contract.decision.amount.empty();
  return rule.quantity == "score" || rule.quantity == contract.output.name;
}

}  // namespace

std::string_view LimitKindName(LimitKind kind) { return NameIn(kKinds, kind); }
std::string_view LimitActionName(LimitAction action) { return NameIn(kActions, action); }
std::string_view LimitScopeName(LimitScope scope) { return NameIn(kScopes, scope); }
std::string_view LimitWeightName(LimitWeight weight) { return NameIn(kWeights, weight); }

bool HasBudget(LimitKind kind) {
  switch (kind) {
    case LimitKind::kBound:
    case LimitKind::kCollar:
    case LimitKind::kFreshness:
    case LimitKind::kQuality: return false;
    default: return true;
  }
}

bool LatchesByDefault(LimitKind kind) {
  return kind == LimitKind::kSum || kind == LimitKind::kOpenExposure ||
         kind == LimitKind::kDrawdown || kind == LimitKind::kRepeat;
}

int DigitsOf(const LimitRule& rule, const Contract& contract) {
  constexpr int kNotMoney = 6;
  switch (rule.kind) {
    case LimitKind::kCount:
    case LimitKind::kRate:
    case LimitKind::kShare:
    case LimitKind::kRepeat:
    case LimitKind::kFreshness:
    case LimitKind::kQuality: return 0;
    default: break;
  }
  const bool result = rule.kind == LimitKind::kDrawdown && !contract.effect.currency.empty();
  const std::string& currency = result ? contract.effect.currency : contract.decision.currency;
  const bool money =
      rule.money.value_or(rule.kind == LimitKind::kDrawdown || !IsScoreAlone(rule, contract));
  return money ? CurrencyDigits(currency).value_or(kNotMoney) : kNotMoney;
}

}  // namespace mooring::records
