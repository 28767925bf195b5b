#include "monitoring/report/quality_sections.h"

#include <gtest/gtest.h>

#include "monitoring/report/report_examples.h"
#include "monitoring/report/report_testing.h"

namespace mooring::monitoring {
namespace {

TEST(QualitySections, MetricsHaveIntervalsAndWhatTheyWere) {
  const std::string html = QualitySections(ExampleInput());
  EXPECT_EQ(Unbalanced(html), "");
  EXPECT_NE(html.find("940 of 1,000 outcomes are known (94.0 %)"), html.npos);
  EXPECT_NE(html.find("half of them came within 90 min, 95 % within 25 h"), html.npos);
  EXPECT_NE(html.find("<td>0.44 … 0.5</td>"), html.npos);
  EXPECT_NE(html.find("log_loss (estimate)"), html.npos);
}

TEST(QualitySections, ARareClassThatIsNeverFoundIsSeen) {
  const std::string html = QualitySections(ExampleInput());
  const auto table = html.find("Confusion matrix");
  const std::string part = html.substr(table, html.find("</table>", table) - table);
  // 96 of the 120 late flights were called on time.
  EXPECT_NE(part.find("<td class=\"n wrong\">96<br><span class=\"dim\">80.0 %</span></td>"),
            part.npos)
      << part;
  EXPECT_NE(part.find("<td class=\"n right\">24<br><span class=\"dim\">20.0 %</span></td>"),
            part.npos);
  EXPECT_NE(html.find("<td>0.138 … 0.281</td>"), html.npos);  // the interval of its recall
}

TEST(QualitySections, TheGapIsToldInStandardErrors) {
  const std::string html = QualitySections(ExampleInput());
  EXPECT_NE(html.find("4.5 standard errors apart; beyond three errors for 2 windows in a row"),
            html.npos);
}

TEST(QualitySections, WindowsWithOutcomesStillDueAreHollow) {
  const std::string html = QualitySections(ExampleInput());
  EXPECT_GE(Count(html, "class=\"hollow\""), 1u);
  EXPECT_NE(html.find("stop 0.42"), html.npos);
}

TEST(QualitySections, AnEmptyReportIsShort) {
  ReportInput input;
  input.quality = QualityReport{};
  const std::string html = QualitySections(input);
  EXPECT_EQ(Unbalanced(html), "");
  EXPECT_EQ(Count(html, "<table"), 0u);
  EXPECT_EQ(Count(html, "<svg"), 0u);
  input.quality->confusion.labels = {"a", "b"};  // without counts
  EXPECT_EQ(Unbalanced(QualitySections(input)), "");
}

TEST(QualitySections, WhatALossIsHeldAgainstIsSaid) {
  ReportInput input = ExampleInput();
  EXPECT_NE(QualitySections(input).find("beside that of all other rows"), std::string::npos);
  input.quality->slices_beyond_expected = true;
  EXPECT_NE(QualitySections(input).find("beyond what was expected of it"), std::string::npos);
}

TEST(QualitySections, SlicesOfTheContractStandBesideTheWorstFound) {
  const std::string html = QualitySections(ExampleInput());
  EXPECT_NE(html.find("<td>long flights</td>"), html.npos);
  EXPECT_NE(html.find("0.47"), html.npos);  // of the interval
  EXPECT_NE(html.find("0.57"), html.npos);
  EXPECT_NE(html.find("<td>contract</td>"), html.npos);
  EXPECT_NE(html.find("<td>search</td>"), html.npos);
}

TEST(QualitySections, HundredsOfClassesAreCut) {
  ReportInput input;
  input.quality = QualityReport{};
  for (int i = 0; i < 300; ++i) {
    input.quality->confusion.labels.push_back(std::to_string(i));
    input.quality->confusion.counts.emplace_back(300, 1);
  }
  const std::string html = QualitySections(input);
  EXPECT_NE(html.find("The first 40 of 300 classes."), html.npos);
  EXPECT_EQ(Count(html, "<th scope=\"row\">"), 40u);
}

}  // namespace
}  // namespace mooring::monitoring
