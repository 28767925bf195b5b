#include "base/net/public_address.h"

#include <algorithm>
#include <array>

namespace mooring {
namespace {

struct Range {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t Ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Range kNotPublic[] = {
    {Ip(0, 0, 0, 0), 8},     {Ip(10, 0, 0, 0), 8},      {Ip(100, 64, 0, 0), 10},
    {Ip(127, 0, 0, 0), 8},   {Ip(169, 254, 0, 0), 16},  {Ip(172, 16, 0, 0), 12},
    {Ip(192, 0, 0, 0), 24},  {Ip(192, 0, 2, 0), 24},    {Ip(192, 168, 0, 0), 16},
    {Ip(198, 18, 0, 0), 15}, {Ip(198, 51, 100, 0), 24}, {Ip(203, 0, 113, 0), 24},
    {Ip(224, 0, 0, 0), 3},
};

bool IsPublicV4(std::span<const std::uint8_t> a) {
  const std::uint32_t ip = Ip(a[0], a[1], a[2], a[3]);
  return std::ranges::none_of(kNotPublic, [ip](const Range& range) {
    return (ip ^ range.first) >> (32 - range.bits) == 0;
  });
}

bool IsPublicV6(std::span<const std::uint8_t> a) {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::ranges::equal(a.first(12), kMapped)) return IsPublicV4(a.last(4));
  if ((a[0] & 0xE0) != 0x20) return false;  // 2000::/3
  if (a[0] == 0x20 && a[1] == 0x02) return false;
  if (a[0] != 0x20 || a[1] != 0x01) return true;
  const bool special = (a[2] & 0xFE) == 0;  // 2001::/23
  const bool documentation = a[2] == 0x0D && a[3] == 0xB8;
  return !special && !documentation;
}

}  // namespace

bool IsPublicAddress(std::span<const std::uint8_t> address) {
  if (address.size() == 4) return IsPublicV4(address);
  return address.size() == 16 && IsPublicV6(address);
}

}  // namespace mooring
