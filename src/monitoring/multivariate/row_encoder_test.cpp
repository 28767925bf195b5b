#include "monitoring/multivariate/row_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::HasSubstr;

data::Batch Rows(const std::vector<double>& numbers, const std::vector<std::string>& texts) {
  return FrameOf({{"x", numbers}}, {{"town", texts}});
}

TEST(RowEncoder, ImputesEncodesSharesAndStandardises) {
  const double none = std::nan("");
  auto encoder = RowEncoder::Learn(Rows({1, 3, none, 4}, {"LED", "", "SVO", "LED"}));
  ASSERT_TRUE(encoder.ok());
  const EncodedColumn& x = encoder->columns()[0];
  const EncodedColumn& town = encoder->columns()[1];
  EXPECT_DOUBLE_EQ(x.impute, 8.0 / 3);
  EXPECT_DOUBLE_EQ(x.mean, 8.0 / 3);
  EXPECT_DOUBLE_EQ(x.scale, std::sqrt((25.0 / 9 + 1.0 / 9 + 16.0 / 9) / 4));
  EXPECT_DOUBLE_EQ(town.impute, 0.75) << "the missing one counts as the most frequent";
  EXPECT_DOUBLE_EQ(town.shares.at("SVO"), 0.25);
  EXPECT_DOUBLE_EQ(town.mean, (3 * 0.75 + 0.25) / 4);
  auto rows = encoder->Encode(Rows({8.0 / 3, std::numeric_limits<double>::infinity()}, {"", "?"}));
  ASSERT_TRUE(rows.ok());
  EXPECT_DOUBLE_EQ((*rows)[0], 0);
  EXPECT_DOUBLE_EQ((*rows)[2], 0) << "an infinity is missing";
  EXPECT_DOUBLE_EQ((*rows)[1], (0.75 - town.mean) / town.scale);
  EXPECT_DOUBLE_EQ((*rows)[3], (0 - town.mean) / town.scale) << "an unseen value has share 0";
}

TEST(RowEncoder, ConstantsAreOnlyCentred) {
  for (const double value : {0.0, 7.0, 0.1, 1e300, -1e-300}) {
    auto encoder = RowEncoder::Learn(FrameOf({{"c", std::vector<double>(1000, value)}}, {}));
    ASSERT_TRUE(encoder.ok());
    EXPECT_EQ(encoder->columns()[0].scale, 1) << value;
  }
  // All missing: the mean of nothing is 0.
  auto nothing = RowEncoder::Learn(FrameOf({{"c", {std::nan(""), std::nan("")}}}, {}));
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->columns()[0].impute, 0);
}

TEST(RowEncoder, WhatDoesNotFitIsRefused) {
  EXPECT_FALSE(RowEncoder::Learn(Rows({}, {})).ok());
  EXPECT_FALSE(RowEncoder::Learn(data::Batch()).ok());
  std::vector<std::pair<std::string, std::vector<double>>> many;
  for (std::size_t i = 0; i <= RowEncoder::kMostColumns; ++i) {
    many.push_back({"f" + std::to_string(i), {1.0}});
  }
  auto wide = RowEncoder::Learn(FrameOf(many, {}));
  ASSERT_FALSE(wide.ok());
  EXPECT_EQ(wide.error().code(), Code::kTooLarge);
  auto encoder = RowEncoder::Learn(Rows({1, 2}, {"a", "b"}));
  auto absent = encoder->Encode(FrameOf({{"x", {1}}}, {}));
  ASSERT_FALSE(absent.ok());
  EXPECT_THAT(absent.error().message(), HasSubstr("'town'"));
  auto swapped = encoder->Encode(FrameOf({{"town", {1}}}, {{"x", {"a"}}}));
  ASSERT_FALSE(swapped.ok());
  EXPECT_THAT(swapped.error().message(), HasSubstr("is a string"));
}

TEST(RowEncoder, RareValuesBeyondTheLimitCountAsUnseen) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < RowEncoder::kLevels + 10; ++i) {
    texts.push_back(std::to_string(100000 + i));
    if (i < 5) texts.push_back(std::to_string(100000 + i));
  }
  auto encoder = RowEncoder::Learn(FrameOf({}, {{"id", texts}}));
  ASSERT_TRUE(encoder.ok());
  EXPECT_EQ(encoder->columns()[0].shares.size(), RowEncoder::kLevels);
  EXPECT_TRUE(encoder->columns()[0].shares.contains("100004"));
}

}  // namespace
}  // namespace mooring::monitoring
