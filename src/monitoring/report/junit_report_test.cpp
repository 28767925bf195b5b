#include "monitoring/report/junit_report.h"

#include <gtest/gtest.h>

#include "base/text/utf8.h"
#include "monitoring/report/report_examples.h"
#include "monitoring/report/report_testing.h"

namespace mooring::monitoring {
namespace {

TEST(JunitReport, OneCaseAFeatureAndFailuresWithEvidence) {
  const std::string xml = JunitReport(ExampleWindow(30));
  EXPECT_EQ(Unbalanced(xml), "");
  EXPECT_EQ(Count(xml, "classname=\"drift.feature\""), 4u);
  EXPECT_NE(xml.find("tests=\"5\" failures=\"2\" skipped=\"0\""), xml.npos) << xml;
  EXPECT_NE(xml.find("<failure message=\"distance drifted: adjusted PSI 0.43, q = 4.0e-06\">psi: "
                     "0.44\npsi_adjusted: 0.43\n"),
            xml.npos);
}

TEST(JunitReport, AWellWindowHasNoFailure) {
  const std::string xml = JunitReport(ExampleWindow(2));
  EXPECT_EQ(Count(xml, "<failure"), 0u);
  EXPECT_NE(xml.find("failures=\"0\""), xml.npos);
}

TEST(JunitReport, TooFewRowsIsSkippedAndNotPassed) {
  WindowReport report = ExampleWindow(2);
  report.verdict = WindowVerdict::kNotEnoughData;
  report.reason = "150 rows, 200 are needed";
  EXPECT_NE(JunitReport(report).find("<skipped message=\"150 rows, 200 are needed\"/>"),
            std::string::npos);
}

TEST(JunitReport, AFeatureThatMayDriftFailsNoRun) {
  WindowReport report = ExampleWindow(30);
  report.verdict = WindowVerdict::kOk;
  EXPECT_EQ(Count(JunitReport(report), "<failure"), 0u);
}

TEST(JunitReport, FindingsBeyondFeaturesAreCases) {
  WindowReport report = ExampleWindow(30);
  Finding volume;
  volume.kind = "volume";
  volume.level = Level::kAlert;
  volume.what = "half of the usual rows";
  volume.help = "mooring log tail";
  report.findings.push_back(volume);
  volume.kind = "freshness";
  volume.level = Level::kHold;
  report.findings.push_back(volume);
  volume.kind = "class_drift";
  report.findings.push_back(volume);
  const std::string xml = JunitReport(report);
  EXPECT_EQ(Count(xml, "drift.class_drift"), 0u);
  EXPECT_EQ(Count(xml, "drift.feature_drift"), 0u);  // the feature's own case tells it
  EXPECT_NE(xml.find("<testcase classname=\"drift.volume\" name=\"volume\"><failure "
                     "message=\"half of the usual rows\">n: 0\nhelp: mooring log tail\n"),
            xml.npos)
      << xml;
  EXPECT_NE(xml.find("<testcase classname=\"drift.freshness\" name=\"freshness\"/>"), xml.npos);
}

TEST(JunitReport, QualityFailsWhenWorseAndSkipsWhileWaiting) {
  EXPECT_EQ(Count(JunitReport(ExampleQuality(30)), "<failure"), 1u);
  EXPECT_EQ(Count(JunitReport(ExampleQuality(2)), "<failure"), 0u);
  QualityReport waiting = ExampleQuality(2);
  waiting.verdict = "waiting";
  EXPECT_EQ(Count(JunitReport(waiting), "<skipped"), 1u);
  const WindowReport drift = ExampleWindow(30);
  const QualityReport quality = ExampleQuality(30);
  EXPECT_EQ(Count(JunitReport(&drift, &quality), "<testsuite "), 2u);
}

TEST(JunitReport, HostileNamesStayText) {
  WindowReport report = ExampleWindow(30);
  report.features[0].feature = std::string("\"><failure> ]]> \x01\xff") + '\0';
  report.model = "<m>";
  const std::string xml = JunitReport(report);
  EXPECT_EQ(Unbalanced(xml), "");
  EXPECT_EQ(Count(xml, "<failure"), 2u);
  EXPECT_EQ(FirstInvalidUtf8(xml), xml.size());
  for (const char c : xml) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

}  // namespace
}  // namespace mooring::monitoring
