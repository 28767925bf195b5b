// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
//
// Thread safety: pure functions. Complexity: linear.
#pragma once

#include <cstddef>
#include <string_view>

namespace mooring {

// The length, 1 to 4, of the character at the start of `text`; 0 when it is not one or text is
// empty.
std::size_t Utf8CharacterBytes(std::string_view text);

// The offset of the first byte that is not UTF-8; text.size() when all is well.
std::size_t FirstInvalidUtf8(std::string_view text);

}  // namespace mooring
