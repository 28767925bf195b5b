// The rows of ContractKeys that say what answers when the model may not.
#include <array>
#include <deque>
#include <string>
#include <utility>

#include "records/contract/key_parts.h"

namespace mooring::records {
namespace {

using enum ValueKind;
using Kind = FallbackStep::Kind;

constexpr double kTenYears = 3653 * 86400.0;
constexpr std::string_view kChain = "fallback", kOtherwise = "otherwise";

// Steps gather in `fallback`; a chain by cause is taken from there at its end.
void SetStep(Contract& c, const Value& v) {
  constexpr std::array kWords = {Kind::kPrevious, Kind::kChampion, Kind::kDeny};
  FallbackStep& step = c.fallback.emplace_back();
  if (v.is_map) {
    step.kind = Kind::kConstant;  // unless the keys say otherwise
  } else {
    step.kind = kWords[static_cast<std::size_t>(v.integer)];
  }
}

void SetConstant(Contract& c, const Value& v) { c.fallback.back().constant = v.number; }

void SetReview(Contract& c, const Value&) { c.fallback.back().kind = Kind::kReview; }

void SetRules(Contract& c, const Value&) { c.fallback.back().kind = Kind::kRules; }

void SetLine(Contract& c, const Value&) { c.fallback.back().lines.emplace_back(); }

void SetChain(Contract& c, const Value& v) {
  std::vector<FallbackStep> steps = std::exchange(c.fallback, {});
  // The chain of all other causes waits in the unnamed place until the map's end: SettleLimits.
  const auto cause = FallbackCauseOf(v.text);
  const auto place = cause ? *cause : kFallbackOtherwise;
  c.fallback_by_cause[place] = std::move(steps);
}

std::string CheckChain(const Value& v) {
  if (!FallbackCauseOf(v.text) && v.text != kOtherwise) {
    return "is no cause: one of killed, exhausted, quality, invalid, unavailable, otherwise";
  }
  return CheckNotEmpty(v);
}

#define SET(statement) [](Contract& c, const Value& v) { statement; }

// Of one step, below the chain's own path.
constexpr auto kStep = std::to_array<ContractKey>({
    {.path = "[]",
     .value = {.kind = kChoice, .choices = "previous|champion|deny"},
     .meaning = "The previous version, the champion, a value of the keys below, a person, or no "
                "decision.",
     .set = SetStep},
    {.path = "[].constant", .value = {kNumber}, .meaning = "A fixed amount.", .set = SetConstant},
    {.path = "[].rules",
     .value = {.kind = kMap, .list = true},
     .meaning = "A table: the first line that holds gives the amount.",
     .set = SetRules,
     .check = CheckNotEmpty},
    {.path = "[].rules[]", .value = {kMap}, .meaning = "One line.", .set = SetLine},
    {.path = "[].rules[].when",
     .value = {kExpression},
     .meaning = "A condition over inputs; without it the line always holds.",
     .set = SET(c.fallback.back().lines.back().when = v.text)},
    {.path = "[].rules[].value",
     .value = {kNumber},
     .meaning = "The amount.",
     .required = true,
     .set = SET(c.fallback.back().lines.back().value = v.number)},
    {.path = "[].consumes",
     .value = {.kind = kChoice, .choices = "budget|nothing"},
     .default_text = "budget",
     .meaning = "Whether a fixed amount spends the budgets of limits.",
     .set = SET(c.fallback.back().consumes_nothing = v.integer == 1)},
    {.path = "[].review", .value = {kMap}, .meaning = "A person decides.", .set = SetReview},
    {.path = "[].review.deadline",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "How long is waited for one.",
     .required = true,
     .set = SET(c.fallback.back().deadline = v.seconds)},
    {.path = "[].review.default",
     .value = {.kind = kChoice, .choices = "deny"},
     .default_text = "deny",
     .meaning = "What holds after the deadline: deny, or `{constant: 45}`."},
    {.path = "[].review.default.constant",
     .value = {kNumber},
     .meaning = "A fixed amount.",
     .required = true,
     .set = SET(c.fallback.back().at_deadline = v.number)},
});

#undef SET

}  // namespace

std::span<const ContractKey> FallbackKeys() {
  static std::deque<std::string> paths;  // what the rows of chains by cause are called
  static const std::vector<ContractKey> keys = [] {
    std::vector<ContractKey> all;
    for (const bool by_cause : {false, true}) {
      const std::string chain = std::string(kChain) + (by_cause ? ".*" : "");
      const auto add = [&](ContractKey key) {
        key.path = paths.emplace_back(chain + std::string(key.path));
        all.push_back(key);
      };
      add({.path = "",
           .value = {.kind = kChoice, .list = true, .choices = "previous|champion|deny"},
           .default_text = by_cause ? "" : "[deny]",
           .meaning = by_cause ? "A chain for one cause: killed, exhausted, quality, invalid, "
                                 "unavailable; otherwise for all others."
                               : "What answers when the model may not: tried in order, or a map of "
                                 "such lists by cause.",
           .set = by_cause ? SetChain : nullptr,
           .check = by_cause ? CheckChain : CheckNotEmpty});
      for (const ContractKey& key : kStep) add(key);
    }
    return all;
  }();
  return keys;
}

}  // namespace mooring::records
