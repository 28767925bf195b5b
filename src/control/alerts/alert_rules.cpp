#include "control/alerts/alert_rules.h"

#include <algorithm>
#include <array>

namespace mooring::control {
namespace {

using monitoring::Level;
using records::AlertState;
using records::AlertStatus;
using records::Severity;
using records::Sighting;

constexpr AlertRule kUsual = {.kind = "", .summary = "seen in two of three windows"};

// Kinds whose one window is proof already: budgets and sequential bounds are over many rows.
constexpr std::array<AlertRule, 7> kRules = {{
    {"latency", 1, 1, 2, "the contract's p95 was missed"},
    {"availability", 1, 1, 2, "the contract's availability was missed"},
    {"error_budget", 1, 1, 2, "the error budget burns too fast in both windows"},
    {"sequential", 1, 1, 1, "a sequential test passed its bound on false alarms"},
    {"freshness", 1, 1, 1, "no data for longer than allowed"},
    {"volume", 1, 1, 2, "far fewer or more rows than usual"},
    {"concept_drift", 1, 1, 2, "the estimate and what was realised disagree for three windows"},
}};

bool IsAtLeast(const Sighting& sighting, Level level) {
  return sighting.level >= static_cast<std::uint8_t>(level);
}
bool IsClear(const Sighting& sighting) { return !IsAtLeast(sighting, Level::kHold); }

// Sightings of one version, oldest first.
using Run = std::span<const Sighting>;

// `take(run)` for each version.
template <typename Take>
void ForEachVersion(const std::vector<Sighting>& sightings, const Take& take) {
  for (std::size_t begin = 0; begin < sightings.size();) {
    std::size_t end = begin;
    while (end < sightings.size() && sightings[end].version == sightings[begin].version) ++end;
    take(Run(sightings).subspan(begin, end - begin));
    begin = end;
  }
}

bool IsOver(const AlertRule& rule, Run run) {
  if (run.size() < rule.clear) return false;
  const Run last = run.last(rule.clear);
  return std::all_of(last.begin(), last.end(), IsClear);
}

Severity SeverityOf(const AlertRule& rule, Run run) {
  if (IsOver(rule, run)) return Severity::kNone;
  const Run last = run.last(std::min<std::size_t>(rule.of, run.size()));
  const auto raises = [&](Level level) {
    const auto seen = [&](const Sighting& each) { return IsAtLeast(each, level); };
    const auto proven = [&](const Sighting& each) { return seen(each) && each.certain; };
    return std::count_if(last.begin(), last.end(), seen) >=
               static_cast<std::ptrdiff_t>(rule.need) ||
           std::any_of(last.begin(), last.end(), proven);
  };
  if (raises(Level::kAlert)) return Severity::kCritical;
  return raises(Level::kWarn) ? Severity::kWarning : Severity::kNone;
}

bool IsWorthALook(const AlertRule& rule, Run run) {
  const Run last = run.last(std::min<std::size_t>(rule.of, run.size()));
  return std::any_of(last.begin(), last.end(),
                     [](const Sighting& each) { return IsAtLeast(each, Level::kWarn); });
}

// How many of a version are kept: what the counts look back at.
std::size_t Kept(const AlertRule& rule) { return std::max(rule.of, rule.clear); }

// Puts the window in its place; false when it is older than what is remembered.
bool Remember(const AlertRule& rule, const Sighting& sighting, std::vector<Sighting>& sightings) {
  const auto before = [](const Sighting& a, const Sighting& b) {
    return std::pair(a.version, a.end) < std::pair(b.version, b.end);
  };
  const auto place = std::lower_bound(sightings.begin(), sightings.end(), sighting, before);
  if (place != sightings.end() && !before(sighting, *place)) {
    *place = sighting;
    return true;
  }
  const auto of_version = [&](const Sighting& each) { return each.version == sighting.version; };
  // More than are kept there are when another rule was in force before.
  const auto known = std::count_if(sightings.begin(), sightings.end(), of_version);
  const bool full = known >= static_cast<std::ptrdiff_t>(Kept(rule));
  const bool oldest = place == sightings.begin() || !of_version(*std::prev(place));
  if (full && oldest) return false;
  sightings.insert(place, sighting);
  if (full) {
    const auto first = std::find_if(sightings.begin(), sightings.end(), of_version);
    sightings.erase(first, first + (known + 1 - static_cast<std::ptrdiff_t>(Kept(rule))));
  }
  return true;
}

// Drops versions that others have outlived.
void Forget(std::vector<Sighting>& sightings) {
  Time newest = records::kNever;
  for (const Sighting& each : sightings) newest = std::max(newest, each.end);
  std::vector<Sighting> kept;
  ForEachVersion(sightings, [&](Run run) {
    if (run.back().end + kForgetAfter >= newest) kept.insert(kept.end(), run.begin(), run.end());
  });
  sightings = std::move(kept);
}

// Whether the version was heard of later already: a profile of an old period, sent late.
bool IsLate(const Sighting& sighting, const std::vector<Sighting>& sightings) {
  bool later = false;
  for (const Sighting& each : sightings) {
    if (each.version != sighting.version) continue;
    if (each.end == sighting.end) return false;  // the same window again
    later = later || each.end > sighting.end;
  }
  return later;
}

// What was seen since the version was last clear for as long as ends an alert.
Run OfThisEpisode(const AlertRule& rule, Run run) {
  std::size_t begin = 0, clear = 0;
  for (std::size_t i = 0; i < run.size(); ++i) {
    clear = IsClear(run[i]) ? clear + 1 : 0;
    if (clear >= rule.clear) begin = i + 1;
  }
  return run.subspan(begin);
}

Time SinceOf(const AlertRule& rule, const std::vector<Sighting>& sightings) {
  Time since = records::kNever;
  ForEachVersion(sightings, [&](Run run) {
    for (const Sighting& each : OfThisEpisode(rule, run)) {
      if (!IsAtLeast(each, Level::kWarn)) continue;
      if (since == records::kNever || each.start < since) since = each.start;
    }
  });
  return since;
}

// What all versions say together.
struct Says {
  Severity severity = Severity::kNone;
  bool over = true, worth_a_look = false;
};
Says Ask(const AlertRule& rule, const std::vector<Sighting>& sightings) {
  Says says;
  ForEachVersion(sightings, [&](Run run) {
    says.severity = std::max(says.severity, SeverityOf(rule, run));
    says.over = says.over && IsOver(rule, run);
    says.worth_a_look = says.worth_a_look || IsWorthALook(rule, run);
  });
  return says;
}

Turn WhileFiring(const Says& says, AlertStatus& status) {
  if (says.over) {
    status.state = AlertState::kResolved;
    return Turn::kResolved;
  }
  if (says.severity <= status.severity) return Turn::kNone;
  status.severity = says.severity;
  return Turn::kWorse;
}

Turn WhileQuiet(const AlertRule& rule, const Says& says, AlertStatus& status) {
  const bool was_pending = status.state == AlertState::kPending;
  if (says.severity != Severity::kNone) {
    status.state = AlertState::kFiring;
    status.severity = says.severity;
    status.since = SinceOf(rule, status.sightings);
    ++status.times_fired;
    return Turn::kFired;
  }
  if (says.worth_a_look) {
    status.state = AlertState::kPending;
    status.since = SinceOf(rule, status.sightings);
    return was_pending ? Turn::kNone : Turn::kPending;
  }
  if (!was_pending) return Turn::kNone;
  status.state = status.times_fired > 0 ? AlertState::kResolved : AlertState::kInactive;
  return Turn::kForgotten;
}

}  // namespace

const AlertRule& RuleOf(std::string_view kind) {
  const auto found = std::ranges::find(kRules, kind, &AlertRule::kind);
  return found == kRules.end() ? kUsual : *found;
}

std::span<const AlertRule> AllAlertRules() { return kRules; }

std::string Describe(const AlertRule& rule) {
  const std::string after = "over after " + std::to_string(rule.clear) + " clear";
  if (rule.need == 1) return "at once, " + after;
  return std::to_string(rule.need) + " of " + std::to_string(rule.of) +
         " windows, at once when certain, " + after;
}

RuleStep Observe(const AlertRule& rule, AlertStatus status, const Sighting& sighting) {
  RuleStep step{std::move(status), Turn::kNone};
  const bool quiet =
      step.status.state == AlertState::kInactive || step.status.state == AlertState::kResolved;
  // Nothing is remembered of a cause that is well: it may be well for years.
  if (quiet && !IsAtLeast(sighting, Level::kWarn)) return step;
  if (quiet && IsLate(sighting, step.status.sightings)) return step;
  if (!Remember(rule, sighting, step.status.sightings)) return step;
  Forget(step.status.sightings);
  const Says says = Ask(rule, step.status.sightings);
  step.turn = step.status.state == AlertState::kFiring ? WhileFiring(says, step.status)
                                                       : WhileQuiet(rule, says, step.status);
  return step;
}

RuleStep Withdraw(const AlertRule& rule, records::AlertStatus status, VersionNumber version,
                  Time at) {
  RuleStep step{std::move(status)};
  std::vector<Sighting>& sightings = step.status.sightings;
  const std::size_t gone = std::erase_if(
      sightings, [&](const Sighting& each) { return each.version == version && each.start < at; });
  if (gone == 0) return step;
  const Says says = Ask(rule, sightings);
  if (says.worth_a_look) return step;  // less is known than before: nothing gets worse by it
  if (step.status.state == AlertState::kFiring) {
    step.status.state = AlertState::kResolved;
    step.turn = Turn::kResolved;
  } else if (step.status.state == AlertState::kPending) {
    step.turn = WhileQuiet(rule, says, step.status);
  }
  return step;
}

}  // namespace mooring::control
