// Checksums, hashes and keyed hashes. CRC-32C finds accidents, SHA-256 finds intent, HMAC-SHA-256
// turns an identifier into a pseudonym that only the key's holder can recompute.
//
// Thread safety: free functions from any thread; Sha256 like a std::string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring {

// CRC-32C (Castagnoli, reflected 0x82F63B78), "123456789" gives e3069283. `seed` continues a sum.
// Uses the CPU's instruction where it has one, tables elsewhere: the same bits.
std::uint32_t Crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

using Digest = std::array<std::byte, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void Update(std::span<const std::byte> bytes);
  // Ends the sum; the object must not be used after, but for Restart.
  Digest Finish();
  // Forgets everything: a new sum, without a new object.
  void Restart();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest Sha256Of(std::span<const std::byte> bytes);
Digest HmacSha256(std::span<const std::byte> key, std::span<const std::byte> bytes);

// Lower-case hexadecimal both ways; Unhex refuses odd lengths and other characters.
std::string Hex(std::span<const std::byte> bytes);
Result<std::string> Unhex(std::string_view text);

// `size` bytes from the system's cryptographic source.
std::string RandomSecret(std::size_t size);

}  // namespace mooring
