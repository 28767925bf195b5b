#include "monitoring/evidence.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

data::Batch Table(const std::vector<double>& numbers, const std::vector<std::string>& texts) {
  auto schema = data::Schema::Make({{.name = "score"}, {.name = "c", .type = data::Type::kString}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (const double x : numbers) batch.column(0).Append(x);
  for (const std::string& text : texts) batch.column(1).AppendText(text);
  batch.SetRows(numbers.size());
  return batch;
}

class EvidenceTest : public testing::Test {
 protected:
  EvidenceTest() {
    std::vector<double> numbers;
    std::vector<std::string> texts;
    for (int i = 0; i < 4000; ++i) {
      numbers.push_back(i % 100);
      texts.push_back("t" + std::to_string(i % 20));
    }
    reference_.emplace(data::LearnReference(Table(numbers, texts)).value());
    window_.emplace(reference_->bins());
  }
  std::optional<data::BatchProfile> reference_, window_;
};

TEST_F(EvidenceTest, TheScoreStandsLastAndNothingIsSureWithoutRows) {
  EXPECT_TRUE(GatherEvidence(*reference_, *window_).empty());
  ASSERT_TRUE(window_->Add(Table({1, 2}, {"t1", "t2"})).ok());
  const auto features = GatherEvidence(*reference_, *window_);
  ASSERT_EQ(features.size(), 2U);
  EXPECT_EQ(features[0].feature, "c");
  EXPECT_EQ(features[1].feature, "score");
  EXPECT_NEAR(features[1].mean, 1.5, 1e-6);  // moments are in fixed point
  EXPECT_NEAR(features[1].reference_mean, 49.5, 1e-6);
  EXPECT_TRUE(std::isnan(features[0].mean));
  EXPECT_EQ(features[1].p_value, 1);  // two rows make no two groups of five
}

// 600 rows of one decile against 4,000 even ones. Computed from the rule: pooled groups of 10
// deciles, chi-squared = sum (O - E)^2 / E.
TEST_F(EvidenceTest, TheTestIsChiSquaredOnTheGroupsOfPsi) {
  std::vector<double> numbers(600, 5);
  std::vector<std::string> texts(600, "t1");
  ASSERT_TRUE(window_->Add(Table(numbers, texts)).ok());
  const auto features = GatherEvidence(*reference_, *window_);
  EXPECT_EQ(features[1].test, "chi2");
  EXPECT_LT(features[1].p_value, 1e-100);
  EXPECT_GE(features[1].q_value, features[1].p_value);
  EXPECT_EQ(features[1].effective_rows, 600);
}

// Whole numbers that become fractions stay in the range and in the group of the number below.
TEST_F(EvidenceTest, NumbersBetweenTheKnownOnesAreUnseen) {
  std::vector<double> counts;
  for (int i = 0; i < 4000; ++i) counts.push_back(i % 20 == 0 ? 2 + i % 3 : 1);
  const std::vector<std::string> texts(4000, "t1");
  const auto reference = data::LearnReference(Table(counts, texts)).value();
  data::BatchProfile same(reference.bins()), moved(reference.bins());
  ASSERT_TRUE(same.Add(Table(counts, texts)).ok());
  for (std::size_t i = 0; i < counts.size(); i += 4) counts[i] += 0.25;
  ASSERT_TRUE(moved.Add(Table(counts, texts)).ok());
  EXPECT_EQ(GatherEvidence(reference, same)[1].unseen_share, 0);
  const FeatureDrift feature = GatherEvidence(reference, moved)[1];
  EXPECT_EQ(feature.feature, "score");
  // Every fourth row; those of 4.25 are beyond the greatest instead.
  EXPECT_NEAR(feature.unseen_share + feature.out_of_range_share, 0.25, 1e-12);
  EXPECT_GT(feature.unseen_share, 0.2);
  EXPECT_LT(feature.psi_adjusted, 0.1);  // which is why it must be told
}

TEST_F(EvidenceTest, LabelsSayOnWhichSideOfAnEdgeItsValueIs) {
  // Half of the rows are 5, so that an edge is just below it.
  std::vector<double> numbers;
  for (int i = 0; i < 4000; ++i) numbers.push_back(i % 2 == 0 ? 5 : i % 11);
  const std::vector<std::string> texts(numbers.size(), "t");
  const auto reference = data::LearnReference(Table(numbers, texts)).value();
  data::BatchProfile window(reference.bins());
  ASSERT_TRUE(window.Add(Table({5, 5, 5}, {"t", "t", "t"})).ok());
  bool found = false;
  for (const Bar& bar : BarsOf(reference, window, 0)) {
    if (bar.current == 0) continue;
    found = true;
    EXPECT_TRUE(bar.label.starts_with("≥ 5") || bar.label.ends_with("≤ 5")) << bar.label;
    EXPECT_FALSE(bar.label.starts_with("> 5") || bar.label.ends_with("< 5")) << bar.label;
  }
  EXPECT_TRUE(found);
}

TEST_F(EvidenceTest, BarsAddUpToAllRows) {
  ASSERT_TRUE(window_->Add(Table({-1, 5, 500}, {"t1", "t19", "new"})).ok());
  for (std::size_t column = 0; column < 2; ++column) {
    std::uint64_t before = 0, now = 0;
    for (const Bar& bar : BarsOf(*reference_, *window_, column)) {
      before += bar.reference;
      now += bar.current;
    }
    EXPECT_EQ(before, 4000U);
    EXPECT_EQ(now, 3U);
  }
  const auto ranges = BarsOf(*reference_, *window_, 0);
  EXPECT_EQ(ranges.front().label, "≤ 9");
  EXPECT_EQ(ranges[1].label, "> 9 to ≤ 18");
  EXPECT_EQ(ranges.back().label, "> 89");
  const auto categories = BarsOf(*reference_, *window_, 1);
  ASSERT_EQ(categories.size(), 14U);  // 12 of 20, other, unseen
  EXPECT_EQ(categories.back().label, "unseen");
  EXPECT_EQ(categories.back().current, 1U);
  EXPECT_EQ(categories[12].label, "other");
}

TEST(Evidence, OutputsStandBehindInputsAndTheScoreLast) {
  auto schema = data::Schema::Make(
      {{.name = "score"}, {.name = "output:a"}, {.name = "x"}, {.name = "predicted_class"}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (int i = 0; i < 100; ++i) {
    for (std::size_t column = 0; column < 4; ++column) batch.column(column).Append(double(i));
  }
  batch.SetRows(100);
  const data::BatchProfile profile = data::LearnReference(batch).value();
  std::vector<std::string> names;
  for (const FeatureDrift& feature : GatherEvidence(profile, profile)) {
    names.push_back(feature.feature);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"x", "output:a", "predicted_class", "score"}));
}

}  // namespace
}  // namespace mooring::monitoring
