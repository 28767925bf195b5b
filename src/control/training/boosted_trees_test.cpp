#include "control/training/boosted_trees.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "data/stats/two_sample/kolmogorov_smirnov.h"

namespace mooring::control {
namespace {

using ::testing::UnorderedElementsAre;

double Normal(Rng& rng) {
  const double u = rng.Uniform(), v = rng.Uniform();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

// Six standard normal features, of which `weight` and `volume` are correlated with r, and a town
// whose last value has the share `elsewhere`.
data::Batch Parcels(std::size_t rows, std::uint64_t seed, double r, double elsewhere = 0) {
  std::vector<data::Field> fields;
  for (const char* name : {"weight", "volume", "n1", "n2", "n3", "n4"}) {
    fields.push_back({name, data::Type::kFloat64});
  }
  fields.push_back({"town", data::Type::kString});
  data::Batch batch(
      std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value()));
  Rng rng(seed);
  for (std::size_t row = 0; row < rows; ++row) {
    const double weight = Normal(rng);
    batch.column(0).Append(weight);
    batch.column(1).Append(r * weight + std::sqrt(1 - r * r) * Normal(rng));
    for (std::size_t i = 2; i < 6; ++i) batch.column(i).Append(Normal(rng));
    const char* town = rng.Below(2) == 0 ? "LED" : "SVO";
    batch.column(6).AppendText(rng.Uniform() < elsewhere ? "elsewhere" : town);
  }
  batch.SetRows(rows);
  return batch;
}

// The correlation of two features turns round; no feature alone shows it.
TEST(BoostedTrees, FindADriftThatNoSingleFeatureShows) {
  const data::Batch reference = Parcels(2000, 1, 0.8), window = Parcels(1500, 2, -0.8);
  for (std::size_t i = 0; i < 6; ++i) {
    const auto ks = data::KolmogorovSmirnov(reference.column(i).Values<double>(),
                                            window.column(i).Values<double>());
    EXPECT_GT(ks->p_value, 0.01) << i;
  }
  const auto verdict = monitoring::TellApart(reference, window, BoostedTrees({}), {});
  ASSERT_TRUE(verdict.ok()) << verdict.error().ToString();
  EXPECT_GT(verdict->auc, 0.8);
  EXPECT_LT(verdict->p_value, 1e-50);
  EXPECT_TRUE(verdict->alert);
  const std::vector<std::string> first = {verdict->drivers[0].feature, verdict->drivers[1].feature};
  EXPECT_THAT(first, UnorderedElementsAre("weight", "volume"));
  EXPECT_GT(verdict->drivers[1].auc_drop, 0.2);
  EXPECT_LT(verdict->drivers[2].auc_drop, 0.05);
}

TEST(BoostedTrees, StayCalmWithoutDrift) {
  const auto verdict =
      monitoring::TellApart(Parcels(2000, 3, 0.8), Parcels(1500, 4, 0.8), BoostedTrees({}), {});
  ASSERT_TRUE(verdict.ok());
  EXPECT_NEAR(verdict->auc, 0.5, 0.05);
  EXPECT_FALSE(verdict->alert);
}

TEST(BoostedTrees, SeeANewValueOfACategory) {
  const monitoring::DomainOptions options{.folds = 2};
  const auto verdict = monitoring::TellApart(Parcels(600, 5, 0), Parcels(600, 6, 0, 0.6),
                                             BoostedTrees({.rounds = 20}), options);
  ASSERT_TRUE(verdict.ok()) << verdict.error().ToString();
  EXPECT_GT(verdict->auc, 0.7);
  EXPECT_EQ(verdict->drivers[0].feature, "town");
  EXPECT_GT(verdict->drivers[0].importance, 0.5);
}

TEST(BoostedTrees, AreTheSameForOneSeed) {
  const data::Batch reference = Parcels(300, 7, 0.5), window = Parcels(300, 8, 0);
  const monitoring::TrainClassifier trees = BoostedTrees({.rounds = 10});
  const auto first = monitoring::TellApart(reference, window, trees, {});
  const auto second = monitoring::TellApart(reference, window, trees, {});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->auc, second->auc);
  EXPECT_EQ(first->drivers[0].auc_drop, second->drivers[0].auc_drop);
}

}  // namespace
}  // namespace mooring::control
