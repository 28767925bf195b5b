#include "records/tracking/metric_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/crypto/digest.h"
#include "base/rng.h"
#include "records/tracking/metric_point.h"

namespace mooring::records {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();

bool SameBits(const KeyedPoint& a, const KeyedPoint& b) {
  return a.key == b.key && a.point.timestamp == b.point.timestamp && a.point.step == b.point.step &&
         std::bit_cast<std::uint64_t>(a.point.value) == std::bit_cast<std::uint64_t>(b.point.value);
}

void ExpectRoundTrip(std::vector<KeyedPoint> points) {
  const std::string block = EncodeMetricBlock(points);  // sorted now
  const auto decoded = DecodeMetricBlock(AsBytes(block));
  ASSERT_TRUE(decoded.ok()) << decoded.error().ToString();
  ASSERT_EQ(decoded->size(), points.size());
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_TRUE(SameBits((*decoded)[i], points[i]));
  for (const KeyedPoint& point : points) {
    std::vector<MetricPoint> of_key;
    ASSERT_TRUE(ReadMetricOfBlock(AsBytes(block), point.key, of_key).ok());
    EXPECT_EQ(of_key.size(), static_cast<std::size_t>(std::count_if(
                                 points.begin(), points.end(),
                                 [&](const KeyedPoint& other) { return other.key == point.key; })));
  }
}

TEST(MetricBlock, GivesBackExtremesAndOddities) {
  ExpectRoundTrip({});
  ExpectRoundTrip({{0, {1, 2, 3}}});
  ExpectRoundTrip({{kMost, {-0.0, kMost, kLeast}}, {0, {kNan, kLeast, kMost}}});
  ExpectRoundTrip({{7, {5e-324, 0, 0}},
                   {7, {-INFINITY, 0, 0}},
                   {7, {INFINITY, 0, 0}},
                   {7, {1.7976931348623157e308, kMost, kMost}},
                   {7, {0, kLeast, kLeast}}});
}

TEST(MetricBlock, GivesBackRandomPointsOfAllShapes) {
  Rng rng(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<KeyedPoint> points(rng.Below(300));
    const std::uint64_t keys = 1 + rng.Below(20), shape = rng.Below(4);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto number = static_cast<std::int64_t>(i);
      double value = rng.Uniform();
      if (shape == 1) value = static_cast<double>(number) * 0.5;
      if (shape == 2) value = std::bit_cast<double>(rng.Next());
      if (shape == 3) value = 1;
      points[i] = {static_cast<std::int64_t>(rng.Below(keys)),
                   {value, shape == 2 ? static_cast<std::int64_t>(rng.Next()) : 1'700'000 + number,
                    shape == 2 ? static_cast<std::int64_t>(rng.Next()) : number}};
    }
    ExpectRoundTrip(points);
  }
}

TEST(MetricBlock, IsSmallWhereTrainingLogsItsSteps) {
  std::vector<KeyedPoint> random, halves;
  Rng rng(3);
  for (int i = 0; i < 300; ++i) {
    random.push_back({1, {rng.Uniform(), 1'700'000'000'000 + i * 40, i}});
    halves.push_back({1, {i * 0.5, 1'700'000'000'000 + i * 40, i}});
  }
  EXPECT_LT(EncodeMetricBlock(random).size(), 300u * 10 + 30);
  EXPECT_LT(EncodeMetricBlock(halves).size(), 300u * 6 + 30);
}

// The bytes of docs/formats/tracking.md, written down by its rules.
TEST(MetricBlock, HasTheBytesThatItsFormatSays) {
  std::vector<KeyedPoint> points = {{3, {1.0, 11, 6}}, {3, {1.0, 10, 5}}};
  const std::string body = {1, 2, 20, 10, 3, 5, 8, 0, 2, 0, 2, 0x06, '\xF0', '\x3F', 8};
  std::string expected = body;
  const std::uint32_t checksum = Crc32c(AsBytes(body));
  expected.append(reinterpret_cast<const char*>(&checksum), 4);
  EXPECT_EQ(EncodeMetricBlock(points), expected);
}

TEST(MetricBlock, EveryFlippedBitAndEveryCutIsDamage) {
  std::vector<KeyedPoint> points;
  for (int i = 0; i < 20; ++i) points.push_back({i % 3, {i * 0.1, i, i}});
  const std::string block = EncodeMetricBlock(points);
  for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
    std::string damaged = block;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const auto decoded = DecodeMetricBlock(AsBytes(damaged));
    ASSERT_FALSE(decoded.ok()) << bit;
    EXPECT_EQ(decoded.error().code(), Code::kDataLoss);
  }
  for (std::size_t size = 0; size < block.size(); ++size) {
    EXPECT_FALSE(DecodeMetricBlock(AsBytes(block.substr(0, size))).ok()) << size;
  }
}

// Behind a right checksum, too, no bytes lead out of bounds: each field set to each byte.
TEST(MetricBlock, AnyBytesBehindARightChecksumAreAnswered) {
  std::vector<KeyedPoint> points;
  for (int i = 0; i < 6; ++i) points.push_back({i % 2, {i * 0.5, i, i}});
  const std::string block = EncodeMetricBlock(points);
  const std::string body = block.substr(0, block.size() - 4);
  for (std::size_t at = 0; at < body.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = body;
      changed[at] = static_cast<char>(byte);
      const std::uint32_t checksum = Crc32c(AsBytes(changed));
      changed.append(reinterpret_cast<const char*>(&checksum), 4);
      const auto decoded = DecodeMetricBlock(AsBytes(changed));
      if (!decoded.ok()) {
        EXPECT_EQ(decoded.error().code(), Code::kDataLoss);
      }
      std::vector<MetricPoint> found;
      static_cast<void>(ReadMetricOfBlock(AsBytes(changed), 1, found));
      EXPECT_LE(found.size(), kMostBlockPoints);
    }
  }
}

TEST(MetricPoint, OrdersAreTotalWithNaNBelowNumbers) {
  EXPECT_TRUE(CompareValues(kNan, -INFINITY) < 0);
  EXPECT_TRUE(CompareValues(0, kNan) > 0);
  EXPECT_TRUE(CompareValues(kNan, kNan) == 0);
  EXPECT_TRUE(CompareValues(-0.0, 0.0) == 0);
  EXPECT_TRUE(CompareLatest({1, 9, 0}, {0, 0, 1}) < 0);
  EXPECT_TRUE(CompareHistory({1, 9, 0}, {0, 0, 1}) > 0);
  EXPECT_FALSE(std::signbit(Plain(-0.0)));
}

}  // namespace
}  // namespace mooring::records
