#include "records/audit/tree_head.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

TreeHead Signed(const SigningKey& key) {
  TreeHead head{.size = 57, .chain = Sha256Of(AsBytes("chain")), .root = Sha256Of(AsBytes("root"))};
  head.time = Time(Micros(1'700'000'000'000'000));
  Sign(key, head);
  return head;
}

SigningKey KnownKey() {
  // RFC 8032, 7.1, test 1.
  return *SigningKey::FromSeed(
      AsBytes(*Unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")));
}

TEST(TreeHead, IsOneLineThatComesBack) {
  const TreeHead head = Signed(KnownKey());
  const std::string text = EncodeHead(head);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.substr(0, 20), "{\"chain\":\"" + Hex(head.chain).substr(0, 10));
  const auto again = DecodeHead(text);
  ASSERT_TRUE(again.ok()) << again.error().ToString();
  EXPECT_EQ(EncodeHead(*again), text);
  EXPECT_TRUE(VerifySignature(KnownKey().public_key(), *again).ok());
}

TEST(TreeHead, EveryFlippedByteIsFound) {
  const std::string text = EncodeHead(Signed(KnownKey()));
  const PublicKey key = KnownKey().public_key();
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string other = text;
    other[at] = static_cast<char>(other[at] ^ 1);
    const auto head = DecodeHead(other);
    EXPECT_FALSE(head.ok() && VerifySignature(key, *head).ok()) << at << " " << other;
  }
}

TEST(TreeHead, AnotherKeyIsNamed) {
  const TreeHead head = Signed(SigningKey::Generate());
  const Status found = VerifySignature(KnownKey().public_key(), head);
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message().find("another key"), std::string::npos);
  // Naming our key does not make it ours.
  TreeHead forged = head;
  forged.key = KeyId(KnownKey().public_key());
  EXPECT_FALSE(VerifySignature(KnownKey().public_key(), forged).ok());
}

TEST(TreeHead, RefusesOtherText) {
  for (const char* text : {"", "{}", "[]", "{\"size\":1}", "null"}) {
    const auto head = DecodeHead(text);
    ASSERT_FALSE(head.ok()) << text;
    EXPECT_EQ(head.error().code(), Code::kInvalidArgument);
  }
  EXPECT_FALSE(DecodeDigest("ab").ok());
}

}  // namespace
}  // namespace mooring::records
