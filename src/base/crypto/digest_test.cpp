#include "base/crypto/digest.h"

#include <gtest/gtest.h>

#include "base/io/file_system.h"

namespace mooring {
namespace {

// Vectors: RFC 3720 B.4 for CRC-32C, FIPS 180-2 for SHA-256, RFC 4231 case 2 for HMAC.
TEST(Digest, Crc32cGivesThePublishedSums) {
  EXPECT_EQ(Crc32c(AsBytes("123456789")), 0xe3069283U);
  EXPECT_EQ(Crc32c(AsBytes(std::string(32, '\0'))), 0x8a9136aaU);
  EXPECT_EQ(Crc32c(AsBytes(std::string(32, '\xff'))), 0x62a8ab43U);
}

TEST(Digest, Crc32cContinuesOverAnySplit) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  const std::uint32_t whole = Crc32c(AsBytes(text));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::uint32_t head = Crc32c(AsBytes(text.substr(0, cut)));
    EXPECT_EQ(Crc32c(AsBytes(text.substr(cut)), head), whole) << cut;
  }
}

TEST(Digest, Sha256GivesThePublishedSum) {
  EXPECT_EQ(Hex(Sha256Of(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, Sha256StartsAnew) {
  Sha256 sum;
  sum.Update(AsBytes("something else"));
  (void)sum.Finish();
  sum.Restart();
  sum.Update(AsBytes("a"));
  sum.Update(AsBytes("bc"));
  EXPECT_EQ(sum.Finish(), Sha256Of(AsBytes("abc")));
}

TEST(Digest, HmacGivesThePublishedSum) {
  EXPECT_EQ(Hex(HmacSha256(AsBytes("Jefe"), AsBytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, HexComesBackAndRefusesOtherText) {
  EXPECT_EQ(*Unhex(Hex(AsBytes("mooring"))), "mooring");
  EXPECT_FALSE(Unhex("abc").ok());
  EXPECT_FALSE(Unhex("zz").ok());
  EXPECT_FALSE(Unhex("AA").ok());
}

}  // namespace
}  // namespace mooring
