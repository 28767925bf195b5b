#include "base/crypto/ed25519.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace mooring {
namespace {

// RFC 8032, 7.1, tests 1 to 3.
struct Vector {
  const char* seed;
  const char* key;
  const char* message;
  const char* signature;
};
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"}};

TEST(Ed25519, GivesThePublishedKeysAndSignatures) {
  for (const Vector& vector : kVectors) {
    const auto key = SigningKey::FromSeed(AsBytes(*Unhex(vector.seed)));
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(Hex(key->public_key()), vector.key);
    const std::string message = *Unhex(vector.message);
    const Signature signature = key->Sign(AsBytes(message));
    EXPECT_EQ(Hex(signature), vector.signature);
    EXPECT_TRUE(VerifyEd25519(key->public_key(), AsBytes(message), signature));
    EXPECT_FALSE(VerifyEd25519(key->public_key(), AsBytes(message + "x"), signature));
  }
}

TEST(Ed25519, RefusesEveryFlippedBit) {
  const SigningKey key = SigningKey::Generate();
  const Signature signature = key.Sign(AsBytes("text"));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Signature other = signature;
    other[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    EXPECT_FALSE(VerifyEd25519(key.public_key(), AsBytes("text"), other)) << bit;
  }
  EXPECT_FALSE(VerifyEd25519(SigningKey::Generate().public_key(), AsBytes("text"), signature));
}

TEST(Ed25519, KeysComeBackFromPem) {
  const SigningKey key = SigningKey::Generate();
  const auto again = SigningKey::FromPem(key.Pem());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_EQ(again->Sign(AsBytes("a")), key.Sign(AsBytes("a")));
  const auto open = PublicKeyFromPem(PublicKeyPem(key.public_key()));
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(*open, key.public_key());
  EXPECT_NE(SigningKey::Generate().public_key(), key.public_key());
}

TEST(Ed25519, RefusesTextThatIsNoKey) {
  const SigningKey key = SigningKey::Generate();
  const std::string open = PublicKeyPem(key.public_key());
  for (const std::string& text :
       {std::string(), std::string("key"), open, key.Pem().substr(0, 60), std::string(9000, 'a')}) {
    EXPECT_FALSE(SigningKey::FromPem(text).ok()) << text;
  }
  EXPECT_FALSE(PublicKeyFromPem(key.Pem()).ok());
  EXPECT_FALSE(PublicKeyFromPem(open.substr(0, 50)).ok());
  EXPECT_FALSE(SigningKey::FromSeed(AsBytes("short")).ok());
}

}  // namespace
}  // namespace mooring
