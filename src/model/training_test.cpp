#include "model/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "model/testing/golden_files.h"

namespace mooring::model {
namespace {

using ::testing::HasSubstr;

// Late when it is far and leaves from LED, or when it is late in the day.
data::Batch Flights(std::size_t rows, std::vector<float>& labels) {
  auto towns = data::Dictionary::Make({"SVO", "LED", "KZN"});
  auto schema = data::Schema::Make({{"distance", data::Type::kInt32, true, nullptr},
                                    {"hour", data::Type::kFloat64, true, nullptr},
                                    {"origin", data::Type::kCategory, true, *towns}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  Rng rng(7);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto distance = static_cast<std::int32_t>(rng.Below(3000));
    const double hour = rng.Uniform() * 24;
    const std::size_t town = rng.Below(3);
    batch.column(0).Append(distance);
    rng.Below(10) == 0 ? batch.column(1).AppendNull() : batch.column(1).Append(hour);
    batch.column(2).AppendText((*towns)->value(town));
    labels.push_back((distance > 1500 && town == 1) || hour > 18 ? 1.0F : 0.0F);
  }
  batch.SetRows(rows);
  return batch;
}

TEST(Training, LearnsAndServesTheSameBatch) {
  std::vector<float> labels;
  const data::Batch flights = Flights(2000, labels);
  auto bytes = Train({.rounds = 30, .depth = 4, .learning_rate = 0.3}, flights, labels);
  ASSERT_TRUE(bytes.ok()) << bytes.error().ToString();
  auto predictor = testing::CompileAndLoad(testing::ArtifactOf("model", *bytes));
  ASSERT_TRUE(predictor.ok()) << predictor.error().ToString();
  const Signature& signature = (*predictor)->signature();
  EXPECT_EQ(signature.inputs->field(2).type, data::Type::kCategory);
  EXPECT_EQ(signature.inputs->field(2).dictionary->values()[1], "LED");
  data::Batch rows(signature.inputs);
  for (std::size_t row = 0; row < flights.rows(); ++row) {
    rows.column(0).Append(static_cast<float>(flights.column(0).Number(row)));
    rows.column(1).Append(static_cast<float>(flights.column(1).Number(row)));
    rows.column(2).AppendText(flights.column(2).Text(row));
  }
  rows.SetRows(flights.rows());
  data::Batch predictions(signature.output_columns);
  ASSERT_TRUE((*predictor)->Predict(rows, predictions).ok());
  std::size_t right = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    right += (predictions.column(0).Values<float>()[row] > 0.5F) == (labels[row] > 0.5F) ? 1 : 0;
  }
  EXPECT_GT(right, 1900U);
}

TEST(Training, SameRowsAndOptionsGiveTheSameBytes) {
  std::vector<float> labels;
  const data::Batch flights = Flights(500, labels);
  const TrainOptions options{.rounds = 5, .parameters = {{"subsample", "0.5"}}};
  auto first = Train(options, flights, labels);
  auto second = Train(options, flights, labels);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  TrainOptions other = options;
  other.seed = 2;
  auto third = Train(other, flights, labels);
  ASSERT_TRUE(third.ok());
  EXPECT_NE(*first, *third);
}

// Lateness comes of all three columns; a fourth that is noise gains little, a constant nothing.
TEST(Training, GainsSayWhichFeaturesMatter) {
  std::vector<float> labels;
  const data::Batch flights = Flights(2000, labels);
  auto schema = data::Schema::Make({flights.schema().field(0),
                                    flights.schema().field(1),
                                    flights.schema().field(2),
                                    {"noise", data::Type::kFloat64, true, nullptr},
                                    {"constant", data::Type::kFloat64, true, nullptr}});
  data::Batch wide(std::make_shared<const data::Schema>(std::move(schema).value()));
  Rng rng(8);
  for (std::size_t row = 0; row < flights.rows(); ++row) {
    for (std::size_t i = 0; i < 3; ++i) wide.column(i).AppendFrom(flights.column(i), row);
    wide.column(3).Append(rng.Uniform());
    wide.column(4).Append(1.0);
  }
  wide.SetRows(flights.rows());
  const TrainOptions options{.rounds = 10, .depth = 4};
  auto model = TrainWithGains(options, wide, labels);
  ASSERT_TRUE(model.ok()) << model.error().ToString();
  ASSERT_EQ(model->gains.size(), 5U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_GT(model->gains[i], 10 * model->gains[3]) << i;
  EXPECT_EQ(model->gains[4], 0);
  EXPECT_EQ(model->bytes, *Train(options, wide, labels)) << "the same model";
}

TEST(Training, WhatDoesNotFitIsRefused) {
  std::vector<float> labels;
  const data::Batch flights = Flights(10, labels);
  auto short_labels = Train({}, flights, std::span(labels).first(9));
  ASSERT_FALSE(short_labels.ok());
  EXPECT_THAT(short_labels.error().message(), HasSubstr("9 labels for 10 rows"));
  EXPECT_FALSE(Train({}, data::Batch(), {}).ok());
  auto unknown = Train({.objective = "binary:wishful"}, flights, labels);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), Code::kInvalidArgument);
  auto texts = data::Schema::Make({{"note", data::Type::kString, true, nullptr}});
  data::Batch notes(std::make_shared<const data::Schema>(std::move(texts).value()));
  notes.column(0).AppendText("x");
  notes.SetRows(1);
  EXPECT_FALSE(Train({}, notes, std::span(labels).first(1)).ok());
}

}  // namespace
}  // namespace mooring::model
