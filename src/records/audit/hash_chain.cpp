#include "records/audit/hash_chain.h"

#include <algorithm>
#include <array>

namespace mooring::records {

Digest ChainHasher::Next(const Digest& before, ByteSpan record) {
  if (used_) sum_.Restart();
  used_ = true;
  std::array<std::byte, 1 + 32 + 8> head{};
  head[0] = std::byte{1};
  std::copy(before.begin(), before.end(), head.begin() + 1);
  for (std::size_t i = 0; i < 8; ++i) {
    head[33 + i] = static_cast<std::byte>(std::uint64_t{record.size()} >> (56 - 8 * i));
  }
  sum_.Update(head);
  sum_.Update(record);
  return sum_.Finish();
}

}  // namespace mooring::records
