#include "records/access/token_text.h"

#include <array>

#include "base/check.h"

namespace mooring::records {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

constexpr bool IsDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

constexpr std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t sum = i;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xEDB88320U : 0U);
    table[i] = sum;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = MakeTable();

// Base 62 of a big-endian number, with leading zeros to `digits` places.
std::string Base62(std::string_view bytes, std::size_t digits) {
  std::string number(bytes);
  std::string text(digits, '0');
  for (std::size_t place = digits; place-- > 0;) {
    unsigned remainder = 0;
    for (char& byte : number) {
      const unsigned value = remainder * 256 + static_cast<unsigned char>(byte);
      byte = static_cast<char>(value / 62);
      remainder = value % 62;
    }
    text[place] = kDigits[remainder];
  }
  return text;
}

std::string SumOf(std::string_view text) {
  const std::uint32_t sum = Crc32(text);
  const char bytes[] = {static_cast<char>(sum >> 24), static_cast<char>(sum >> 16),
                        static_cast<char>(sum >> 8), static_cast<char>(sum)};
  return Base62({bytes, sizeof bytes}, kTokenSumDigits);
}

}  // namespace

std::uint32_t Crc32(std::string_view text) {
  std::uint32_t sum = ~0U;
  for (const char c : text) sum = (sum >> 8) ^ kTable[(sum ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~sum;
}

std::string TokenText(std::string_view secret) {
  CHECK(secret.size() == kSecretBytes);
  const std::string text = std::string(kTokenPrefix) + Base62(secret, kTokenSecretDigits);
  return text + "_" + SumOf(text);
}

bool LooksLikeToken(std::string_view text) {
  if (text.size() != kTokenBytes || !text.starts_with(kTokenPrefix)) return false;
  const std::size_t bar = kTokenBytes - kTokenSumDigits - 1;
  for (std::size_t i = kTokenPrefix.size(); i < text.size(); ++i) {
    if (i == bar ? text[i] != '_' : !IsDigit(text[i])) return false;
  }
  return text.substr(bar + 1) == SumOf(text.substr(0, bar));
}

Digest HashOfToken(std::string_view token) { return Sha256Of(AsBytes(token)); }

bool SameDigest(const Digest& one, const Digest& other) {
  std::byte differs{0};
  for (std::size_t i = 0; i < one.size(); ++i) differs |= one[i] ^ other[i];
  return differs == std::byte{0};
}

}  // namespace mooring::records
