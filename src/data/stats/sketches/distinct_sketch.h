// DistinctSketch: about how many different values a stream had, in 4 KiB however many there were.
// For counts of ids, of values of a text column, of subjects; exact sets are for small columns.
//
//   DistinctSketch sketch;
//   sketch.Add("user-17");
//   sketch.Estimate();
//
// HyperLogLog (Flajolet et al. 2007) of 2^12 registers on a 64-bit hash, with the estimator of Ertl
// (2017), which needs no tables and no switch between ranges. Standard error 1.04 / 64 = 1.6 %, so
// within 5 % nearly always, and closer for fewer than some thousand; the test holds 1 to 300 000
// values against it. Merging is exact: the registers of any split of the rows are those of all
// rows.
//
// Thread safety: like std::array. Cost: a few ns and no allocation per value; Estimate some µs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::data {

class DistinctSketch {
 public:
  static constexpr int kIndexBits = 12;
  static constexpr std::size_t kRegisters = std::size_t{1} << kIndexBits;

  // Numbers of equal value are one: -0 is 0, any NaN is one value. Text and numbers do not meet.
  void Add(double value);
  void Add(std::int64_t value);
  void Add(std::string_view text);
  // A 64-bit hash of one's own, all bits of it well mixed.
  void AddHash(std::uint64_t hash);

  void Merge(const DistinctSketch& other);
  bool operator==(const DistinctSketch&) const = default;

  // 0 when nothing was added.
  double Estimate() const;

  // docs/formats/sketches.md. Decoding is strict: anything that no sketch could write is kDataLoss.
  std::string Encode() const;
  static Result<DistinctSketch> Decode(std::string_view bytes);

 private:
  // The greatest place of the first 1 among the hash's last 52 bits, 53 when all are 0.
  std::array<std::uint8_t, kRegisters> registers_{};
};

}  // namespace mooring::data
