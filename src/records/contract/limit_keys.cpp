// The rows of ContractKeys that say what decisions may never do.
#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "records/contract/key_parts.h"
#include "records/contract/known_zone.h"

namespace mooring::records {
namespace {

using enum ValueKind;

constexpr double kTenYears = 3653 * 86400.0;
constexpr double kMostDecisions = 1e12;

LimitRule& Last(Contract& c) { return c.limits.back(); }
data::Decimal ExactOf(const Value& v) { return ParseExact(v.text)->value; }

void SetLimit(Contract& c, const Value& v) {
  LimitRule& rule = c.limits.emplace_back();
  rule.line = v.place.line;
  rule.column = v.place.column;
}

// A kind whose value is its quantity.
template <LimitKind kKind>
void SetKind(Contract& c, const Value& v) {
  Last(c).kind = kKind;
  Last(c).quantity = v.text;
}

// A kind whose value is the most decisions.
template <LimitKind kKind>
void SetCount(Contract& c, const Value& v) {
  Last(c).kind = kKind;
  Last(c).max = data::Decimal(v.integer);
}

void SetCollar(Contract& c, const Value& v) {
  Last(c).kind = LimitKind::kCollar;
  if (!v.is_map) Last(c).collar.kind = static_cast<CollarReference::Kind>(v.integer);
}

template <CollarReference::Kind kKind>
void SetReference(Contract& c, const Value& v) {
  CollarReference& collar = Last(c).collar;
  collar.kind = kKind;
  if (kKind == CollarReference::Kind::kInput) collar.input = v.text;
  if (kKind == CollarReference::Kind::kConstant) collar.constant = ExactOf(v);
  if (kKind == CollarReference::Kind::kMedian) {
    collar.decisions = static_cast<std::uint32_t>(v.integer);
  }
}

struct Rate {
  std::int64_t count = 0;
  std::chrono::nanoseconds period{0};
};
// "100/s", "6/m", "5/h", "1/d"; a zero count for anything else.
Rate RateOf(std::string_view text) {
  Rate rate;
  const auto slash = text.find('/');
  if (slash == text.npos) return {};
  const auto [end, code] = std::from_chars(text.data(), text.data() + slash, rate.count);
  const std::string_view unit = text.substr(slash + 1);
  const std::int64_t seconds = unit == "s"   ? 1
                               : unit == "m" ? 60
                               : unit == "h" ? 3600
                               : unit == "d" ? 86400
                                             : 0;
  constexpr std::int64_t kMost = 1'000'000'000;
  const bool whole = code == std::errc() && end == text.data() + slash;
  if (!whole || rate.count < 1 || rate.count > kMost || seconds == 0) return {};
  rate.period = std::chrono::seconds(seconds);
  return rate;
}

std::string CheckRate(const Value& v) {
  return RateOf(v.text).count > 0 ? "" : Quoted(v.text) + " is no rate such as 100/s, 6/m or 5/h";
}

void SetRate(Contract& c, const Value& v) {
  const Rate rate = RateOf(v.text);
  Last(c).kind = LimitKind::kRate;
  Last(c).rate_count = rate.count;
  Last(c).rate_period = rate.period;
}

constexpr auto kCalendar = std::to_array<std::pair<std::string_view, LimitWindow::Kind>>(
    {{"day", LimitWindow::Kind::kDay},
     {"week", LimitWindow::Kind::kWeek},
     {"month", LimitWindow::Kind::kMonth},
     {"lifetime", LimitWindow::Kind::kLifetime}});

std::string CheckOver(const Value& v) {
  for (const auto& [word, kind] : kCalendar) {
    if (v.text == word) return {};
  }
  const auto length = ParseDuration(v.text);
  if (!length.ok()) {
    return Quoted(v.text) + " is no window such as 24h, day, week, month or lifetime";
  }
  return length->count() > 0 ? "" : "a window of " + Quoted(v.text) + " holds nothing";
}

void SetOver(Contract& c, const Value& v) {
  LimitWindow& window = Last(c).window;
  for (const auto& [word, kind] : kCalendar) {
    if (v.text == word) window.kind = kind;
  }
  const auto length = ParseDuration(v.text);
  if (length.ok()) window.length = *length;
}

std::string CheckZone(const Value& v) {
  const auto fine = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  };
  const bool named = std::ranges::all_of(v.text, fine) && v.text.size() <= 64 &&
                     !v.text.starts_with('/') && !v.text.ends_with('/') &&
                     v.text.find("//") == v.text.npos;
  if (named && IsKnownZone(v.text)) return "";
  return Quoted(v.text) + " is no time zone such as Europe/Moscow or UTC" +
         (named ? " that this machine knows" : "");
}

void SetWithin(Contract& c, const Value& v) {
  const auto exact = *ParseExact(v.text);
  (exact.percent ? Last(c).within_relative : Last(c).within_absolute) = exact.value;
}

void SetTexts(std::vector<std::string>& into, const Value& v) {
  for (const Value& item : v.items) into.push_back(item.text);
}

#define SET(statement) [](Contract& c, const Value& v) { statement; }

constexpr auto kKinds = std::to_array<ContractKey>({
    {.path = "limits",
     .value = {.kind = kMap, .list = true},
     .meaning =
         "Hard limits that decisions cannot pass; docs/LIMITS.md says exactly what each kind "
         "means."},
    {.path = "limits[]",
     .value = {kMap},
     .meaning = "One limit; one key of it names its kind.",
     .set = SetLimit},
    {.path = "limits[].name",
     .value = {kName},
     .meaning = "How it is called.",
     .required = true,
     .set = SET(Last(c).name = v.text)},
    {.path = "limits[].bound",
     .value = {kExpression},
     .meaning = "Kind: this stays between min and max in each decision.",
     .set = SetKind<LimitKind::kBound>},
    {.path = "limits[].collar",
     .value = {.kind = kChoice, .choices = "champion|previous"},
     .meaning = "Kind: the decision stays near that of the champion, of the previous version, or "
                "near one of the references below.",
     .set = SetCollar},
    {.path = "limits[].collar.input",
     .value = {kColumn},
     .meaning = "An input that holds the reference.",
     .set = SetReference<CollarReference::Kind::kInput>},
    {.path = "limits[].collar.constant",
     .value = {kExact},
     .meaning = "A fixed reference.",
     .set = SetReference<CollarReference::Kind::kConstant>},
    {.path = "limits[].collar.median",
     .value = {.kind = kInteger, .min = 1, .max = 10'000},
     .meaning = "The median of that many last decisions.",
     .set = SetReference<CollarReference::Kind::kMedian>},
    {.path = "limits[].collar.start",
     .value = {kExact},
     .meaning = "The reference until the median has its decisions.",
     .set = SET(Last(c).collar.constant = ExactOf(v))},
    {.path = "limits[].sum",
     .value = {kExpression},
     .meaning = "Kind: this, added up over a window, stays at or below max.",
     .set = SetKind<LimitKind::kSum>},
    {.path = "limits[].count",
     .value = {.kind = kInteger, .min = 1, .max = kMostDecisions},
     .meaning = "Kind: at most so many decisions over a window.",
     .set = SetCount<LimitKind::kCount>},
    {.path = "limits[].rate",
     .value = {kText},
     .meaning = "Kind: decisions at this pace, such as 100/s, 6/m or 5/h.",
     .set = SetRate,
     .check = CheckRate},
    {.path = "limits[].share",
     .value = {kExpression},
     .meaning = "Kind: this condition holds for at most the share `max` of decisions.",
     .set = SetKind<LimitKind::kShare>},
    {.path = "limits[].open_exposure",
     .value = {kExpression},
     .meaning = "Kind: this, added up over decisions whose outcome is not known, stays at or below "
                "max.",
     .set = SetKind<LimitKind::kOpenExposure>},
    {.path = "limits[].drawdown",
     .value = {.kind = kChoice, .choices = "soft|hard"},
     .meaning = "Kind: the realised result (`effect`) does not fall by max; hard counts the worst "
                "that open decisions may cost, soft only what is known.",
     .set = SET(Last(c).kind = LimitKind::kDrawdown; Last(c).drawdown_hard = v.integer == 1)},
    {.path = "limits[].repeat",
     .value = {.kind = kInteger, .min = 1, .max = kMostDecisions},
     .meaning = "Kind: the same decision for the same `per` at most so often over a window.",
     .set = SetCount<LimitKind::kRepeat>},
    {.path = "limits[].growth",
     .value = {kExpression},
     .meaning = "Kind: this, added up over a window, stays at or below max times the mean of the "
                "same window in earlier weeks.",
     .set = SetKind<LimitKind::kGrowth>},
    {.path = "limits[].freshness",
     .value = {kMap},
     .meaning = "Kind: what a decision rests on is not too old.",
     .set = [](Contract& c, const Value&) { Last(c).kind = LimitKind::kFreshness; }},
    {.path = "limits[].freshness.model",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "Greatest age of the version.",
     .set = SET(Last(c).model_age = v.seconds)},
    {.path = "limits[].freshness.outcomes",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "Longest time since outcomes came in.",
     .set = SET(Last(c).outcome_age = v.seconds)},
    {.path = "limits[].freshness.reference",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "Greatest age of the reference that windows are compared with.",
     .set = SET(Last(c).reference_age = v.seconds)},
    {.path = "limits[].freshness.row",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "Greatest age of the row, by the input `column`.",
     .set = SET(Last(c).input_age = v.seconds)},
    {.path = "limits[].freshness.column",
     .value = {kColumn},
     .meaning = "The timestamp input that tells the row's age.",
     .set = SET(Last(c).age_input = v.text)},
    {.path = "limits[].quality",
     .value = {.kind = kChoice, .list = true, .choices = "drift|quality|service_level|stream"},
     .meaning = "Kind: stops, or with a factor makes budgets smaller, while the watch has an alert "
                "of these kinds.",
     .set = SET(Last(c).kind = LimitKind::kQuality; SetTexts(Last(c).verdicts, v)),
     .check = CheckNotEmpty},
});

constexpr auto kRest = std::to_array<ContractKey>({
    {.path = "limits[].of",
     .value = {kExpression},
     .meaning = "Of a collar: what is compared; without it the decision itself.",
     .set = SET(Last(c).quantity = v.text)},
    {.path = "limits[].min",
     .value = {kExact},
     .meaning = "Of a bound and of a sum of weight net: the least.",
     .set = SET(Last(c).min = ExactOf(v))},
    {.path = "limits[].max",
     .value = {kExact},
     .meaning = "The most; of a share such as 20%, of a growth a factor such as 150%.",
     .set = SET(Last(c).max = ExactOf(v))},
    {.path = "limits[].within",
     .value = {.kind = kExact, .min = 0},
     .meaning = "Of a collar: how far from the reference, such as 25% of it, or 100.",
     .set = SetWithin},
    {.path = "limits[].at_least",
     .value = {.kind = kExact, .min = 0},
     .meaning = "Of a collar and of growth: so much is allowed in any case.",
     .set = SET(Last(c).at_least = ExactOf(v))},
    {.path = "limits[].over",
     .value = {kText},
     .meaning = "The window: sliding such as 24h, or day, week, month, lifetime.",
     .set = SetOver,
     .check = CheckOver},
    {.path = "limits[].zone",
     .value = {kText},
     .default_text = "UTC",
     .meaning = "The time zone of day, week and month, such as Europe/Moscow.",
     .set = SET(Last(c).window.zone = v.text),
     .check = CheckZone},
    {.path = "limits[].buckets",
     .value = {.kind = kInteger, .min = 1, .max = 10'000},
     .default_text = "60",
     .meaning = "What a sliding window is counted in; more lose less.",
     .set = SET(Last(c).window.buckets = static_cast<std::uint32_t>(v.integer))},
    {.path = "limits[].weight",
     .value = {.kind = kChoice, .choices = "gross|positive|negative|net"},
     .default_text = "gross",
     .meaning = "What of a quantity counts: its size, only what is above zero, only what is below, "
                "or its sign too.",
     .set = SET(Last(c).weight = static_cast<LimitWeight>(v.integer))},
    {.path = "limits[].burst",
     .value = {.kind = kInteger, .min = 1, .max = 1e9},
     .default_text = "1",
     .meaning = "Of a rate: so many at once.",
     .set = SET(Last(c).burst = v.integer)},
    {.path = "limits[].after",
     .value = {.kind = kInteger, .min = 0, .max = 1e9},
     .default_text = "0",
     .meaning = "Of a share: fewer decisions count as so many.",
     .set = SET(Last(c).after = v.integer)},
    {.path = "limits[].horizon",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "Of an open exposure: older ones are listed for writing off; they count all the "
                "same.",
     .set = SET(Last(c).horizon = v.seconds)},
    {.path = "limits[].worst",
     .value = {kExpression},
     .meaning = "Of a hard drawdown: the worst loss that a decision may bring.",
     .set = SET(Last(c).worst = v.text)},
    {.path = "limits[].weeks",
     .value = {.kind = kInteger, .min = 1, .max = 52},
     .default_text = "4",
     .meaning = "Of growth: so many weeks before.",
     .set = SET(Last(c).reference_weeks = static_cast<std::uint32_t>(v.integer))},
    {.path = "limits[].factor",
     .value = {.kind = kExact, .min = 0, .max = 1},
     .meaning = "Of quality: budgets of the contract times this while it stands; without it "
                "decisions stop.",
     .set = SET(Last(c).factor = ExactOf(v))},
    {.path = "limits[].scope",
     .value = {.kind = kChoice, .choices = "all|model|version|caller"},
     .default_text = "model",
     .meaning = "Who shares one budget: all models that have the same limit, the model, each "
                "version, each caller.",
     .set = SET(Last(c).scope = static_cast<LimitScope>(v.integer))},
    {.path = "limits[].when",
     .value = {kExpression},
     .meaning = "Only decisions for which this holds, or is null.",
     .set = SET(Last(c).when = v.text)},
    {.path = "limits[].per",
     .value = {.kind = kColumn, .list = true},
     .meaning = "Inputs: a budget for each value of theirs.",
     .set = SET(SetTexts(Last(c).per, v)),
     .check = CheckNotEmpty},
    {.path = "limits[].keys",
     .value = {.kind = kInteger, .min = 1, .max = 10'000'000},
     .default_text = "1000000",
     .meaning = "Budgets in use at once with `per`; further keys are denied.",
     .set = SET(Last(c).keys = static_cast<std::size_t>(v.integer))},
    {.path = "limits[].money",
     .value = {kBool},
     .meaning = "Whether the quantity is money of `decision.currency`; it is, unless it is the "
                "score alone.",
     .set = SET(Last(c).money = v.integer != 0)},
    {.path = "limits[].then",
     .value = {.kind = kChoice, .choices = "clamp|fallback|review|deny"},
     .default_text = "fallback",
     .meaning = "What happens to a decision beyond it; clamp only of a bound on the decision.",
     .set = SET(Last(c).then = static_cast<LimitAction>(v.integer))},
    {.path = "limits[].latch",
     .value = {kBool},
     .meaning = "Once hit it stays shut until people release it; true of sum, open_exposure, "
                "drawdown and repeat, else false.",
     .set = SET(Last(c).latch = v.integer != 0)},
    {.path = "limits[].advisory",
     .value = {kBool},
     .default_text = "false",
     .meaning = "Only told, never enforced.",
     .set = SET(Last(c).advisory = v.integer != 0)},
});

#undef SET

}  // namespace

std::span<const ContractKey> LimitKeys() {
  static const std::vector<ContractKey> keys = [] {
    std::vector<ContractKey> all(kKinds.begin(), kKinds.end());
    all.insert(all.end(), kRest.begin(), kRest.end());
    return all;
  }();
  return keys;
}

}  // namespace mooring::records
