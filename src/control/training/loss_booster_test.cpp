#include "control/training/loss_booster.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace mooring::control {
namespace {

using Losses = std::vector<double>;

// The loss is 1 in "day" and 3 in "night", and a tenth of x more; the text says nothing.
data::Batch Rows(std::size_t rows, std::uint64_t seed, Losses& losses) {
  auto times = data::Dictionary::Make({"day", "night"}).value();
  auto schema = data::Schema::Make({{"note", data::Type::kString, true, nullptr},
                                    {"time", data::Type::kCategory, true, times},
                                    {"x", data::Type::kFloat64, true, nullptr},
                                    {"whole", data::Type::kInt64, true, nullptr},
                                    {"flag", data::Type::kBool, true, nullptr}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  Rng rng(seed);
  for (std::size_t row = 0; row < rows; ++row) {
    const bool night = rng.Below(2) == 1;
    const double x = 10 * rng.Uniform();
    batch.column(0).AppendText("note");
    batch.column(1).AppendText(night ? "night" : "day");
    batch.column(2).Append(x);
    batch.column(3).Append(static_cast<std::int64_t>(row % 7));
    batch.column(4).Append(static_cast<std::uint8_t>(row % 2));
    losses.push_back((night ? 3 : 1) + 0.1 * x);
  }
  batch.SetRows(rows);
  return batch;
}

TEST(LossBooster, LearnsLossesAndOpensThemAgain) {
  Losses losses, wanted;
  const data::Batch rows = Rows(3000, 1, losses), others = Rows(500, 2, wanted);
  const auto learned = LossBooster({})(rows, losses);
  ASSERT_TRUE(learned.ok()) << learned.error().ToString();
  const Losses predicted = learned->predict(others).value();
  ASSERT_EQ(predicted.size(), 500U);
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    EXPECT_NEAR(predicted[i], wanted[i], 0.15) << i;
  }
  const auto opened = OpenLossBooster(learned->bytes);
  ASSERT_TRUE(opened.ok()) << opened.error().ToString();
  EXPECT_EQ((*opened)(others).value(), predicted);
}

// Live rows have other types, other dictionaries, and may lack what the model knew.
TEST(LossBooster, FindsColumnsByName) {
  Losses losses;
  const data::Batch rows = Rows(3000, 1, losses);
  const auto learned = LossBooster({})(rows, losses).value();
  auto times = data::Dictionary::Make({"dusk", "night", "day"}).value();
  auto schema = data::Schema::Make(
      {{"x", data::Type::kFloat32, true, nullptr}, {"time", data::Type::kCategory, true, times}});
  data::Batch live(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (const char* time : {"night", "day", "dusk"}) {
    live.column(0).Append(5.0F);
    live.column(1).AppendText(time);
  }
  live.SetRows(3);
  const auto predicted = learned.predict(live);
  ASSERT_TRUE(predicted.ok()) << predicted.error().ToString();
  EXPECT_NEAR((*predicted)[0], 3.5, 0.15);
  EXPECT_NEAR((*predicted)[1], 1.5, 0.15);
  EXPECT_TRUE(std::isfinite((*predicted)[2])) << "a category that was not there is missing";
}

TEST(LossBooster, IsTheSameForTheSameSeedAndBoundsItsRows) {
  Losses losses;
  const data::Batch rows = Rows(2000, 1, losses);
  const auto bytes = [&](const LossBoosterOptions& options) {
    return LossBooster(options)(rows, losses).value().bytes;
  };
  const std::string first = bytes({.most_rows = 500, .rounds = 10});
  EXPECT_EQ(bytes({.most_rows = 500, .rounds = 10}), first);
  EXPECT_NE(bytes({.most_rows = 500, .rounds = 10, .seed = 2}), first) << "another sample";
  EXPECT_NE(bytes({.rounds = 10}), first);
  EXPECT_EQ(bytes({.rounds = 10}), bytes({.most_rows = 2000, .rounds = 10, .seed = 1}));
}

TEST(LossBooster, RefusesBytesThatItDidNotStore) {
  Losses losses;
  const data::Batch rows = Rows(100, 1, losses);
  const std::string bytes = LossBooster({.rounds = 2})(rows, losses).value().bytes;
  EXPECT_FALSE(OpenLossBooster("").ok());
  EXPECT_FALSE(OpenLossBooster("neither model nor text").ok());
  EXPECT_FALSE(OpenLossBooster(bytes.substr(0, bytes.size() / 2)).ok());
  EXPECT_TRUE(OpenLossBooster(bytes).ok());
}

}  // namespace
}  // namespace mooring::control
