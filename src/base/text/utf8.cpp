#include "base/text/utf8.h"

#include <cstdint>
#include <cstring>

namespace mooring {
namespace {

unsigned At(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

}  // namespace

std::size_t Utf8CharacterBytes(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned lead = At(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < size) return 0;
  // The second byte's range excludes overlong forms, surrogates and what lies above U+10FFFF.
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (At(text, 1) < low || At(text, 1) > high) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if ((At(text, i) & 0xC0) != 0x80) return 0;
  }
  return size;
}

std::size_t FirstInvalidUtf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    // Eight ASCII bytes at a time.
    std::uint64_t word = 0;
    if (text.size() - at >= sizeof(word)) {
      std::memcpy(&word, text.data() + at, sizeof(word));
      if ((word & 0x8080808080808080ULL) == 0) {
        at += sizeof(word);
        continue;
      }
    }
    const std::size_t size = Utf8CharacterBytes(text.substr(at));
    if (size == 0) return at;
    at += size;
  }
  return at;
}

}  // namespace mooring
