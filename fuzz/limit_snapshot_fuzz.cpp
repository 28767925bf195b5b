// Any bytes as a snapshot of stop-limits, their checksum put right so that the fields behind it are
// reached: refused, or a ledger that is written as bytes which come back as the same ledger.
#include <cstdint>
#include <cstdlib>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "serving/stop_limits/ledger_for_tests.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace mooring;  // NOLINT: a program of one file
  std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::uint32_t checksum = Crc32c(AsBytes(text));
  text.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  serving::LimitWorld first, second;
  if (!first.ledger.Restore(text).ok()) return 0;
  const std::string written = first.ledger.Snapshot();
  if (!second.ledger.Restore(written).ok()) std::abort();
  if (second.ledger.Snapshot() != written) std::abort();
  const serving::TermShape shape = serving::ShapeOf(records::LimitKind::kSum, 100);
  for (std::uint64_t state = 0; state < 3; ++state) {
    first.Admit(serving::TermOf(shape, state, 60));
  }
  return 0;
}
