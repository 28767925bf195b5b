#include "monitoring/report/html_report.h"

#include <gtest/gtest.h>

#include "base/text/utf8.h"
#include "monitoring/report/report_examples.h"
#include "monitoring/report/report_testing.h"

namespace mooring::monitoring {
namespace {

TEST(HtmlReport, SaysTheVerdictBeforeAnyFigure) {
  const std::string html = HtmlReport(ExampleInput());
  EXPECT_EQ(Unbalanced(html), "");
  const auto verdict = html.find("WORSE, AND DRIFT");
  ASSERT_NE(verdict, html.npos);
  EXPECT_LT(verdict, html.find("<svg"));
  EXPECT_LT(verdict, html.find("<table"));
  for (const std::string_view part :
       {"How big", "How sure", "What to do", "about 1,240.00 USD a day", "origin=ATL",
        "pca_reconstruction", "Confusion matrix", "Every class", "Calibration", "Estimate and",
        "id=\"findings\"", "sell cover against a late arrival"}) {
    EXPECT_NE(html.find(part), html.npos) << part;
  }
}

TEST(HtmlReport, IsOneFileThatAsksForNothing) {
  const std::string html = HtmlReport(ExampleInput());
  for (const std::string_view asks : {"http://", "https://", " src=", "@import", "url(", "<link",
                                      "<img", "<iframe", "xlink", "fetch("}) {
    EXPECT_EQ(html.find(asks), html.npos) << asks;
  }
  EXPECT_EQ(Count(html, " href=\""), Count(html, " href=\"#"));
}

TEST(HtmlReport, EveryLinkHasItsPlace) {
  const std::string html = HtmlReport(ExampleInput());
  for (auto at = html.find("href=\"#"); at != html.npos; at = html.find("href=\"#", at + 1)) {
    const std::string id = html.substr(at + 7, html.find('"', at + 7) - at - 7);
    EXPECT_EQ(Count(html, " id=\"" + id + "\""), 1u) << id;
  }
}

TEST(HtmlReport, TheSameInputGivesTheSameBytes) {
  EXPECT_EQ(HtmlReport(ExampleInput()), HtmlReport(ExampleInput()));
}

TEST(HtmlReport, HostileNamesStayText) {
  const std::string evil =
      std::string("</title></script><script>x</script>\"'onload=\" --> ]]> \xff\xfe") + '\0' +
      "\x1b";
  ReportInput input = ExampleInput();
  input.facts = {evil, 1, evil, evil};
  for (FeatureDrift& feature : input.drift->features) {
    feature.feature = feature.test = evil;
    for (Bar& bar : feature.bars) bar.label = evil;
  }
  input.history = {*input.drift, *input.drift};
  input.drift->reason = input.drift->reference = evil;
  input.drift->slices[0].slice = input.drift->slices[0].feature = evil;
  input.drift->pairs[0].first = input.drift->multivariate[0].method = evil;
  input.drift->multivariate[0].drivers = {evil};
  Finding& finding = input.drift->findings[0];
  for (std::string* text : {&finding.kind, &finding.subject, &finding.what, &finding.statistic,
                            &finding.sureness, &finding.cost, &finding.help}) {
    *text = evil;
  }
  input.quality->reason = input.quality->metrics[0].name = evil;
  input.quality->classes[0].label = input.quality->confusion.labels[0] = evil;
  input.quality->slices[0].slice = input.quality->gap.metric = evil;
  input.scored = {*input.quality, *input.quality};
  input.alerts = {{evil, evil, Level::kAlert, ExampleHour(1), evil}};
  const std::string html = HtmlReport(input);
  EXPECT_EQ(Count(html, "<script>"), 1u);  // ours
  EXPECT_EQ(Count(html, "</script>"), 1u);
  EXPECT_EQ(Count(html, "</title>"), 1u + Count(html, "<title>") - 1u);
  EXPECT_EQ(html.find("\"'onload"), html.npos);
  EXPECT_EQ(Unbalanced(html), "");
  EXPECT_EQ(FirstInvalidUtf8(html), html.size());
  for (const char c : html) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

TEST(HtmlReport, AHundredFeaturesTakeLessThanTwoMegabytes) {
  ReportInput input;
  input.facts.model = "wide";
  for (int hour = 0; hour <= 60; ++hour) {
    WindowReport window = ExampleWindow(hour, 101);
    for (FeatureDrift& feature : window.features) {
      for (int i = 0; i < 12; ++i) feature.bars.push_back({"1234.5 … 2345.6", 1000, 20});
    }
    input.history.push_back(std::move(window));
  }
  input.drift = input.history.back();
  const std::string html = HtmlReport(input);
  EXPECT_LT(html.size(), 2'000'000u);
  EXPECT_EQ(Count(html, "<article"), kCardsShown);
}

TEST(HtmlReport, OfThousandsTheWorstAreShownAndItIsSaid) {
  ReportInput input;
  input.drift = ExampleWindow(30, 3000);
  const std::string html = HtmlReport(input);
  EXPECT_EQ(Count(html, "<article"), kCardsShown);
  EXPECT_NE(html.find("The 500 worst of 3000 features"), html.npos);
  EXPECT_NE(html.find("Charts of the 100 worst of 3000 features"), html.npos);
  EXPECT_LT(html.size(), 3'000'000u);
  EXPECT_LT(html.find("id=\"f0\" data-feature=\"distance\""), html.find("id=\"f1\""));
}

TEST(HtmlReport, SaysWhatItHasWhenThereIsLittle) {
  const std::string html = HtmlReport(ReportInput{});
  EXPECT_EQ(Unbalanced(html), "");
  EXPECT_NE(html.find("No window has been judged yet."), html.npos);
  ReportInput quality_only;
  quality_only.facts.model = "m";
  quality_only.quality = ExampleQuality(2);
  const std::string page = HtmlReport(quality_only);
  EXPECT_EQ(Unbalanced(page), "");
  EXPECT_EQ(page.find("id=\"features\""), page.npos);
  EXPECT_NE(page.find("id=\"quality\""), page.npos);
}

}  // namespace
}  // namespace mooring::monitoring
