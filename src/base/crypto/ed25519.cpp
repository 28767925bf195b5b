#include "base/crypto/ed25519.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace mooring {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Free>;
using ContextHandle = std::unique_ptr<EVP_MD_CTX, Free>;
using BioHandle = std::unique_ptr<BIO, Free>;

const unsigned char* Bytes(ByteSpan bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
template <std::size_t size>
unsigned char* Bytes(std::array<std::byte, size>& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

KeyHandle Private(ByteSpan seed) {
  KeyHandle key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  CHECK(key != nullptr);
  return key;
}

KeyHandle Public(const PublicKey& bytes) {
  return KeyHandle(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(bytes), bytes.size()));
}

BioHandle Reader(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

template <typename Write>
std::string Written(const Write& write) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr && write(bio.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

// An encrypted PEM must not make the program ask at the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

constexpr std::size_t kPemBytes = 4096;

}  // namespace

SigningKey::SigningKey(const Seed& seed) : seed_(seed), public_{} {
  std::size_t size = public_.size();
  CHECK(EVP_PKEY_get_raw_public_key(Private(seed_).get(), Bytes(public_), &size) == 1);
  CHECK(size == public_.size());
}

SigningKey SigningKey::Generate() {
  Seed seed{};
  CHECK(RAND_priv_bytes(Bytes(seed), static_cast<int>(seed.size())) == 1);
  return SigningKey(seed);
}

Result<SigningKey> SigningKey::FromSeed(ByteSpan seed) {
  Seed bytes{};
  if (seed.size() != bytes.size()) {
    return Error(Code::kInvalidArgument, "the seed of a signing key has 32 bytes");
  }
  std::copy(seed.begin(), seed.end(), bytes.begin());
  return SigningKey(bytes);
}

Result<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const Error refused(Code::kInvalidArgument, "not an Ed25519 private key in PEM");
  if (pem.size() > kPemBytes) return refused;
  const BioHandle bio = Reader(pem);
  const KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  if (key == nullptr || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) return refused;
  Seed seed{};
  std::size_t size = seed.size();
  if (EVP_PKEY_get_raw_private_key(key.get(), Bytes(seed), &size) != 1) return refused;
  return SigningKey(seed);
}

std::string SigningKey::Pem() const {
  const KeyHandle key = Private(seed_);
  return Written([&key](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Signature SigningKey::Sign(ByteSpan bytes) const {
  const KeyHandle key = Private(seed_);
  const ContextHandle context(EVP_MD_CTX_new());
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  Signature signature{};
  std::size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), Bytes(signature), &size, Bytes(bytes), bytes.size()) == 1);
  CHECK(size == signature.size());
  return signature;
}

bool VerifyEd25519(const PublicKey& key, ByteSpan bytes, const Signature& signature) {
  const KeyHandle handle = Public(key);
  const ContextHandle context(EVP_MD_CTX_new());
  if (handle == nullptr || context == nullptr) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) != 1) {
    return false;
  }
  return EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(bytes),
                          bytes.size()) == 1;
}

std::string PublicKeyPem(const PublicKey& key) {
  const KeyHandle handle = Public(key);
  CHECK(handle != nullptr);
  return Written([&handle](BIO* bio) { return PEM_write_bio_PUBKEY(bio, handle.get()); });
}

Result<PublicKey> PublicKeyFromPem(std::string_view pem) {
  const Error refused(Code::kInvalidArgument, "not an Ed25519 public key in PEM");
  if (pem.size() > kPemBytes) return refused;
  const BioHandle bio = Reader(pem);
  const KeyHandle handle(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassword, nullptr));
  if (handle == nullptr || EVP_PKEY_id(handle.get()) != EVP_PKEY_ED25519) return refused;
  PublicKey key{};
  std::size_t size = key.size();
  if (EVP_PKEY_get_raw_public_key(handle.get(), Bytes(key), &size) != 1) return refused;
  return key;
}

}  // namespace mooring
