#include "monitoring/report/drift_sections.h"

#include <gtest/gtest.h>

#include "monitoring/report/report_examples.h"
#include "monitoring/report/report_testing.h"

namespace mooring::monitoring {
namespace {

ReportInput Example() {
  ReportInput input = ExampleInput();
  input.quality.reset();
  return input;
}

TEST(DriftSections, AFeatureShowsBothRulesWhateverThePolicy) {
  ReportInput input = Example();
  FeatureDrift& feature = input.drift->features[1];
  feature.feature = "only_psi";
  feature.psi_drifted = true;
  feature.p_drifted = false;
  const std::string html = DriftSections(input);
  const auto row = html.find("<tr data-feature=\"only_psi\"");
  ASSERT_NE(row, html.npos);
  const std::string line = html.substr(row, html.find("</tr>", row) - row);
  EXPECT_NE(line.find("<td>drift</td><td>ok</td>"), line.npos) << line;
}

TEST(DriftSections, DriftedFeaturesStandFirst) {
  ReportInput input = Example();
  std::swap(input.drift->features[0], input.drift->features[2]);
  const std::string html = DriftSections(input);
  EXPECT_LT(html.find("data-feature=\"distance\""), html.find("data-feature=\"feature_2\""));
}

TEST(DriftSections, ACardHasBarsAndBothStatisticsOverTime) {
  const std::string html = DriftSections(Example());
  const auto card = html.find("<article class=\"card drift\"");
  ASSERT_NE(card, html.npos);
  const std::string distance = html.substr(card, html.find("</article>", card) - card);
  EXPECT_EQ(Count(distance, "<svg"), 3u);
  EXPECT_NE(distance.find("reference (wide)"), distance.npos);
  EXPECT_NE(distance.find("<dt>mean now</dt><dd>812.4</dd>"), distance.npos);
  EXPECT_NE(distance.find("<dt>mean before</dt><dd>731.5</dd>"), distance.npos);
}

TEST(DriftSections, FeaturesWithoutFiguresHaveNoCharts) {
  ReportInput input;
  input.drift = WindowReport{};
  FeatureDrift bare;
  bare.feature = "bare";
  input.drift->features = {bare};
  const std::string html = DriftSections(input);
  EXPECT_EQ(Unbalanced(html), "");
  EXPECT_EQ(Count(html, "<svg"), 0u);
  EXPECT_EQ(html.find("nan"), html.npos);
  EXPECT_NE(html.find("No value is missing"), html.npos);
}

TEST(DriftSections, ListsWhatCameInDamaged) {
  ReportInput input = Example();
  for (FeatureDrift& feature : input.drift->features) feature.missing_share = 0;
  input.drift->features[1].unseen_share = 0.25;
  const std::string html = DriftSections(input);
  const auto part = html.find("id=\"damage\"");
  const std::string table = html.substr(part, html.find("</table>", part) - part);
  EXPECT_EQ(Count(table, "<tr><td>"), 1u);
  EXPECT_NE(table.find("<td class=\"n\" data-v=\"0.25\">25.0 %</td>"), table.npos);
}

TEST(DriftSections, ThePolicyIsSaid) {
  ReportInput input = Example();
  input.drift->policy = records::DriftPolicy::kPValue;
  EXPECT_NE(DriftSections(input).find("p below the level"), std::string::npos);
}

TEST(Heads, NumbersStandToTheRight) {
  EXPECT_EQ(Heads({"a", "#b"}), "<th scope=\"col\">a</th><th scope=\"col\" class=\"n\">b</th>");
}

}  // namespace
}  // namespace mooring::monitoring
