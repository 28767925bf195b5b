// The rows of ContractKeys that say how a model is watched.
#include <array>
#include <string>

#include "base/clock.h"
#include "records/contract/key_parts.h"

namespace mooring::records {
namespace {

using enum ValueKind;

constexpr double kTenYears = 3653 * 86400.0;

std::string CheckTime(const Value& v) {
  return ParseTime(v.text).ok() ? ""
                                : Quoted(v.text) + " is no moment such as 2026-01-31T00:00:00Z";
}

void SetFixedFrom(Contract& c, const Value& v) { c.monitor.reference.from = *ParseTime(v.text); }
void SetFixedTo(Contract& c, const Value& v) { c.monitor.reference.to = *ParseTime(v.text); }

// A list entry that is a map names its column in the key below it.
void SetSlice(Contract& c, const Value& v) {
  c.monitor.slices.push_back({v.is_map ? "" : v.text, {}});
}

void SetSliceCuts(Contract& c, const Value& v) {
  SliceRule& slice = c.monitor.slices.back();
  slice.column = v.text;
  for (const Value& cut : v.items) slice.cuts.push_back(cut.number);
}

void SetSql(Contract& c, const Value& v) {
  BusinessRule& rule = c.monitor.quality.business.back();
  rule.sql = v.text;
  rule.sql_line = v.place.line;
  rule.sql_column = v.place.column;
}

#define SET(statement) [](Contract& c, const Value& v) { statement; }

constexpr auto kKeys = std::to_array<ContractKey>({
    {.path = "monitor", .value = {kMap}, .meaning = "How it is watched."},
    {.path = "monitor.window",
     .value = {kMap},
     .meaning = "When a window closes: at `rows` or after "
                "`every`, whichever is first."},
    {.path = "monitor.window.rows",
     .value = {.kind = kInteger, .min = 1, .max = 1e9},
     .default_text = "1000",
     .meaning = "Decisions of a window.",
     .set = SET(c.monitor.window_rows = static_cast<std::uint32_t>(v.integer))},
    {.path = "monitor.window.every",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .default_text = "1h",
     .meaning = "Longest time of a window.",
     .set = SET(c.monitor.window_every = v.seconds)},
    {.path = "monitor.window.min_rows",
     .value = {.kind = kInteger, .min = 1, .max = 1e9},
     .default_text = "200",
     .meaning = "A window of fewer has the verdict \"not enough data\".",
     .set = SET(c.monitor.window_min_rows = static_cast<std::uint32_t>(v.integer))},
    {.path = "monitor.drift", .value = {kMap}, .meaning = "When a window has drifted."},
    {.path = "monitor.drift.psi",
     .value = {.kind = kNumber, .min = 0, .max = 100},
     .default_text = "0.2",
     .meaning = "A feature has drifted above this population stability index.",
     .set = SET(c.monitor.psi = v.number)},
    {.path = "monitor.drift.share",
     .value = {.kind = kShare, .min = 0, .max = 1},
     .default_text = "0.1",
     .meaning = "A window has drifted when this share of its features has.",
     .set = SET(c.monitor.share = v.number)},
    {.path = "monitor.drift.p_value",
     .value = {.kind = kNumber, .min = 0, .max = 1},
     .default_text = "0.05",
     .meaning = "Level of the significance tests; under policy corrected the rate of false "
                "discoveries among the features.",
     .set = SET(c.monitor.p_value = v.number)},
    {.path = "monitor.drift.policy",
     .value = {.kind = kChoice, .choices = "corrected|psi|p_value"},
     .default_text = "corrected",
     .meaning = "corrected: a feature has drifted when that is significant after correction over "
                "all features, and big. psi and p_value: the plain rules, each by itself.",
     .set = SET(c.monitor.policy = static_cast<DriftPolicy>(v.integer))},
    {.path = "monitor.drift.multivariate",
     .value = {kBool},
     .default_text = "true",
     .meaning = "Watch correlations and all numeric inputs together, too.",
     .set = SET(c.monitor.multivariate = v.integer != 0)},
    {.path = "monitor.reference",
     .value = {.kind = kChoice, .choices = "training|previous|same_hour|fixed"},
     .default_text = "training",
     .meaning = "What windows are held against: the training data, the windows before that had "
                "not drifted, those of the same hour of the week, or the decisions of a period.",
     .set = SET(c.monitor.reference.kind = static_cast<ReferenceKind>(v.integer))},
    {.path = "monitor.fixed", .value = {kMap}, .meaning = "The period of `reference: fixed`."},
    {.path = "monitor.fixed.from",
     .value = {kText},
     .meaning = "Its beginning, such as 2026-01-31T00:00:00Z.",
     .required = true,
     .set = SetFixedFrom,
     .check = CheckTime},
    {.path = "monitor.fixed.to",
     .value = {kText},
     .meaning = "Its end; that moment is outside.",
     .required = true,
     .set = SetFixedTo,
     .check = CheckTime},
    {.path = "monitor.silence",
     .value = {.kind = kDuration, .min = 1, .max = kTenYears},
     .meaning = "A longest time without a decision; beyond it the model counts as cut off.",
     .set = SET(c.monitor.silence = v.seconds)},
    {.path = "monitor.quality",
     .value = {kMap},
     .meaning = "Bounds on quality once outcomes are known."},
    {.path = "monitor.quality.metric",
     .value = {.kind = kChoice, .choices = "log_loss|brier|auc|accuracy|f1|rmse|mae|mape"},
     .meaning = "The measure.",
     .required = true,
     .set = SET(c.monitor.quality.metric = v.text)},
    {.path = "monitor.quality.warn",
     .value = {.kind = kShare, .min = 0, .max = 100},
     .meaning = "Worse than the reference by this much: a warning.",
     .set = SET(c.monitor.quality.warn = v.number)},
    {.path = "monitor.quality.stop",
     .value = {.kind = kShare, .min = 0, .max = 100},
     .meaning = "Worse by this much: an alert; a limit may be tied to it.",
     .set = SET(c.monitor.quality.stop = v.number)},
    {.path = "monitor.quality.estimate",
     .value = {kBool},
     .default_text = "false",
     .meaning = "Estimate it until outcomes mature.",
     .set = SET(c.monitor.quality.estimate = v.integer != 0)},
    {.path = "monitor.quality.business",
     .value = {.kind = kMap, .list = true},
     .meaning = "Measures of your own, each an expression or SQL."},
    {.path = "monitor.quality.business[]",
     .value = {kMap},
     .meaning = "One measure.",
     .set = [](Contract& c, const Value&) { c.monitor.quality.business.emplace_back(); }},
    {.path = "monitor.quality.business[].name",
     .value = {kName},
     .meaning = "How it is called.",
     .required = true,
     .set = SET(c.monitor.quality.business.back().name = v.text)},
    {.path = "monitor.quality.business[].expression",
     .value = {kExpression},
     .meaning = "Over inputs, the output, `amount` and the outcome; its mean over the rows whose "
                "outcome is known.",
     .set = SET(c.monitor.quality.business.back().expression = v.text)},
    {.path = "monitor.quality.business[].sql",
     .value = {kSql},
     .meaning = "A SELECT that gives one number of the table `decisions`: inputs, the output, "
                "`amount` and the outcome of the rows whose outcome is known.",
     .set = SetSql},
    {.path = "monitor.quality.business[].better",
     .value = {.kind = kChoice, .choices = "lower|higher"},
     .default_text = "higher",
     .meaning = "Which direction is good.",
     .set = SET(c.monitor.quality.business.back().higher_is_better = v.integer == 1)},
    {.path = "monitor.slices",
     .value = {.kind = kColumn, .list = true},
     .meaning = "Columns by whose values everything is watched apart.",
     .check = CheckNotEmpty},
    {.path = "monitor.slices[]",
     .value = {kColumn},
     .meaning = "A column, or a column with cut points.",
     .set = SetSlice},
    {.path = "monitor.slices[].*",
     .value = {.kind = kNumber, .list = true},
     .meaning = "Cut points of a numeric column, ascending.",
     .set = SetSliceCuts,
     .check = CheckAscending},
});

#undef SET

}  // namespace

std::span<const ContractKey> MonitorKeys() { return kKeys; }

std::string CheckAscending(const Value& v) {
  if (v.items.empty()) return "is an empty list";
  for (std::size_t i = 1; i < v.items.size(); ++i) {
    if (v.items[i].number <= v.items[i - 1].number) return "must ascend";
  }
  return {};
}

std::string CheckNotEmpty(const Value& v) { return v.items.empty() ? "is an empty list" : ""; }

}  // namespace mooring::records
