// Whether an IP address belongs to the public internet: for calls to URLs that somebody else wrote,
// which must not reach into this machine or its network.
//
// Not public, IPv4: 0/8, 10/8, 100.64/10, 127/8, 169.254/16 (clouds' metadata), 172.16/12,
// 192.0.0/24, 192.0.2/24, 192.168/16, 198.18/15, 198.51.100/24, 203.0.113/24, 224/3. IPv6: all but
// 2000::/3, and of that 2001::/23, 2001:db8::/32, 2002::/16 (they carry other addresses);
// ::ffff:a.b.c.d is judged as a.b.c.d. Source: IANA's registries of special-purpose addresses.
//
// Thread safety: pure.
#pragma once

#include <cstdint>
#include <span>

namespace mooring {

// 4 or 16 bytes, in network order; any other length is not public.
bool IsPublicAddress(std::span<const std::uint8_t> address);

}  // namespace mooring
