#include "control/alerts/alert_rules.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace mooring::control {
namespace {

using records::AlertState;
using records::AlertStatus;
using records::Severity;
using records::Sighting;

// Windows as letters: '.' clear, 'h' hold, 'w' warn, 'A' alert, 'W' and '!' the same and certain.
Sighting Window(char letter, int hour, VersionNumber version = 1) {
  Sighting seen;
  seen.version = version;
  seen.start = Time(std::chrono::hours(1000 + hour));
  seen.end = seen.start + std::chrono::hours(1);
  seen.level = letter == '.' ? 0 : letter == 'h' ? 1 : letter == 'w' || letter == 'W' ? 2 : 3;
  seen.certain = letter == '!' || letter == 'W';
  return seen;
}

// The states after each window: '-' inactive, 'p' pending, 'f' firing a warning, 'F' critical,
// 'r' resolved.
std::string Walk(const AlertRule& rule, std::string_view windows) {
  AlertStatus status;
  std::string states;
  int hour = 0;
  for (const char letter : windows) {
    status = Observe(rule, status, Window(letter, hour++)).status;
    switch (status.state) {
      case AlertState::kInactive: states += '-'; break;
      case AlertState::kPending: states += 'p'; break;
      case AlertState::kResolved: states += 'r'; break;
      case AlertState::kFiring: states += status.severity == Severity::kCritical ? 'F' : 'f';
    }
  }
  return states;
}

TEST(AlertRules, FireAfterTwoOfThreeAndEndAfterTwoClear) {
  const struct {
    const char *windows, *states;
  } cases[] = {
      {".....", "-----"},
      {"A....", "ppp--"},  // once is nothing
      {"A.A", "ppF"},      // two of three
      {"A..A", "pppp"},    // two of four are not
      {"AA", "pF"},
      {"AA.A..", "pFFFFr"},    // one clear window ends nothing
      {"AA.h.h.", "pFFFFFF"},  // hold is not clear
      {"AAh..", "pFFFr"},
      {"hhhh", "----"},
      {"AhhhA", "ppp-p"},  // hold is not seen either
      {"!", "F"},          // certain: at once
      {"!..", "FFr"},
      {"!..A.A", "FFrppF"},    // a new episode needs its own two
      {"!..A...", "FFrpppr"},  // and comes to nothing like the first
      {"w.w", "ppf"},          // warnings make a warning
      {"wA", "pf"},            // one of each is not critical yet
      {"wAA", "pfF"},          // worse
      {"wAAww", "pfFFF"},      // never less severe while it lasts
      {"W", "f"},
      {"AA..AA", "pFFrpF"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(Walk(RuleOf("feature_drift"), each.windows), each.states) << each.windows;
  }
}

TEST(AlertRules, FireAtOnceWhereOneWindowIsProof) {
  EXPECT_EQ(Walk(RuleOf("latency"), "A.A.."), "FFFFr");
  EXPECT_EQ(Walk(RuleOf("sequential"), "A.A"), "FrF");
  EXPECT_EQ(Walk(RuleOf("freshness"), "w."), "fr");
  EXPECT_EQ(Walk(RuleOf("no such kind"), "A.A"), "ppF");
}

TEST(AlertRules, SayEachTurnOnce) {
  AlertStatus status;
  std::string turns;
  int hour = 0;
  for (const char letter : std::string_view("A..AwAA....")) {
    RuleStep step = Observe(RuleOf("score_drift"), status, Window(letter, hour++));
    status = std::move(step.status);
    turns += "-pxFWR"[static_cast<std::size_t>(step.turn)];
  }
  EXPECT_EQ(turns, "p---FW--R--");
  EXPECT_EQ(status.times_fired, 1u);
}

TEST(AlertRules, BeginAtTheFirstWindowThatWasNotWell) {
  AlertStatus status;
  for (int hour = 0; hour < 3; ++hour) {
    status = Observe(RuleOf("score_drift"), status, Window(hour == 1 ? '.' : 'A', hour)).status;
  }
  EXPECT_EQ(status.state, AlertState::kFiring);
  EXPECT_EQ(status.since, Window('A', 0).start);
}

// A rule that ends after one clear window remembers the episode before.
TEST(AlertRules, AnEpisodeBeginsAfterTheOneBeforeIt) {
  const AlertRule quick = {.kind = "", .need = 2, .of = 3, .clear = 1, .summary = ""};
  AlertStatus status;
  int hour = 0;
  for (const char letter : {'A', 'A', '.'}) {
    status = Observe(quick, status, Window(letter, hour++)).status;
  }
  EXPECT_EQ(status.state, AlertState::kResolved);
  EXPECT_EQ(status.since, Window('A', 0).start);
  status = Observe(quick, status, Window('!', hour)).status;
  EXPECT_EQ(status.state, AlertState::kFiring);
  EXPECT_EQ(status.since, Window('!', hour).start);
}

TEST(AlertRules, AnotherVersionsEpisodeThatIsOverIsNotThisOnes) {
  AlertStatus status;
  int hour = 0;
  for (const char letter : {'!', '.', '.'}) {
    status = Observe(RuleOf("score_drift"), status, Window(letter, hour++, 1)).status;
  }
  status = Observe(RuleOf("score_drift"), status, Window('!', hour, 2)).status;
  EXPECT_EQ(status.state, AlertState::kFiring);
  EXPECT_EQ(status.since, Window('!', hour).start);
}

TEST(AlertRules, ALateWindowDoesNotStirWhatIsOver) {
  AlertStatus status;
  for (const int hour : {10, 20, 30}) {
    status = Observe(RuleOf("score_drift"), status, Window(hour == 10 ? '!' : '.', hour)).status;
  }
  ASSERT_EQ(status.state, AlertState::kResolved);
  for (const int late : {1, 15, 25}) {
    const RuleStep step = Observe(RuleOf("score_drift"), status, Window('!', late));
    EXPECT_EQ(step.status, status) << late;
    EXPECT_EQ(step.turn, Turn::kNone) << late;
  }
}

TEST(AlertRules, TakeAWindowThatIsScoredAgainInItsPlace) {
  const AlertRule& rule = RuleOf("quality");
  AlertStatus status = Observe(rule, {}, Window('A', 1)).status;
  // The same window again and again is one window.
  for (int again = 0; again < 5; ++again) {
    RuleStep step = Observe(rule, status, Window('A', 1));
    EXPECT_EQ(step.turn, Turn::kNone);
    EXPECT_EQ(step.status, status);
  }
  // Late outcomes make it well: the alert that was pending comes to nothing.
  EXPECT_EQ(Observe(rule, status, Window('.', 1)).turn, Turn::kForgotten);
  // An older window that comes late counts in its place.
  EXPECT_EQ(Observe(rule, status, Window('A', 0)).turn, Turn::kFired);
  for (int hour = 2; hour < 5; ++hour) status = Observe(rule, status, Window('A', hour)).status;
  // One from before all that is remembered says nothing.
  EXPECT_EQ(Observe(rule, status, Window('.', 0)).status, status);
}

TEST(AlertRules, CountVersionsApart) {
  const AlertRule& rule = RuleOf("feature_drift");
  AlertStatus status;
  for (int hour = 0; hour < 4; ++hour) {
    status = Observe(rule, status, Window('A', hour, 3)).status;
    status = Observe(rule, status, Window('.', hour, 2)).status;
    EXPECT_EQ(status.state, hour == 0 ? AlertState::kPending : AlertState::kFiring);
  }
  // Version 3 was withdrawn: a day later only version 2 counts.
  for (int hour = 4; hour < 28; ++hour) {
    status = Observe(rule, status, Window('.', hour, 2)).status;
    EXPECT_EQ(status.state, AlertState::kFiring) << hour;
  }
  EXPECT_EQ(Observe(rule, status, Window('.', 28, 2)).turn, Turn::kResolved);
}

TEST(AlertRules, RememberABoundedNumberOfWindows) {
  Rng rng(7);
  for (const AlertRule& rule : AllAlertRules()) {
    AlertStatus status;
    for (int hour = 0; hour < 2000; ++hour) {
      const auto version = static_cast<VersionNumber>(1 + rng.Below(2));
      status = Observe(rule, status, Window(".hwA!"[rng.Below(5)], hour, version)).status;
      ASSERT_LE(status.sightings.size(), 2u * std::max(rule.of, rule.clear));
      ASSERT_TRUE(status.state != AlertState::kFiring || status.severity != Severity::kNone);
    }
  }
}

// Whatever comes, told twice is told once.
TEST(AlertRules, DoNotMindRepetition) {
  Rng rng(11);
  for (int round = 0; round < 200; ++round) {
    AlertStatus once, twice;
    for (int hour = 0; hour < 12; ++hour) {
      const Sighting seen = Window(".hwA!"[rng.Below(5)], hour);
      once = Observe(RuleOf("missing"), once, seen).status;
      twice = Observe(RuleOf("missing"), twice, seen).status;
      if (twice.state == AlertState::kFiring || twice.state == AlertState::kPending) {
        twice = Observe(RuleOf("missing"), twice, seen).status;
      }
      ASSERT_EQ(once, twice);
    }
  }
}

TEST(AlertRules, DescribeThemselves) {
  EXPECT_EQ(Describe(RuleOf("feature_drift")),
            "2 of 3 windows, at once when certain, over after 2 clear");
  EXPECT_EQ(Describe(RuleOf("latency")), "at once, over after 2 clear");
  for (const AlertRule& rule : AllAlertRules()) EXPECT_FALSE(rule.summary.empty()) << rule.kind;
}

TEST(AlertRules, ARuleThatLooksBackLessForgetsWhatTheOtherKept) {
  const AlertRule longer{.kind = "k", .need = 5, .of = 9, .clear = 9, .summary = ""};
  AlertStatus status;
  for (int hour = 0; hour < 9; ++hour) {
    status = Observe(longer, status, Window(hour < 4 ? 'A' : '.', hour)).status;
  }
  EXPECT_EQ(status.sightings.size(), 9u);
  status = Observe(RuleOf("usual"), status, Window('A', 9)).status;
  ASSERT_EQ(status.sightings.size(), 3u);
  EXPECT_EQ(status.sightings.back().end, Window('A', 9).end);
  EXPECT_EQ(status.state, AlertState::kPending) << "one of the last three";
}

TEST(AlertRules, WhatAVersionThatLeftServiceSaidCountsNoMore) {
  const AlertRule& rule = RuleOf("feature_drift");
  const auto after = [&](std::string_view first, std::string_view second) {
    AlertStatus status;
    for (int hour = 0; hour < static_cast<int>(first.size()); ++hour) {
      status = Observe(rule, status, Window(first[hour], hour, 1)).status;
    }
    for (int hour = 0; hour < static_cast<int>(second.size()); ++hour) {
      status = Observe(rule, status, Window(second[hour], hour, 2)).status;
    }
    return status;
  };
  const Time later(std::chrono::hours(2000));
  struct {
    const char *first, *second;
    Turn turn;
    AlertState state;
  } const cases[] = {
      {"!", "", Turn::kResolved, AlertState::kResolved},
      {"A", "", Turn::kForgotten, AlertState::kInactive},
      {"!", ".", Turn::kResolved, AlertState::kResolved},  // the other version is well
      {"!", "h", Turn::kResolved, AlertState::kResolved},
      {"!", "A", Turn::kNone, AlertState::kFiring},  // or not: it goes on
      {"A", "A", Turn::kNone, AlertState::kPending},
      {"", "!", Turn::kNone, AlertState::kFiring},
  };
  for (const auto& [first, second, turn, state] : cases) {
    const RuleStep step = Withdraw(rule, after(first, second), 1, later);
    EXPECT_EQ(step.turn, turn) << first << "|" << second;
    EXPECT_EQ(step.status.state, state) << first << "|" << second;
    for (const Sighting& each : step.status.sightings) EXPECT_EQ(each.version, 2U);
  }
  // Windows that begin later are of callers who ask for it by name.
  const AlertStatus fired = after("!", "");
  EXPECT_EQ(Withdraw(rule, fired, 1, fired.sightings[0].start).status, fired);
}

}  // namespace
}  // namespace mooring::control
