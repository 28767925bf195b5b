#include "data/stats/sketches/sketch_bytes.h"

#include <gtest/gtest.h>

namespace mooring::data {
namespace {

std::string Sample() {
  SketchWriter writer("ABCD");
  writer.Put(std::uint32_t{0x01020304});
  writer.Put(2.5);
  return std::move(writer).Finish();
}

TEST(SketchBytes, ComeBackInOrder) {
  const std::string bytes = Sample();
  EXPECT_EQ(bytes.substr(0, 8), std::string("ABCD\x04\x03\x02\x01"));
  EXPECT_EQ(bytes.size(), 4 + 4 + 8 + 4U);
  SketchReader reader = SketchReader::Open(bytes, "ABCD").value();
  EXPECT_EQ(reader.Take<std::uint32_t>().value(), 0x01020304U);
  EXPECT_EQ(reader.left(), 8U);
  EXPECT_EQ(reader.Take<double>().value(), 2.5);
  EXPECT_EQ(reader.left(), 0U);
  EXPECT_EQ(reader.Take<char>().error().code(), Code::kDataLoss);
}

TEST(SketchBytes, AnyChangedByteIsDamage) {
  const std::string bytes = Sample();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_EQ(SketchReader::Open(damaged, "ABCD").error().code(), Code::kDataLoss) << i;
    EXPECT_EQ(SketchReader::Open(bytes.substr(0, i), "ABCD").error().code(), Code::kDataLoss) << i;
  }
  EXPECT_EQ(SketchReader::Open(bytes, "ABCE").error().why(), "it begins with another magic word");
  EXPECT_EQ(SketchReader::Open(bytes + "x", "ABCD").error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::data
