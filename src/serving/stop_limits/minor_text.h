// Whole minor units as people write them: 4500 with two digits is "45.00". Exact, for any int64;
// WideMinorText for sums of them.
#pragma once

#include <cstdint>
#include <string>

namespace mooring::serving {

inline std::string WideMinorText(__int128 minor, unsigned digits) {
  using Size = unsigned __int128;
  Size size = minor < 0 ? Size{0} - static_cast<Size>(minor) : static_cast<Size>(minor);
  std::string text;
  for (; size != 0; size /= 10) text.insert(text.begin(), static_cast<char>('0' + size % 10));
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  if (digits != 0) text.insert(text.size() - digits, 1, '.');
  return minor < 0 ? "-" + text : text;
}

inline std::string MinorText(std::int64_t minor, unsigned digits) {
  return WideMinorText(minor, digits);
}

}  // namespace mooring::serving
