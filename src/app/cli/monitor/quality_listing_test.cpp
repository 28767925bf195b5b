#include "app/cli/monitor/quality_listing.h"

#include <gtest/gtest.h>

namespace mooring::app::cli {
namespace {

monitoring::QualityReport Example() {
  monitoring::QualityReport report;
  report.metrics.emplace_back().name = "log_loss";
  report.estimates.emplace_back().name = "log_loss";
  report.business.emplace_back().name = "margin";
  report.classes.emplace_back().label = "late";
  report.confusion = {{"late", "on time"}, {{1, 2}, {3, 4}}};
  report.slices.emplace_back().slice = "origin=ATL";
  report.slices.back().searched = true;
  return report;
}

std::string TextOf(const Listing& listing, std::size_t row, std::size_t field) {
  return MachineText(listing.rows.at(row).at(field));
}

TEST(QualityListing, EveryPartHasAsManyCellsAsFields) {
  for (const std::string_view part : {"metrics", "classes", "confusion", "slices"}) {
    const auto listing = QualityListing(Example(), part);
    ASSERT_TRUE(listing.ok()) << part;
    ASSERT_FALSE(listing->rows.empty()) << part;
    for (const auto& row : listing->rows) EXPECT_EQ(row.size(), listing->fields.size()) << part;
  }
  EXPECT_EQ(QualityListing(Example(), "x").error().code(), Code::kInvalidArgument);
}

TEST(QualityListing, EstimatesAreNamedSo) {
  const auto listing = QualityListing(Example(), "metrics");
  EXPECT_EQ(TextOf(*listing, 0, 1), "realised");
  EXPECT_EQ(TextOf(*listing, 1, 1), "estimate");
  EXPECT_EQ(TextOf(*listing, 2, 1), "business");
}

TEST(QualityListing, SlicesOfTheContractHaveIntervals) {
  monitoring::QualityReport report = Example();
  report.slices.insert(
      report.slices.begin(),
      {.slice = "long",
       .value = 0.5,
       .metrics = {{.name = "log_loss", .value = 0.5, .lower = 0.25, .upper = 0.75}}});
  const auto listing = QualityListing(report, "slices");
  ASSERT_EQ(listing->rows.size(), 2u);
  EXPECT_EQ(TextOf(*listing, 0, 2), "contract");
  EXPECT_EQ(TextOf(*listing, 0, 5), "0.25");
  EXPECT_EQ(TextOf(*listing, 0, 6), "0.75");
  EXPECT_EQ(TextOf(*listing, 1, 2), "search");
  EXPECT_NE(TextOf(*listing, 1, 5), "0.25");
}

TEST(QualityListing, ConfusionIsTruthThenPrediction) {
  const auto listing = QualityListing(Example(), "confusion");
  ASSERT_EQ(listing->rows.size(), 4u);
  EXPECT_EQ(TextOf(*listing, 1, 0), "late");
  EXPECT_EQ(TextOf(*listing, 1, 1), "on time");
  EXPECT_EQ(TextOf(*listing, 1, 2), "2");
}

}  // namespace
}  // namespace mooring::app::cli
