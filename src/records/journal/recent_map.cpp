#include "records/journal/recent_map.h"

#include <bit>
#include <cstring>

#include "base/crypto/digest.h"

namespace mooring::records {
namespace {

// The state of SipHash (Aumasson and Bernstein 2012).
struct SipState {
  std::uint64_t v0, v1, v2, v3;
  void Round() {
    v0 += v1; v1 = std::rotl(v1, 13); v1 ^= v0; v0 = std::rotl(v0, 32);
    v2 += v3; v3 = std::rotl(v3, 16); v3 ^= v2;
    v0 += v3; v3 = std::rotl(v3, 21); v3 ^= v0;
    v2 += v1; v1 = std::rotl(v1, 17); v1 ^= v2; v2 = std::rotl(v2, 32);
  }
  void Take(std::uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

SipKey SipKey::Random() {
  const std::string secret = RandomSecret(16);
  SipKey key;
  std::memcpy(&key.k0, secret.data(), 8);
  std::memcpy(&key.k1, secret.data() + 8, 8);
  return key;
}

std::uint64_t SipKey::operator()(std::string_view text) const {
  SipState state{k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL,
                 k0 ^ 0x6c7967656e657261ULL, k1 ^ 0x7465646279746573ULL};
  const std::uint64_t length = std::uint64_t{text.size()} << 56;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    state.Take(word);
  }
  std::uint64_t last = 0;
  std::memcpy(&last, text.data(), text.size());
  state.Take(last | length);
  state.v2 ^= 0xFF;
  for (int i = 0; i < 4; ++i) state.Round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace mooring::records
