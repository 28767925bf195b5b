// The rows of ContractKeys, in the order of the reference page.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "records/contract/key_parts.h"

namespace mooring::records {
namespace {

using enum ValueKind;

constexpr double kDay = 86400, kTenYears = 3653 * kDay;
constexpr std::string_view kBreach = "reject|default|flag";

OnBreach BreachOf(const Value& v) { return static_cast<OnBreach>(v.integer); }

std::string CheckPair(const Value& v) {
  if (v.items.size() != 2) return "needs exactly two numbers: [least, most]";
  if (v.items[0].number > v.items[1].number) return "the least is above the most";
  return {};
}

std::string CheckWholeHours(const Value& v) {
  return v.seconds.count() % 3600 == 0 ? "" : "must be whole hours";
}

std::string CheckRetrainTrigger(const Value& v) {
  if (v.text == "drift" || v.text == "quality") return {};
  const bool period = v.text.starts_with("every ");
  if (period && ParseDuration(std::string_view(v.text).substr(6)).ok()) return {};
  return Quoted(v.text) + " is not drift, quality or \"every 7d\"";
}

std::vector<std::string> TextsOf(const Value& v) {
  std::vector<std::string> texts;
  for (const Value& item : v.items) texts.push_back(item.text);
  return texts;
}

void SetDefault(Contract& c, const Value& v) {
  auto& target = c.inputs.back().default_value;
  if (v.is_number)
    target = v.number;
  else
    target = v.text;
}

void SetBounds(Contract& c, const Value& v) {
  c.decision.min = v.items[0].number;
  c.decision.max = v.items[1].number;
}

#define SET(statement) [](Contract& c, const Value& v) { statement; }

constexpr auto kBeforeMonitor = std::to_array<ContractKey>({
    {.path = "model",
     .value = {kName},
     .meaning = "The model that this contract is for.",
     .required = true,
     .set = SET(c.model = v.text)},
    {.path = "purpose",
     .value = {kText},
     .meaning = "What its decisions are for, in one sentence.",
     .set = SET(c.purpose = v.text)},

    {.path = "owner",
     .value = {kMap},
     .meaning = "Who answers for it: a team, a person or both. "
                "Nothing serves without one.",
     .required = true},
    {.path = "owner.team",
     .value = {kText},
     .meaning = "A team's name.",
     .set = SET(c.owner.team = v.text)},
    {.path = "owner.person",
     .value = {kEmail},
     .meaning = "A person's address.",
     .set = SET(c.owner.person = v.text)},
    {.path = "owner.escalation",
     .value = {kText},
     .meaning = "Where to go when they do not answer.",
     .set = SET(c.owner.escalation = v.text)},

    {.path = "sla",
     .value = {kMap},
     .meaning = "What callers are promised; the watch tells when the error budget burns."},
    {.path = "sla.latency_p95_ms",
     .value = {.kind = kInteger, .min = 1, .max = 600'000},
     .meaning = "95 of 100 answers take at most this long.",
     .set = SET(c.latency_p95_ms = static_cast<std::uint32_t>(v.integer))},
    {.path = "sla.availability_pct",
     .value = {.kind = kNumber, .min = 0, .max = 100},
     .meaning = "Share of requests that get an answer, in percent.",
     .set = SET(c.availability_pct = v.number)},

    {.path = "inputs",
     .value = {kMap},
     .meaning = "The columns of a request, by name, in order.",
     .required = true},
    {.path = "inputs.*",
     .value = {kMap},
     .meaning = "One column; `age: float32` is short for "
                "`age: {type: float32}`.",
     .shorthand = "type",
     .set = SET(c.inputs.emplace_back().name = v.text)},
    {.path = "inputs.*.type",
     .value = {kType},
     .meaning = "The type of its values.",
     .required = true,
     .set = SET(c.inputs.back().type = static_cast<data::Type>(v.integer))},
    {.path = "inputs.*.min",
     .value = {kNumber},
     .meaning = "Least allowed value; of a timestamp in "
                "seconds since 1970.",
     .set = SET(c.inputs.back().min = v.number)},
    {.path = "inputs.*.max",
     .value = {kNumber},
     .meaning = "Greatest allowed value.",
     .set = SET(c.inputs.back().max = v.number)},
    {.path = "inputs.*.max_length",
     .value = {.kind = kInteger, .min = 1, .max = 8192},
     .meaning = "Most bytes of a text.",
     .set = SET(c.inputs.back().max_length = static_cast<std::size_t>(v.integer))},
    {.path = "inputs.*.pattern",
     .value = {kPattern},
     .meaning = "The whole text must match it.",
     .set = SET(c.inputs.back().pattern = v.text)},
    {.path = "inputs.*.one_of",
     .value = {.kind = kScalar, .list = true},
     .meaning = "All allowed texts. Of a category, in the order of the model's codes: the first "
                "is 0.",
     .set = SET(c.inputs.back().one_of = TextsOf(v)),
     .check = CheckNotEmpty},
    {.path = "inputs.*.from",
     .value = {.kind = kChoice, .choices = "reference"},
     .meaning = "The known categories are those of the version's reference data, and their codes "
                "go by the alphabet, as pandas makes them; another order needs one_of.",
     .set = [](Contract& c, const Value&) { c.inputs.back().from_reference = true; }},
    {.path = "inputs.*.missing",
     .value = {.kind = kChoice, .choices = kBreach},
     .default_text = "reject",
     .meaning = "When the value is absent or null.",
     .set = SET(c.inputs.back().missing = BreachOf(v))},
    {.path = "inputs.*.invalid",
     .value = {.kind = kChoice, .choices = kBreach},
     .default_text = "reject",
     .meaning = "When it breaks min, max, max_length, pattern or one_of.",
     .set = SET(c.inputs.back().invalid = BreachOf(v))},
    {.path = "inputs.*.unseen",
     .value = {.kind = kChoice, .choices = kBreach},
     .default_text = "flag",
     .meaning = "When a category is not a known one.",
     .set = SET(c.inputs.back().unseen = BreachOf(v))},
    {.path = "inputs.*.default",
     .value = {kScalar},
     .meaning = "The value that `default` puts in.",
     .set = SetDefault},

    {.path = "checks",
     .value = {.kind = kMap, .list = true},
     .meaning = "Rules over several columns of a row."},
    {.path = "checks[]",
     .value = {kMap},
     .meaning = "One rule.",
     .set = [](Contract& c, const Value&) { c.checks.emplace_back(); }},
    {.path = "checks[].name",
     .value = {kName},
     .meaning = "How it is called in refusals and metrics.",
     .required = true,
     .set = SET(c.checks.back().name = v.text)},
    {.path = "checks[].expression",
     .value = {kExpression},
     .meaning = "Must hold for every row.",
     .required = true,
     .set = SET(c.checks.back().expression = v.text)},
    {.path = "checks[].invalid",
     .value = {.kind = kChoice, .choices = "reject|flag"},
     .default_text = "reject",
     .meaning = "When it does not.",
     .set = SET(c.checks.back().on_breach = v.integer == 0 ? OnBreach::kReject : OnBreach::kFlag)},

    {.path = "output", .value = {kMap}, .meaning = "The model's answer.", .required = true},
    {.path = "output.name",
     .value = {kColumn},
     .meaning = "The model's output column that is the score.",
     .required = true,
     .set = SET(c.output.name = v.text)},
    {.path = "output.task",
     .value = {.kind = kChoice, .choices = "binary|multiclass|regression"},
     .default_text = "regression",
     .meaning = "What kind of prediction it is.",
     .set = SET(c.output.task = static_cast<OutputRule::Task>(v.integer))},
    {.path = "output.positive",
     .value = {kText},
     .meaning = "The class that the score is the probability "
                "of.",
     .set = SET(c.output.positive = v.text)},
    {.path = "output.min",
     .value = {kNumber},
     .meaning = "A score below it never leaves: the fallback "
                "answers.",
     .set = SET(c.output.min = v.number)},
    {.path = "output.max",
     .value = {kNumber},
     .meaning = "A score above it never leaves.",
     .set = SET(c.output.max = v.number)},

    {.path = "outcome",
     .value = {kMap},
     .meaning = "The truth that comes later.",
     .set = [](Contract& c, const Value&) { c.outcome.emplace(); }},
    {.path = "outcome.name",
     .value = {kColumn},
     .meaning = "Its name in outcome records.",
     .required = true,
     .set = SET(c.outcome->name = v.text)},
    {.path = "outcome.matures_after",
     .value = {kDuration},
     .default_text = "0s",
     .meaning = "How long after the decision it is final.",
     .set = SET(c.outcome->matures_after = v.seconds)},

    {.path = "decision", .value = {kMap}, .meaning = "What is made of the score."},
    {.path = "decision.amount",
     .value = {kExpression},
     .meaning = "Over inputs and the output; without "
                "it the score is the decision.",
     .set = SET(c.decision.amount = v.text)},
    {.path = "decision.currency",
     .value = {kCurrency},
     .meaning = "The amount is money, counted in this "
                "currency's minor unit.",
     .set = SET(c.decision.currency = v.text)},
    {.path = "decision.bounds",
     .value = {.kind = kNumber, .list = true},
     .meaning = "Least and greatest amount; others are clamped to it.",
     .set = SetBounds,
     .check = CheckPair},
});

constexpr auto kBehindMonitor = std::to_array<ContractKey>({
    {.path = "rollout",
     .value = {kMap},
     .meaning = "How a candidate becomes champion.",
     .enforced = false},
    {.path = "rollout.shadow",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "How long it only answers in the shadow."},
    {.path = "rollout.canary",
     .value = {.kind = kNumber, .list = true, .min = 0.01, .max = 100},
     .meaning = "Percent of traffic, step by step, ascending.",
     .check = CheckAscending},
    {.path = "rollout.abort_on",
     .value = {.kind = kChoice, .list = true, .choices = "limits|latency|loss|drift|errors"},
     .meaning = "What sends it back."},

    {.path = "retrain",
     .value = {kMap},
     .meaning = "When and how a new version is trained.",
     .enforced = false},
    {.path = "retrain.pipeline",
     .value = {kText},
     .meaning = "The pipeline's file.",
     .required = true},
    {.path = "retrain.on",
     .value = {.kind = kText, .list = true},
     .meaning = "drift, quality or a "
                "period such as \"every 7d\".",
     .check = CheckNotEmpty},
    {.path = "retrain.on[]",
     .value = {kText},
     .meaning = "One reason.",
     .check = CheckRetrainTrigger},
    {.path = "retrain.cooldown",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "Least time between two trainings."},
    {.path = "retrain.gate", .value = {kMap}, .meaning = "What a candidate must show."},
    {.path = "retrain.gate.primary",
     .value = {.kind = kChoice, .choices = "log_loss|brier|auc|accuracy|f1|rmse|mae|mape"},
     .meaning = "The measure that decides.",
     .required = true},
    {.path = "retrain.gate.margin",
     .value = {.kind = kShare, .min = 0, .max = 1},
     .meaning = "Not worse than the champion by more than this."},

    {.path = "privacy", .value = {kMap}, .meaning = "What is personal and how long it stays."},
    {.path = "privacy.subject",
     .value = {kColumn},
     .meaning = "The input that names the person.",
     .set = SET(c.privacy.subject = v.text)},
    {.path = "privacy.pseudonymise",
     .value = {.kind = kColumn, .list = true},
     .meaning = "Inputs that are "
                "replaced by a keyed hash before anything is written; none with `from: reference`, "
                "as the reference keeps no identifiers.",
     .set = SET(c.privacy.pseudonymise = TextsOf(v)),
     .check = CheckNotEmpty},
    {.path = "privacy.retain",
     .value = {.kind = kDuration, .min = 3600, .max = kTenYears},
     .meaning = "How long decisions are kept, in whole hours.",
     .set = SET(c.privacy.retain = std::chrono::duration_cast<std::chrono::hours>(v.seconds)),
     .check = CheckWholeHours},
    {.path = "privacy.basis",
     .value = {kText},
     .meaning = "The legal basis, for the record.",
     .set = SET(c.privacy.basis = v.text)},
    {.path = "privacy.residency",
     .value = {kText},
     .meaning = "Where the data must stay, for the record.",
     .set = SET(c.privacy.residency = v.text)},

    {.path = "effect", .value = {kMap}, .meaning = "What a decision was worth."},
    {.path = "effect.value",
     .value = {kExpression},
     .meaning = "Over inputs, output and outcome.",
     .required = true,
     .set = SET(c.effect.value = v.text)},
    {.path = "effect.currency",
     .value = {kCurrency},
     .meaning = "The currency of that worth.",
     .set = SET(c.effect.currency = v.text)},
});

#undef SET

}  // namespace

std::span<const ContractKey> ContractKeys() {
  static const std::vector<ContractKey> keys = [] {
    std::vector<ContractKey> all(kBeforeMonitor.begin(), kBeforeMonitor.end());
    for (const auto part : {MonitorKeys(), LimitKeys(), FallbackKeys()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    all.insert(all.end(), kBehindMonitor.begin(), kBehindMonitor.end());
    return all;
  }();
  return keys;
}

}  // namespace mooring::records
