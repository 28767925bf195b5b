// The listings and pages that these flags bring about are in tests/cli; here what they mean.
#include "app/cli/monitor/report_flags.h"

#include <gtest/gtest.h>

namespace mooring::app::cli {
namespace {

Result<Args> Parsed(const std::vector<std::string>& words) {
  static const Command command = {.name = "t", .flags = Join({RuleFlags(), ReportOutputFlags()})};
  return ParseArgs(command, words);
}

TEST(ReportFlags, FilesAreJudgedByWhatIsSaid) {
  const auto args = Parsed({"--psi", "0.1", "--p-value=0.01", "--share", "0", "--policy", "p_value",
                            "--min-rows", "50"});
  ASSERT_TRUE(args.ok());
  const auto rule = RuleOf(*args);
  ASSERT_TRUE(rule.ok());
  EXPECT_EQ(rule->psi, 0.1);
  EXPECT_EQ(rule->p_value, 0.01);
  EXPECT_EQ(rule->share, 0);
  EXPECT_EQ(rule->policy, records::DriftPolicy::kPValue);
  EXPECT_EQ(rule->window_min_rows, 50u);
  const auto usual = RuleOf(*Parsed({}));
  EXPECT_EQ(usual->psi, 0.2);
  EXPECT_EQ(usual->policy, records::DriftPolicy::kCorrected);
}

TEST(ReportFlags, FindingsThatNoRowShowsAreToldInWords) {
  using monitoring::Level;
  monitoring::WindowReport report;
  EXPECT_TRUE(BesideTheTable(report).empty());
  report.findings = {{.kind = "feature_drift", .level = Level::kAlert, .what = "in the table"},
                     {.kind = "duplicated_feature", .level = Level::kAlert, .what = "a is b"},
                     {.kind = "missing", .level = Level::kClear, .what = "nothing"}};
  EXPECT_EQ(BesideTheTable(report), std::vector<std::string>{"alert duplicated_feature: a is b"});
  for (int i = 0; i < 20; ++i) {
    report.findings.push_back({.kind = "missing", .level = Level::kWarn, .what = "much"});
  }
  const auto lines = BesideTheTable(report);
  ASSERT_EQ(lines.size(), 11U);
  EXPECT_EQ(lines.back(), "and 11 more findings");
}

TEST(ReportFlags, RefusesValuesOutOfTheirRange) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--psi", "0"},
                                             {"--psi", "nan"},
                                             {"--psi", "-1"},
                                             {"--psi", "1x"},
                                             {"--psi", "inf"},
                                             {"--p-value", "0"},
                                             {"--p-value", "1.5"},
                                             {"--share", "-0.1"},
                                             {"--share", "1.1"},
                                             {"--min-rows", "0"}}) {
    const auto args = Parsed(words);
    ASSERT_TRUE(args.ok()) << words[0];
    EXPECT_FALSE(RuleOf(*args).ok()) << words[0] << " " << words[1];
    EXPECT_FALSE(RefuseRuleFlags(*args).ok());
  }
  EXPECT_TRUE(RefuseRuleFlags(*Parsed({"-o", "junit"})).ok());
  EXPECT_FALSE(Parsed({"--policy", "mine"}).ok());
}

TEST(ReportFlags, ARowHasACellForEveryField) {
  monitoring::WindowReport report;
  report.features.emplace_back().feature = "x";
  const Listing listing = DriftListing(report);
  ASSERT_EQ(listing.rows.size(), 1u);
  EXPECT_EQ(listing.rows[0].size(), listing.fields.size());
}

TEST(ReportFlags, AnAlertIsAFindingAndJsonSaysWhy) {
  monitoring::ReportInput input;
  input.drift.emplace().verdict = monitoring::WindowVerdict::kOk;
  EXPECT_EQ(VerdictMembers(input), R"("verdict":"ok","reason":"","findings":[])");
  input.drift->findings = {{.kind = "missing",
                            .subject = "x",
                            .level = monitoring::Level::kAlert,
                            .what = "30.0 % of x is missing"}};
  EXPECT_EQ(ExitOf(input), ExitCode::kFindings);
  EXPECT_TRUE(VerdictMembers(input).starts_with(
      R"("verdict":"alert","reason":"30.0 % of x is missing","findings":[{"kind":"missing")"));
  EXPECT_EQ(WithMembers("{\"a\":1}\n", VerdictMembers({})).substr(0, 38),
            R"({"a":1,"verdict":"not_enough_data","re)");
  EXPECT_EQ(WithMembers("{}", ""), "{}");
  input.drift->findings.front().level = monitoring::Level::kWarn;
  EXPECT_EQ(ExitOf(input), ExitCode::kDone);
}

TEST(ReportFlags, AColumnThatIsGoneHasARow) {
  monitoring::WindowReport report;
  report.findings = {{.kind = "missing_column", .subject = "x", .level = monitoring::Level::kAlert},
                     {.kind = "missing", .subject = "y", .level = monitoring::Level::kAlert}};
  const Listing listing = DriftListing(report);
  ASSERT_EQ(listing.rows.size(), 1u);
  EXPECT_EQ(MachineText(listing.rows[0][0]), "x");
  EXPECT_EQ(MachineText(listing.rows[0][1]), "missing_column");
  EXPECT_EQ(MachineText(listing.rows[0][2]), "alert");
  EXPECT_EQ(MachineText(listing.rows[0].back()), "");
}

TEST(ReportFlags, DriftOrWorseIsAFinding) {
  monitoring::ReportInput input;
  EXPECT_EQ(ExitOf(input), ExitCode::kDone);
  input.drift.emplace().verdict = monitoring::WindowVerdict::kNotEnoughData;
  EXPECT_EQ(ExitOf(input), ExitCode::kDone);
  input.quality.emplace().verdict = "worse";
  EXPECT_EQ(ExitOf(input), ExitCode::kFindings);
  input.quality.reset();
  input.drift->verdict = monitoring::WindowVerdict::kDrift;
  EXPECT_EQ(ExitOf(input), ExitCode::kFindings);
}

}  // namespace
}  // namespace mooring::app::cli
