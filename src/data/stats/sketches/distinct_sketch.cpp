#include "data/stats/sketches/distinct_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "base/rng.h"
#include "data/stats/sketches/sketch_bytes.h"

namespace mooring::data {
namespace {

constexpr std::string_view kMagic = "HLL1";
constexpr int kValueBits = 64 - DistinctSketch::kIndexBits;

// splitmix64's mix is one to one: different numbers have different hashes.
std::uint64_t Mix(std::uint64_t bits) { return Rng(bits).Next(); }

// Eight bytes at a time, the last ones filled up with 0; the length goes first.
std::uint64_t HashText(std::string_view text) {
  std::uint64_t hash = Mix(text.size());
  while (!text.empty()) {
    std::uint64_t chunk = 0;
    const std::size_t size = std::min(text.size(), sizeof(chunk));
    std::memcpy(&chunk, text.data(), size);
    hash = Mix(hash ^ chunk);
    text.remove_prefix(size);
  }
  return hash;
}

// Sums of Ertl (2017), sections 2.4: what the empty and the full registers stand for.
double Sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double weight = 1, sum = x;
  for (double before = -1; sum != before;) {
    before = sum;
    x *= x;
    sum += x * weight;
    weight += weight;
  }
  return sum;
}

double Tau(double x) {
  if (x == 0 || x == 1) return 0;
  double weight = 1, sum = 1 - x;
  for (double before = -1; sum != before;) {
    before = sum;
    x = std::sqrt(x);
    weight /= 2;
    sum -= (1 - x) * (1 - x) * weight;
  }
  return sum / 3;
}

}  // namespace

void DistinctSketch::Add(double value) {
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  AddHash(Mix(std::bit_cast<std::uint64_t>(value)));
}

void DistinctSketch::Add(std::int64_t value) { AddHash(Mix(static_cast<std::uint64_t>(value))); }

void DistinctSketch::Add(std::string_view text) { AddHash(HashText(text)); }

void DistinctSketch::AddHash(std::uint64_t hash) {
  const std::size_t index = hash >> kValueBits;
  const int place = std::min(std::countl_zero(hash << kIndexBits), kValueBits) + 1;
  registers_[index] = std::max(registers_[index], static_cast<std::uint8_t>(place));
}

void DistinctSketch::Merge(const DistinctSketch& other) {
  for (std::size_t i = 0; i < kRegisters; ++i) {
    registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
}

double DistinctSketch::Estimate() const {
  std::array<std::uint32_t, kValueBits + 2> counts{};  // registers of each value
  for (const std::uint8_t value : registers_) ++counts[value];
  constexpr auto kAll = static_cast<double>(kRegisters);
  double sum = kAll * Tau(1 - counts[kValueBits + 1] / kAll);
  for (std::size_t value = kValueBits; value >= 1; --value) sum = (sum + counts[value]) / 2;
  sum += kAll * Sigma(counts[0] / kAll);
  return kAll * kAll / (2 * std::numbers::ln2 * sum);
}

std::string DistinctSketch::Encode() const {
  SketchWriter writer(kMagic);
  for (const std::uint8_t value : registers_) writer.Put(value);
  return std::move(writer).Finish();
}

Result<DistinctSketch> DistinctSketch::Decode(std::string_view bytes) {
  ASSIGN_OR_RETURN(SketchReader reader, SketchReader::Open(bytes, kMagic));
  if (reader.left() != kRegisters) return SketchReader::Damaged("it has not 4096 registers");
  DistinctSketch sketch;
  for (std::uint8_t& value : sketch.registers_) {
    ASSIGN_OR_RETURN(value, reader.Take<std::uint8_t>());
    if (value > kValueBits + 1) return SketchReader::Damaged("a register is beyond 53");
  }
  return sketch;
}

}  // namespace mooring::data
