#include "monitoring/judge.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "monitoring/offline.h"

namespace mooring::monitoring {
namespace {

// Rows of "a", "b" (normal, b moved by `shift` and missing for `missing` of the rows) and "c" (one
// of four categories, or "new" for `unseen` of the rows).
struct Sample {
  std::size_t rows = 1000;
  double shift = 0, missing = 0, unseen = 0;
  std::uint64_t seed = 1;
};

double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

data::Batch Draw(const Sample& sample) {
  auto schema = data::Schema::Make(
      {{.name = "a"}, {.name = "b"}, {.name = "c", .type = data::Type::kString}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  Rng rng(sample.seed);
  for (std::size_t row = 0; row < sample.rows; ++row) {
    batch.column(0).Append(Normal(rng));
    const double b = Normal(rng) + sample.shift;
    if (rng.Uniform() < sample.missing) {
      batch.column(1).AppendNull();
    } else {
      batch.column(1).Append(b);
    }
    const bool unseen = rng.Uniform() < sample.unseen;
    batch.column(2).AppendText(unseen ? "new" : std::string(1, char('p' + rng.Below(4))));
  }
  batch.SetRows(sample.rows);
  return batch;
}

WindowReport Report(const Sample& current) {
  auto report = CompareTables(Draw({.rows = 20'000, .seed = 99}), Draw(current), {});
  EXPECT_TRUE(report.ok()) << report.error().ToString();
  return *report;
}

TEST(Judge, TheSameDistributionIsOk) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const WindowReport report = Report({.seed = seed});
    EXPECT_EQ(report.verdict, WindowVerdict::kOk) << seed << report.reason;
    EXPECT_TRUE(report.reason.empty());
  }
}

TEST(Judge, AMovedFeatureIsDriftAndIsNamed) {
  const WindowReport report = Report({.shift = 1.0});
  EXPECT_EQ(report.verdict, WindowVerdict::kDrift);
  EXPECT_NE(report.reason.find("b: adjusted PSI"), std::string::npos) << report.reason;
  ASSERT_EQ(report.features.size(), 3U);
  EXPECT_FALSE(report.features[0].drifted);
  EXPECT_TRUE(report.features[1].drifted);
  EXPECT_NEAR(report.drifted_share, 1.0 / 3, 1e-12);
  // A normal moved by one deviation: W1 / sigma is 1, D is 2 Phi(1/2) - 1 = 0.383.
  EXPECT_NEAR(report.features[1].wasserstein, 1.0, 0.1);
  EXPECT_NEAR(report.features[1].ks, 0.383, 0.06);
}

TEST(Judge, UnseenCategoriesAreDriftWithTheirShare) {
  const WindowReport report = Report({.unseen = 0.3});
  EXPECT_EQ(report.verdict, WindowVerdict::kDrift);
  EXPECT_NEAR(report.features[2].unseen_share, 0.3, 0.06);
  EXPECT_TRUE(std::isnan(report.features[2].ks));
}

TEST(Judge, MissingValuesAreCounted) {
  EXPECT_NEAR(Report({.missing = 0.25}).features[1].missing_share, 0.25, 0.06);
}

TEST(Judge, FewRowsAreNotJudgedHoweverFar) {
  const WindowReport report = Report({.rows = 199, .shift = 5});
  EXPECT_EQ(report.verdict, WindowVerdict::kNotEnoughData);
  EXPECT_EQ(report.reason, "199 rows, 200 are needed");
  EXPECT_EQ(Report({.rows = 200, .shift = 5}).verdict, WindowVerdict::kDrift);
}

TEST(Judge, TheScoreAloneIsEnoughAndStandsLast) {
  auto schema = data::Schema::Make({{.name = "score"}, {.name = "x"}});
  const auto shared = std::make_shared<const data::Schema>(std::move(schema).value());
  data::Batch reference(shared), current(shared);
  Rng rng(5);
  for (int row = 0; row < 5000; ++row) {
    reference.column(0).Append(rng.Uniform());
    reference.column(1).Append(rng.Uniform());
    current.column(0).Append(rng.Uniform() * rng.Uniform());
    current.column(1).Append(rng.Uniform());
  }
  reference.SetRows(5000);
  current.SetRows(5000);
  const auto report = CompareTables(reference, current, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->features.back().feature, "score");
  EXPECT_EQ(report->drifted_share, 0);
  EXPECT_EQ(report->verdict, WindowVerdict::kDrift);
}

TEST(Judge, EmptyTablesAreRefused) {
  EXPECT_FALSE(CompareTables(Draw({.rows = 0}), Draw({}), {}).ok());
}

}  // namespace
}  // namespace mooring::monitoring
