#include "records/contract/opened_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace mooring::records {
namespace {

using data::Decimal;

class Comparison {
 public:
  Comparison(const LimitRule& before, const LimitRule& after) : before_(before), after_(after) {}

  // How the limit is opened; "" it is not.
  std::string How() {
    Family();
    Thresholds();
    Ages();
    if (before_.latch && !after_.latch) Say("latches no more");
    if (after_.advisory) Say("becomes advisory");
    if (Strictness(after_.then) < Strictness(before_.then)) {
      Say(fmt::format("answers with {} instead of {}", LimitActionName(after_.then),
                      LimitActionName(before_.then)));
    }
    return std::move(how_);
  }

 private:
  void Say(std::string what) { how_ += (how_.empty() ? "" : ", ") + std::move(what); }

  template <typename T>
  void Same(std::string_view what, const T& before, const T& after) {
    if (!(before == after)) Say(fmt::format("another {}", what));
  }

  void Family() {
    Same("kind", before_.kind, after_.kind);
    Same("scope", before_.scope, after_.scope);
    Same("condition", before_.when, after_.when);
    Same("per", before_.per, after_.per);
    Same("quantity", before_.quantity, after_.quantity);
    Same("unit", before_.money, after_.money);
    Same("weight", before_.weight, after_.weight);
    const LimitWindow &was = before_.window, &is = after_.window;
    const bool same = was.kind == is.kind && was.length == is.length && was.zone == is.zone &&
                      was.buckets == is.buckets;
    if (!same) Say("another window");
    Same("rate", before_.rate_period, after_.rate_period);
    Same("worst case", before_.worst, after_.worst);
    Same("form of drawdown", before_.drawdown_hard, after_.drawdown_hard);
    Same("number of weeks", before_.reference_weeks, after_.reference_weeks);
    Same("column of ages", before_.age_input, after_.age_input);
    Same("horizon", before_.horizon, after_.horizon);
    Reference();
    for (const std::string& verdict : before_.verdicts) {
      if (std::ranges::find(after_.verdicts, verdict) == after_.verdicts.end()) {
        Say("stops no more for " + verdict);
      }
    }
  }

  void Reference() {
    const CollarReference &was = before_.collar, &is = after_.collar;
    const bool same = was.kind == is.kind && was.input == is.input &&
                      was.decisions == is.decisions && Order(was.constant, is.constant) == 0;
    if (!same) Say("another reference");
  }

  void Thresholds() {
    Most("max", before_.max, after_.max);
    Most("within", before_.within_absolute, after_.within_absolute);
    Most("within", before_.within_relative, after_.within_relative);
    if (Order(before_.min, after_.min) > 0 || (before_.min && !after_.min)) Say("min goes down");
    // What is not given allows nothing of its own.
    if (after_.at_least && Order(before_.at_least.value_or(Decimal()), after_.at_least) < 0) {
      Say("at_least goes up");
    }
    // Without a factor it stops.
    if (after_.factor && Order(before_.factor.value_or(Decimal()), after_.factor) < 0) {
      Say("factor goes up");
    }
    if (after_.rate_count > before_.rate_count) Say("rate goes up");
    if (after_.burst > before_.burst) Say("burst goes up");
    if (after_.after > before_.after) Say("after goes up");
    if (after_.keys > before_.keys) Say("keys go up");
  }

  void Most(std::string_view what, const std::optional<Decimal>& was,
            const std::optional<Decimal>& is) {
    if ((was && !is) || (was && Order(was, is) < 0)) Say(fmt::format("{} goes up", what));
  }

  // An age of 0 is not asked for.
  void Ages() {
    const auto longer = [&](std::string_view what, std::chrono::seconds was,
                            std::chrono::seconds is) {
      if (was.count() != 0 && (is.count() == 0 || is > was)) Say(fmt::format("{} goes up", what));
    };
    longer("age of the model", before_.model_age, after_.model_age);
    longer("age of outcomes", before_.outcome_age, after_.outcome_age);
    longer("age of the reference", before_.reference_age, after_.reference_age);
    longer("age of the row", before_.input_age, after_.input_age);
  }

  // Below zero, zero, above zero; nothing is before everything. What cannot be compared differs.
  static int Order(const std::optional<Decimal>& was, const std::optional<Decimal>& is) {
    if (!was || !is) return static_cast<int>(was.has_value()) - static_cast<int>(is.has_value());
    const auto order = was->Compare(*is);
    return order ? *order : -1;
  }

  static int Strictness(LimitAction action) {
    switch (action) {
      case LimitAction::kClamp: return 0;
      case LimitAction::kFallback: return 1;
      case LimitAction::kReview: return 2;
      case LimitAction::kDeny: return 3;
    }
    return 3;
  }

  const LimitRule &before_, &after_;
  std::string how_;
};

}  // namespace

std::vector<OpenedLimit> OpenedLimits(const Contract& before, const Contract& after) {
  std::vector<OpenedLimit> opened;
  const bool other_money = before.decision.currency != after.decision.currency;
  for (const LimitRule& rule : before.limits) {
    if (rule.advisory) continue;
    const auto found = std::ranges::find(after.limits, rule.name, &LimitRule::name);
    if (found == after.limits.end()) {
      opened.push_back({rule.name, "is gone"});
    } else if (std::string how = Comparison(rule, *found).How(); !how.empty()) {
      opened.push_back({rule.name, std::move(how)});
    } else if (other_money) {
      opened.push_back({rule.name, "is of another currency"});
    }
  }
  return opened;
}

}  // namespace mooring::records
