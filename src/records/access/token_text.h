// API tokens as text: mor_live_ and 256 random bits in base 62, then a checksum, so that a scanner
// of leaked secrets, or a server, knows a mistyped one without a look-up:
//
//   mor_live_3yZe7d…  _  0a1b2C
//            43 of [0-9A-Za-z]  6, CRC-32 of all before the last '_', in base 62
//
// Only the SHA-256 of a token is ever stored: 256 random bits need no slow hash.
// Thread safety: pure.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"

namespace mooring::records {

inline constexpr std::string_view kTokenPrefix = "mor_live_";
inline constexpr std::size_t kSecretBytes = 32;
inline constexpr std::size_t kTokenSecretDigits = 43, kTokenSumDigits = 6;
inline constexpr std::size_t kTokenBytes =
    kTokenPrefix.size() + kTokenSecretDigits + 1 + kTokenSumDigits;

// The token of kSecretBytes random bytes.
std::string TokenText(std::string_view secret);
// Whether a text has the form and the checksum; says nothing of whether anybody holds it.
bool LooksLikeToken(std::string_view text);
Digest HashOfToken(std::string_view token);

// CRC-32 as zlib and Ethernet have it (reflected 0xEDB88320): "123456789" gives cbf43926.
std::uint32_t Crc32(std::string_view text);

// Whether two digests are one, in a time that does not depend on where they differ.
bool SameDigest(const Digest& one, const Digest& other);

}  // namespace mooring::records
