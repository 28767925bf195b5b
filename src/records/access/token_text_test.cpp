#include "records/access/token_text.h"

#include <set>

namespace mooring::records {
namespace {

TEST(TokenText, HasTheChecksumOfTheCrcCatalogue) {
  EXPECT_EQ(Crc32("123456789"), 0xCBF43926U);  // check value of CRC-32/ISO-HDLC
  EXPECT_EQ(Crc32(""), 0U);
}

TEST(TokenText, WritesAnyNumberOf256Bits) {
  EXPECT_EQ(TokenText(std::string(32, '\0')).substr(0, 52), "mor_live_" + std::string(43, '0'));
  std::string one(32, '\0');
  one[31] = 62;
  EXPECT_EQ(TokenText(one).substr(9, 43), "0000000000000000000000000000000000000000010");
  // 2^256 - 1, by Python's integers and zlib.crc32.
  EXPECT_EQ(TokenText(std::string(32, '\xFF')),
            "mor_live_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1_0uCI8P");
}

TEST(TokenText, KnowsItsOwnAndNothingElse) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string token = TokenText(RandomSecret(kSecretBytes));
    EXPECT_EQ(token.size(), kTokenBytes);
    EXPECT_TRUE(LooksLikeToken(token)) << token;
    EXPECT_TRUE(seen.insert(token).second);
  }
  const std::string good = *seen.begin();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(LooksLikeToken(bad)) << i;
    EXPECT_FALSE(LooksLikeToken(good.substr(0, i)));
  }
  for (const std::string& bad :
       {good + "0", " " + good, good + "\n", std::string(1'000'000, 'a')}) {
    EXPECT_FALSE(LooksLikeToken(bad));
  }
}

TEST(TokenText, DigestsAreOneOnlyWhenEveryBitIs) {
  const Digest digest = HashOfToken("abc");
  // SHA-256 of "abc", FIPS 180-4.
  EXPECT_EQ(Hex(digest), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(SameDigest(digest, HashOfToken("abc")));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Digest other = digest;
    other[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(SameDigest(digest, other)) << bit;
  }
}

}  // namespace
}  // namespace mooring::records
