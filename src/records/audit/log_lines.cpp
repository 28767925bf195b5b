#include "records/audit/log_lines.h"

#include <array>
#include <cstring>

#include "records/audit/tree_head.h"

namespace mooring::records {
namespace {

using Digits = std::array<char, kChainDigits>;

// Hex() allocates; a walk over millions of lines should not.
Digits DigitsOf(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  Digits digits;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto byte = std::to_integer<unsigned>(digest[i]);
    digits[2 * i] = kDigits[byte >> 4];
    digits[2 * i + 1] = kDigits[byte & 15];
  }
  return digits;
}

}  // namespace

std::string LogLine(const Digest& chain, std::string_view record) {
  const Digits digits = DigitsOf(chain);
  std::string line;
  line.reserve(digits.size() + record.size() + 2);
  line.append(digits.data(), digits.size()).append(" ").append(record).append("\n");
  return line;
}

LineWalker::Step LineWalker::Next() {
  const std::string_view rest = bytes_.substr(place_.offset - begin_);
  if (rest.empty()) return Step::kEnd;
  const std::size_t end = rest.find('\n');
  if (end == rest.npos) return Step::kTorn;
  const std::string_view line = rest.substr(0, end);
  place_.last = place_.offset;
  place_.offset += end + 1;
  ++place_.records;
  if (line.size() <= kChainDigits || line[kChainDigits] != ' ') {
    record_ = line;
    return Step::kBroken;
  }
  record_ = line.substr(kChainDigits + 1);
  const Digest chain = hasher_.Next(place_.chain, AsBytes(record_));
  if (std::memcmp(DigitsOf(chain).data(), line.data(), kChainDigits) == 0) {
    place_.chain = chain;
    return Step::kRecord;
  }
  const auto claimed = DecodeDigest(line.substr(0, kChainDigits));
  place_.chain = claimed.ok() ? *claimed : chain;
  return Step::kBroken;
}

}  // namespace mooring::records
