#include "api/native/limit_words.h"

#include <fmt/format.h>

#include "records/limit_book/limits_in_force.h"
#include "serving/stop_limits/minor_text.h"

namespace mooring::api {
namespace {

using records::CollarReference;
using records::LimitKind;
using records::LimitRule;
using serving::LimitStatus;

std::string Units(std::int64_t minor, int digits) {
  return serving::MinorText(minor, static_cast<unsigned>(digits));
}

std::string Number(const data::Decimal& decimal) {
  return records::DecimalText(decimal).value_or(fmt::format("{:g}", decimal.ToDouble()));
}

// 0.25 is "25%"; exact.
std::string Percent(const data::Decimal& share) {
  const auto percent = share.Times(data::Decimal(100));
  return (percent ? Number(*percent) : Number(share) + " *") + "%";
}

// As contracts write it: 90s, 30m, 6h, 2d.
std::string Length(std::chrono::nanoseconds length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length);
  if (seconds != length) return fmt::format("{:g}s", static_cast<double>(length.count()) / 1e9);
  constexpr std::pair<std::int64_t, char> kUnits[] = {{86'400, 'd'}, {3600, 'h'}, {60, 'm'}};
  for (const auto& [size, letter] : kUnits) {
    if (seconds.count() != 0 && seconds.count() % size == 0) {
      return fmt::format("{}{}", seconds.count() / size, letter);
    }
  }
  return fmt::format("{}s", seconds.count());
}

std::string Window(const records::LimitWindow& window) {
  using Kind = records::LimitWindow::Kind;
  switch (window.kind) {
    case Kind::kSliding: return " over " + Length(window.length);
    case Kind::kDay: return " a day";
    case Kind::kWeek: return " a week";
    case Kind::kMonth: return " a month";
    case Kind::kLifetime: return " for good";
  }
  return "";
}

std::string FromTo(const std::optional<std::int64_t>& min, const std::optional<std::int64_t>& max,
                   int digits) {
  if (min && max) return Units(*min, digits) + " to " + Units(*max, digits);
  if (max) return "at most " + Units(*max, digits);
  return min ? "at least " + Units(*min, digits) : "";
}

std::string OfCollar(const LimitRule& rule) {
  using Kind = CollarReference::Kind;
  std::string within;
  if (rule.within_absolute) within = Number(*rule.within_absolute);
  if (rule.within_relative)
    within += (within.empty() ? "" : " or ") + Percent(*rule.within_relative);
  within += " around ";
  const CollarReference& of = rule.collar;
  switch (of.kind) {
    case Kind::kChampion: return within + "the champion's";
    case Kind::kPrevious: return within + "the previous version's";
    case Kind::kInput: return within + "input " + of.input;
    case Kind::kConstant: return within + (of.constant ? Number(*of.constant) : "");
    case Kind::kMedian: return within + fmt::format("the median of the last {}", of.decisions);
  }
  return within;
}

std::string OfFreshness(const LimitRule& rule) {
  std::string text;
  const auto add = [&](std::string_view what, std::chrono::seconds age) {
    if (age.count() == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, Length(age));
  };
  add("model", rule.model_age);
  add("outcomes", rule.outcome_age);
  add("reference", rule.reference_age);
  add(rule.age_input, rule.input_age);
  return "at most: " + text;
}

std::string OfQuality(const LimitRule& rule) {
  std::string text = "while it alerts of";
  for (const std::string& verdict : rule.verdicts) text += " " + verdict;
  return text + (rule.factor ? ": maxima x " + Number(*rule.factor) : ": stop");
}

// Of a share or a growth: the part in force.
std::string PartOf(const LimitStatus& status) {
  if (!status.max) return "";
  const auto part = data::Decimal::Parse(Units(*status.max, status.digits));
  return part ? Percent(*part) : "";
}

std::string OfRate(const LimitStatus& status) {
  const LimitRule& rule = status.limit->rule;
  return fmt::format("{} in {}, {} at once", status.max.value_or(rule.rate_count),
                     Length(rule.rate_period), rule.burst);
}

std::string OfShare(const LimitStatus& status) {
  const LimitRule& rule = status.limit->rule;
  return "at most " + PartOf(status) + Window(rule.window) +
         fmt::format(", from {} on", rule.after);
}

std::string OfGrowth(const LimitStatus& status) {
  const LimitRule& rule = status.limit->rule;
  std::string text = "at most " + PartOf(status) +
                     fmt::format(" of the mean of {} weeks", rule.reference_weeks);
  if (rule.at_least) text += ", or " + Number(*rule.at_least);
  return text + Window(rule.window);
}

}  // namespace

std::string BoundsOf(const LimitStatus& status) {
  const LimitRule& rule = status.limit->rule;
  const int digits = status.limit->digits;
  const auto max = status.max ? status.max : status.limit->shape.max;
  switch (rule.kind) {
    case LimitKind::kBound: return FromTo(status.limit->min, status.max, digits);
    case LimitKind::kCollar: return OfCollar(rule);
    case LimitKind::kRate: return OfRate(status);
    case LimitKind::kShare: return OfShare(status);
    case LimitKind::kGrowth: return OfGrowth(status);
    case LimitKind::kFreshness: return OfFreshness(rule);
    case LimitKind::kQuality: return OfQuality(rule);
    case LimitKind::kSum:
      if (rule.weight != records::LimitWeight::kNet) break;
      return FromTo(status.limit->shape.min, max, digits) + Window(rule.window);
    case LimitKind::kCount:
    case LimitKind::kOpenExposure:
    case LimitKind::kDrawdown:
    case LimitKind::kRepeat: break;
  }
  const bool windowed = rule.kind != LimitKind::kOpenExposure;
  return "at most " + Units(*max, digits) + (windowed ? Window(rule.window) : " open");
}

}  // namespace mooring::api
