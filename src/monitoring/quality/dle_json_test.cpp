#include <gtest/gtest.h>

#include "base/rng.h"
#include "monitoring/quality/dle.h"

namespace mooring::monitoring {
namespace {

// Learns the mean of the losses, and is stored as its digits.
Result<LossPredictor> OpenMean(std::string_view bytes) {
  if (bytes.empty()) return Error(Code::kInvalidArgument, "nothing to open");
  const double mean = std::stod(std::string(bytes));
  return LossPredictor([mean](const data::Batch& rows) -> Result<std::vector<double>> {
    return std::vector<double>(rows.rows(), mean);
  });
}

Result<LossRegressor> TrainMean(const data::Batch&, std::span<const double> targets) {
  double sum = 0;
  for (const double x : targets) sum += x;
  std::string bytes = std::to_string(sum / static_cast<double>(targets.size()));
  LossPredictor predict = OpenMean(bytes).value();
  return LossRegressor{std::move(predict), std::move(bytes)};
}

data::Batch NoColumns(std::size_t rows) {
  data::Batch batch(
      std::make_shared<const data::Schema>(data::Schema::Make({{.name = "x"}}).value()));
  for (std::size_t i = 0; i < rows; ++i) batch.column(0).Append(1.0);
  batch.SetRows(rows);
  return batch;
}

DleModel Fitted() {
  Rng rng(3);
  std::vector<double> predicted, truth;
  for (int i = 0; i < 400; ++i) {
    predicted.push_back(10);
    truth.push_back(9 + 2 * rng.Uniform());
  }
  const std::vector<std::size_t> chunks(4, 100);
  return DleModel::Fit({.measures = {LossMeasure::kRmse, LossMeasure::kMae, LossMeasure::kMape}},
                       NoColumns(400), {predicted, truth}, chunks, TrainMean)
      .value();
}

std::string Replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t place = text.find(what);
  EXPECT_NE(place, std::string::npos) << what;
  return place == std::string::npos ? text : text.replace(place, what.size(), by);
}

TEST(DleJson, ComesBackBitForBit) {
  const DleModel model = Fitted();
  const std::string text = model.ToJson();
  const auto back = DleModel::FromJson(text, OpenMean);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->ToJson(), text);
  EXPECT_EQ(back->losses(),
            (std::vector<RowLoss>{RowLoss::kAbsolute, RowLoss::kRelative, RowLoss::kSquare}));
  const std::vector<double> predicted(50, 10.0);
  const auto before = model.Estimate(NoColumns(50), predicted).value();
  const auto after = back->Estimate(NoColumns(50), predicted).value();
  ASSERT_EQ(after.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(after[i].name, before[i].name);
    EXPECT_EQ(after[i].value, before[i].value);
    EXPECT_EQ(after[i].sampling_error, before[i].sampling_error);
    EXPECT_EQ(after[i].thresholds.lower, before[i].thresholds.lower);
    EXPECT_EQ(after[i].thresholds.upper, before[i].thresholds.upper);
  }
}

TEST(DleJson, WhatWasKeptOfRowsGivesTheSameEstimate) {
  const DleModel model = Fitted();
  const std::vector<double> predicted(50, 10.0);
  const auto at_once = model.Estimate(NoColumns(50), predicted).value();
  const auto later = model.EstimateOf(model.PredictLosses(NoColumns(50), predicted).value());
  ASSERT_EQ(later.size(), at_once.size());
  for (std::size_t i = 0; i < later.size(); ++i) EXPECT_EQ(later[i].value, at_once[i].value);
}

TEST(DleJson, RefusesWhatItWouldNotHaveWritten) {
  const std::string text = Fitted().ToJson();
  const auto code = [](const std::string& damaged) {
    const auto read = DleModel::FromJson(damaged, OpenMean);
    return read.ok() ? Code::kAlreadyExists : read.error().code();
  };
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
           {"\"schema\":1", "\"schema\":2"},
           {"\"schema\":1", "\"schema\":1,\"more\":1"},
           {"\"rmse\"", "\"rmsd\""},
           {"\"absolute\"", "\"square\""},      // twice
           {"\"absolute\"", "\"log_square\""},  // mae lacks its loss
           {"\"regressor\":\"3", "\"regressor\":\"z3"},
           {"\"error_of_one_row\":", "\"error_of_one_row\":-"},
           {"\"lower\":", "\"lower\":9"}}) {  // above the upper end
    EXPECT_EQ(code(Replaced(text, what, by)), Code::kDataLoss) << what << " " << by;
  }
  EXPECT_EQ(code(text.substr(0, text.size() / 2)), Code::kDataLoss);
  EXPECT_EQ(code(R"({"schema":1,"measures":[],"losses":[]})"), Code::kDataLoss);
  EXPECT_EQ(code(""), Code::kDataLoss);
}

// A trainer whose models are not stored gives bytes that cannot be opened again.
TEST(DleJson, SaysThatARegressorCannotBeOpened) {
  const auto nothing = [](std::string_view) -> Result<LossPredictor> {
    return Error(Code::kUnsupported, "of another library");
  };
  const auto read = DleModel::FromJson(Fitted().ToJson(), nothing);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().ToString().find("another library"), std::string::npos);
}

}  // namespace
}  // namespace mooring::monitoring
