// Any bytes as a block of metrics, their checksum put right so that the fields behind it are
// reached: refused, or points that are written and read again with every bit.
#include <bit>
#include <cstdint>
#include <cstdlib>

#include "base/crypto/digest.h"
#include "records/tracking/metric_block.h"

namespace {

using namespace mooring;  // NOLINT: a program of one file

std::string WithChecksum(std::string bytes) {
  const std::uint32_t checksum = Crc32c(AsBytes(bytes));
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text = WithChecksum(std::string(reinterpret_cast<const char*>(bytes), size));
  auto points = records::DecodeMetricBlock(AsBytes(text));
  if (!points.ok()) return 0;
  const std::string written = records::EncodeMetricBlock(*points);
  const auto again = records::DecodeMetricBlock(AsBytes(written));
  if (!again.ok() || again->size() != points->size()) std::abort();
  std::vector<records::MetricPoint> of_first;
  for (std::size_t i = 0; i < again->size(); ++i) {
    const auto &a = (*again)[i], &b = (*points)[i];
    if (a.key != b.key || a.point.step != b.point.step || a.point.timestamp != b.point.timestamp ||
        std::bit_cast<std::uint64_t>(a.point.value) !=
            std::bit_cast<std::uint64_t>(b.point.value)) {
      std::abort();
    }
  }
  if (!again->empty()) {
    if (!records::ReadMetricOfBlock(AsBytes(written), again->front().key, of_first).ok()) {
      std::abort();
    }
    if (of_first.empty()) std::abort();
  }
  return 0;
}
