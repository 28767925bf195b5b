// Scenario: a unit test of monitoring rules, as data: what windows found, hour by hour, and which
// alerts, incidents and notifications ought to follow. docs/formats/scenario.md is the format;
// `mooring test FILE` runs it, and so does the suite over tests/scenarios.
//
//   name: drift needs two of three windows
//   model: flight-cover
//   every: 1h
//   findings:
//     drift/feature_drift/distance: . a a . .
//   expect:
//     - {after: 2, alerts: [drift/feature_drift/distance pending]}
//     - {after: 3, alerts: [drift/feature_drift/distance firing critical],
//        incidents: [drift open critical], notifications: [opened pager]}
//
// Everything runs on a simulated clock, in memory, through the code that a server runs.
// Thread safety: pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/alerts/rule_book.h"
#include "control/delivery/announce.h"
#include "monitoring/finding.h"
#include "records/contract/contract.h"
#include "records/incidents/incident.h"

namespace mooring::control {

struct Scenario {
  // What one window says of a cause.
  struct Word {
    enum class Kind : std::uint8_t { kFinding, kTooFewRows, kNoWindow } kind = Kind::kFinding;
    monitoring::Level level = monitoring::Level::kClear;
    bool certain = false;
  };
  struct Series {
    records::Cause cause;
    std::vector<Word> windows;
  };
  // A verdict as the watch would store it, at the end of a window.
  struct PlacedVerdict {
    std::uint64_t after = 1;  // windows; the first ends one `every` behind the start
    std::string kind;         // "drift"
    VersionNumber version = 1;
    std::string verdict = "ok";  // "waiting" and "not_enough_data" say less
    std::vector<monitoring::Finding> findings;
  };
  struct PlacedSilence {
    std::chrono::seconds at{0};
    records::Silence silence;  // created and until count from the start
    std::chrono::seconds length{0};
  };
  struct Expectation {
    std::chrono::seconds at{0};
    std::string when;  // "after 3", "at 90m": as written
    // Sorted; nullopt: not looked at. Notifications are all so far, in order.
    std::optional<std::vector<std::string>> alerts, incidents, notifications;
  };
  std::string name, model = "model";
  records::Owner owner{.team = "team", .person = "", .escalation = ""};
  Time start{std::chrono::days(20'454)};  // 2026-01-01
  std::chrono::seconds every{3600};
  std::vector<Audience> audiences;  // one that is called "pager" unless said
  std::vector<ModelRule> rules;
  std::vector<Series> series;
  std::vector<PlacedVerdict> verdicts;
  std::vector<PlacedSilence> silences;
  std::vector<Expectation> expectations;
};

struct ScenarioResult {
  std::string name;
  std::size_t checks = 0;
  std::vector<std::string> failures;  // what was expected and what was found, as lines of a diff
  bool passed() const { return failures.empty(); }
};

// One scenario, or those of a list `scenarios`. kInvalidArgument carrying every error with its
// place.
Result<std::vector<Scenario>> ParseScenarios(std::string_view text, std::string_view file);
// kInternal and the like only when the store fails.
Result<ScenarioResult> RunScenario(const Scenario& scenario);

}  // namespace mooring::control
