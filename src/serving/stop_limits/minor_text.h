// Whole minor units as people write them: 4500 with two digits is "45.00". Exact, for any int64.
#pragma once

#include <cstdint>
#include <string>

namespace mooring::serving {

inline std::string MinorText(std::int64_t minor, unsigned digits) {
  const std::uint64_t size =
      minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  std::string text = std::to_string(size);
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  if (digits != 0) text.insert(text.size() - digits, 1, '.');
  return minor < 0 ? "-" + text : text;
}

}  // namespace mooring::serving
