// Any bytes as a sketch, their checksum put right so that the fields behind it are reached:
// refused, or a sketch that answers in order, goes on counting, merges, and is written as the same
// bytes.
#include <cstdint>
#include <cstdlib>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "data/stats/sketches/distinct_sketch.h"
#include "data/stats/sketches/quantile_sketch.h"

namespace {

using namespace mooring;  // NOLINT: a program of one file

std::string WithChecksum(std::string bytes) {
  const std::uint32_t checksum = Crc32c(AsBytes(bytes));
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return bytes;
}

void Use(data::QuantileSketch sketch) {
  const std::vector<double> quantiles = sketch.Quantiles({0, 0.25, 0.5, 0.75, 1});
  for (std::size_t i = 1; sketch.count() > 0 && i < quantiles.size(); ++i) {
    if (!(quantiles[i - 1] <= quantiles[i])) std::abort();
  }
  if (const double rank = sketch.Rank(1); !(rank >= 0 && rank <= 1)) std::abort();
  const std::uint64_t count = sketch.count();
  for (int i = 0; i < 300; ++i) sketch.Add(i);
  if (sketch.count() != count + 300) std::abort();
  for (int i = 0; i < 80; ++i) {
    if (!sketch.Merge(sketch).ok()) break;
  }
  if (!data::QuantileSketch::Decode(sketch.Encode()).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text = WithChecksum(std::string(reinterpret_cast<const char*>(bytes), size));
  if (const auto sketch = data::QuantileSketch::Decode(text); sketch.ok()) {
    if (sketch->Encode() != text) std::abort();
    Use(*sketch);
  }
  if (auto sketch = data::DistinctSketch::Decode(text); sketch.ok()) {
    if (sketch->Encode() != text || !(sketch->Estimate() >= 0)) std::abort();
    data::DistinctSketch other;
    other.Add("one more");
    other.Merge(*sketch);
    if (other.Estimate() < sketch->Estimate()) std::abort();
  }
  return 0;
}
