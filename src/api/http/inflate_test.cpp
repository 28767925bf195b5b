#include "api/http/inflate.h"

#include <zlib.h>

namespace mooring::api {
namespace {

std::string Pack(const std::string& text, int window_bits) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() / 2 + 1024, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

constexpr int kGzip = 15 + 16, kZlib = 15, kRaw = -15;

TEST(Inflate, UnpacksGzipAndZlib) {
  const std::string text(100'000, 'x');
  for (const int bits : {kGzip, kZlib}) {
    const auto plain = Inflate(Pack(text, bits), text.size());
    ASSERT_TRUE(plain.ok());
    EXPECT_EQ(*plain, text);
  }
  EXPECT_EQ(*Inflate(Pack("", kGzip), 0), "");
}

TEST(Inflate, StopsABombAtTheLimit) {
  const auto plain = Inflate(Pack(std::string(20'000'000, '\0'), kGzip), 1'000'000);
  ASSERT_FALSE(plain.ok());
  EXPECT_EQ(plain.error().code(), Code::kTooLarge);
}

TEST(Inflate, StopsWhatPacksLikeABombLongBeforeTheLimit) {
  std::string rows;
  for (int i = 0; rows.size() < 3'000'000; ++i) {
    rows += "{\"distance\":" + std::to_string(i * 7919 % 6000) + ",\"origin\":\"LED\"},";
  }
  EXPECT_EQ(*Inflate(Pack(rows, kGzip), 100'000'000), rows);
  const auto bomb = Inflate(Pack(std::string(20'000'000, ' '), kGzip), 100'000'000);
  EXPECT_EQ(bomb.error().code(), Code::kTooLarge);
}

TEST(Inflate, RefusesDamage) {
  const std::string good = Pack("a body of some length, a body of some length", kGzip);
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_FALSE(Inflate(good.substr(0, cut), 1000).ok()) << cut;
  }
  std::string bad_crc = good;
  bad_crc[bad_crc.size() - 6] ^= 1;
  EXPECT_FALSE(Inflate(bad_crc, 1000).ok());
  EXPECT_FALSE(Inflate(good + "x", 1000).ok());
  EXPECT_FALSE(Inflate(Pack("raw deflate has no header to know it by", kRaw), 1000).ok());
  EXPECT_FALSE(Inflate("{\"plain\":1}", 1000).ok());
}

}  // namespace
}  // namespace mooring::api
