// Ed25519 (RFC 8032): who signed these bytes. Use SigningKey where signatures are made and
// VerifyEd25519 where they are checked; a checker needs the public key alone.
//
//   const SigningKey key = SigningKey::Generate();
//   const Signature signature = key.Sign(AsBytes(text));
//   VerifyEd25519(key.public_key(), AsBytes(text), signature);    // true
//
// Keys travel as PEM (PKCS #8 and SubjectPublicKeyInfo), so that openssl reads them as well.
//
// Thread safety: values; Sign from any thread. Failure: text that is no such key is
// kInvalidArgument. Cost: about 50 us a signature, 150 us a check.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring {

using PublicKey = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;

class SigningKey {
 public:
  static SigningKey Generate();
  // `seed`: the 32 secret bytes of RFC 8032.
  static Result<SigningKey> FromSeed(ByteSpan seed);
  static Result<SigningKey> FromPem(std::string_view pem);

  // Secret: for a file that only its owner reads.
  std::string Pem() const;
  const PublicKey& public_key() const { return public_; }
  Signature Sign(ByteSpan bytes) const;

 private:
  using Seed = std::array<std::byte, 32>;
  explicit SigningKey(const Seed& seed);
  Seed seed_;
  PublicKey public_;
};

bool VerifyEd25519(const PublicKey& key, ByteSpan bytes, const Signature& signature);

std::string PublicKeyPem(const PublicKey& key);
Result<PublicKey> PublicKeyFromPem(std::string_view pem);

}  // namespace mooring
