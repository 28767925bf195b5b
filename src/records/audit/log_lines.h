// The bytes of the control log (docs/formats/control_log.md): a first line that names the format,
// then one line an entry: its chain value in hexadecimal, a space, its record.
//
//   mooring control log 1
//   e0d1…3c47 {"action":"contract.apply",…,"seq":0}
//
// LineWalker goes over them and says where a line does not follow from the one before.
//
// Thread safety: one thread. Ownership: views into the given bytes. Cost: one pass of SHA-256.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "records/audit/hash_chain.h"

namespace mooring::records {

inline constexpr std::string_view kLogFirstLine = "mooring control log 1\n";
inline constexpr std::size_t kChainDigits = 64;

// The line of a record whose chain value is `chain`.
std::string LogLine(const Digest& chain, std::string_view record);

// A place between two lines.
struct LogPlace {
  std::uint64_t records = 0;
  std::uint64_t offset = kLogFirstLine.size();
  std::uint64_t last = 0;  // where the newest line begins; 0: there is none
  Digest chain = kChainBegin;
};

class LineWalker {
 public:
  enum class Step : std::uint8_t {
    kRecord,  // follows from the one before
    kBroken,  // a whole line that does not; the walk goes on from the value it claims
    kTorn,    // the rest has no line end
    kEnd,
  };

  // `bytes` begin at `place.offset` of the log.
  LineWalker(ByteSpan bytes, const LogPlace& place)
      : bytes_(AsText(bytes)), begin_(place.offset), place_(place) {}
  Step Next();

  std::string_view record() const { return record_; }  // of the newest step but kTorn and kEnd
  const LogPlace& place() const { return place_; }     // behind it

 private:
  const std::string_view bytes_;
  const std::uint64_t begin_;
  LogPlace place_;
  std::string_view record_;
  ChainHasher hasher_;
};

}  // namespace mooring::records
