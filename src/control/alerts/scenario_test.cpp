#include "control/alerts/scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#ifndef MOORING_SOURCE_DIR
#define MOORING_SOURCE_DIR "."
#endif

namespace mooring::control {
namespace {

std::string ErrorsOf(std::string_view text) {
  const auto parsed = ParseScenarios(text, "s.yaml");
  return parsed.ok() ? "" : parsed.error().message();
}

// What fails of a text that is one scenario.
std::string FailuresOf(std::string_view text) {
  const auto parsed = ParseScenarios(text, "s.yaml");
  if (!parsed.ok()) return parsed.error().ToString();
  const auto result = RunScenario(parsed->at(0));
  if (!result.ok()) return result.error().ToString();
  std::string failures;
  for (const std::string& each : result->failures) failures += each + "\n";
  return failures;
}

TEST(Scenarios, OfTheSuiteHold) {
  std::size_t run = 0;
  const std::filesystem::path folder =
      std::filesystem::path(MOORING_SOURCE_DIR) / "tests" / "scenarios";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    const auto parsed = ParseScenarios(text.str(), entry.path().filename().string());
    ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
    for (const Scenario& scenario : *parsed) {
      const auto result = RunScenario(scenario);
      ASSERT_TRUE(result.ok()) << result.error().ToString();
      for (const std::string& failure : result->failures) {
        ADD_FAILURE() << entry.path() << ": " << scenario.name << "\n  " << failure;
      }
      ++run;
    }
  }
  EXPECT_GE(run, 13u);
}

TEST(Scenarios, ShowWhatWasExpectedAndWhatWasFound) {
  EXPECT_EQ(FailuresOf("name: n\nfindings: {d/k/a: A, d/k/b: A}\n"
                       "expect: [{after: 1, alerts: [d/k/a firing warning,   d/k/b   firing "
                       "critical], notifications: []}]\n"),
            "after 1: alerts\n"
            "    - d/k/a firing warning\n"
            "    + d/k/a firing critical\n"
            "      d/k/b firing critical\n"
            "after 1: notifications\n"
            "    + opened pager\n");
  EXPECT_EQ(FailuresOf("name: n\nfindings: {d/k: .}\nexpect: [{at: 1h, alerts: []}]\n"), "");
}

TEST(Scenarios, WindowsAreVerdictsWrittenOut) {
  EXPECT_EQ(FailuresOf("name: n\n"
                       "windows:\n"
                       "  - {after: 1, kind: drift, findings: [feature_drift/x alert certain]}\n"
                       "  - {after: 1, kind: drift, version: 2}\n"
                       "  - {after: 2, kind: drift, version: 2}\n"
                       "  - {after: 2, kind: quality, verdict: waiting, findings: estimate warn}\n"
                       "  - {after: 3, kind: drift}\n"
                       "  - {after: 4, kind: drift}\n"
                       "findings: {quality/gap/y: _ _ A}\n"
                       "expect:\n"
                       "  - {after: 1, alerts: [drift/feature_drift/x firing critical]}\n"
                       "  - after: 3\n"
                       "    alerts: [drift/feature_drift/x firing critical, quality/estimate "
                       "pending, quality/gap/y firing critical]\n"
                       "  - {after: 4, alerts: [quality/estimate pending, quality/gap/y firing "
                       "critical]}\n"),
            "");
}

TEST(Scenarios, AreRefusedWithThePlaceOfEveryMistake) {
  const std::string expect = "expect: [{after: 1, alerts: []}]\n";
  const struct {
    std::string text, error;
  } cases[] = {
      {"", "must be a map"},
      {"name: n\n" + expect, "findings: is required"},
      {"name: n\nfindings: {drift: a}\n" + expect, "'drift' is no cause"},
      {"name: n\nfindings:\n  d/k: a q\n" + expect, "s.yaml:3:8: findings: 'q' is no window"},
      {"name: n\nfindings: {d/k: ax0}\n" + expect, "is no window"},
      {"name: n\nfindings: {d/k: ax99999}\n" + expect, "is no window"},
      {"name: n\nfindings: {d/k: a ax18446744073709551615}\n" + expect, "is no window"},
      {"name: n\nfindings: {d/k: a}\n", "nothing is expected"},
      {"name: n\nfindings: {d/k: a}\nexpect: [{alerts: []}]\n", "says when"},
      {"name: n\nfindings: {d/k: a}\nexpect: [{after: 1}]\n", "nothing is expected"},
      {"name: n\nfindings: {d/k: a}\nexpcet: []\n" + expect, "did you mean 'expect'?"},
      {"name: n\nwindows: []\n" + expect, "findings: is required"},
      {"name: n\nwindows: [{kind: drift}]\n" + expect, "windows[0].after: is required"},
      {"name: n\nwindows: [{after: 1}]\n" + expect, "windows[0].kind: is required"},
      {"name: n\nwindows: [{after: 0, kind: d}]\n" + expect, "windows[0].after"},
      {"name: n\nwindows: [{after: 1, kind: d, verdict: fine}]\n" + expect, "windows[0].verdict"},
      {"name: n\nwindows: [{after: 1, kind: d, findings: [k]}]\n" + expect, "'k' is no finding"},
      {"name: n\nwindows: [{after: 1, kind: d, findings: [k/s clear]}]\n" + expect,
       "is no finding"},
      {"name: n\nwindows: [{after: 1, kind: d, findings: [k/s alert maybe]}]\n" + expect,
       "is no finding"},
      {"name: n\nrules: [{need: 0}]\nfindings: {d/k: a}\n" + expect, "rules[0].need"},
      {"name: n\nfindings: {d/k: a}\nsilences: [{at: 1h}]\n" + expect, "silences[0].for"},
      {"name: n\nstart: now\nfindings: {d/k: a}\n" + expect, "start"},
      {"scenarios: x\n", "must be a list"},
  };
  for (const auto& each : cases) {
    EXPECT_NE(ErrorsOf(each.text).find(each.error), std::string::npos) << each.text << "\n"
                                                                       << ErrorsOf(each.text);
  }
}

}  // namespace
}  // namespace mooring::control
